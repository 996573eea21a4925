/** A row-major matrix cut down to, or filled up with zeros to, so many rows and columns. */
export function resized(
  values: Float32Array,
  [rows, columns]: readonly [rows: number, columns: number],
  [toRows, toColumns]: readonly [rows: number, columns: number],
): Float32Array {
  const out = new Float32Array(toRows * toColumns);
  const width = Math.min(columns, toColumns);
  for (let r = 0; r < Math.min(rows, toRows); r++) {
    out.set(values.subarray(r * columns, r * columns + width), r * toColumns);
  }
  return out;
}

/** The next multiple of what the kernels multiply at a time. */
export const roundedUp = (n: number) => 8 * Math.ceil(n / 8);
