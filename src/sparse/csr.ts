/**
 * A sparse matrix in compressed sparse rows: row r holds `values[indptr[r]..indptr[r+1]]` in the columns
 * `indices[..]`, which rise within a row. In rows of sequences they stand in the order of a text's terms instead, each as
 * often as it is met; models of sequences read them so, and take no others.
 */
export interface Csr {
  readonly rows: number;
  readonly cols: number;
  /** rows + 1 offsets. */
  readonly indptr: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

/** Some rows of a matrix, in this order. */
export function rowsOf(a: Csr, rows: Uint32Array): Csr {
  const indptr = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => {
    indptr[i + 1] = indptr[i]! + a.indptr[row + 1]! - a.indptr[row]!;
  });
  const indices = new Uint32Array(indptr[rows.length]!);
  const values = new Float32Array(indices.length);
  rows.forEach((row, i) => {
    indices.set(a.indices.subarray(a.indptr[row]!, a.indptr[row + 1]!), indptr[i]);
    values.set(a.values.subarray(a.indptr[row]!, a.indptr[row + 1]!), indptr[i]);
  });
  return { rows: rows.length, cols: a.cols, indptr, indices, values };
}

/** Matrices of so many columns one below the other. */
export function joinedRows(parts: readonly Csr[], cols: number): Csr {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const nonZeros = parts.reduce((sum, part) => sum + part.indices.length, 0);
  const indptr = new Uint32Array(rows + 1);
  const indices = new Uint32Array(nonZeros);
  const values = new Float32Array(nonZeros);
  let [row, at] = [0, 0];
  for (const part of parts) {
    for (let r = 1; r <= part.rows; r++) indptr[++row] = at + part.indptr[r]!;
    indices.set(part.indices, at);
    values.set(part.values, at);
    at += part.indices.length;
  }
  return { rows, cols, indptr, indices, values };
}

/** Aᵀ by a counting sort over the columns: O(rows + cols + non-zeros). Column order within a row comes out rising. */
export function transpose(a: Csr): Csr {
  const nonZeros = a.indptr[a.rows]!;
  const indptr = new Uint32Array(a.cols + 1);
  for (let p = 0; p < nonZeros; p++) indptr[a.indices[p]! + 1]!++;
  for (let c = 0; c < a.cols; c++) indptr[c + 1]! += indptr[c]!;
  const next = indptr.slice(0, a.cols);
  const indices = new Uint32Array(nonZeros);
  const values = new Float32Array(nonZeros);
  for (let r = 0; r < a.rows; r++) {
    for (let p = a.indptr[r]!; p < a.indptr[r + 1]!; p++) {
      const q = next[a.indices[p]!]!++;
      indices[q] = r;
      values[q] = a.values[p]!;
    }
  }
  return { rows: a.cols, cols: a.rows, indptr, indices, values };
}

/** A matrix that writes itself where it is wanted, so that it need not be there twice. */
export interface CsrSource {
  readonly rows: number;
  readonly cols: number;
  readonly nonZeros: number;
  /** Writes rows + 1 offsets, and as many columns and values as there are non-zeros. */
  fill(indptr: Uint32Array, indices: Uint32Array, values: Float32Array): void;
}

/** The matrix of a source, in memory of its own. */
export function csrOf({ rows, cols, nonZeros, fill }: CsrSource): Csr {
  const indptr = new Uint32Array(rows + 1);
  const indices = new Uint32Array(nonZeros);
  const values = new Float32Array(nonZeros);
  fill(indptr, indices, values);
  return { rows, cols, indptr, indices, values };
}

/** A matrix that is there as a source. */
export const sourceOf = ({ rows, cols, indptr, indices, values }: Csr): CsrSource => ({
  rows,
  cols,
  nonZeros: indptr[rows]!,
  fill(toIndptr, toIndices, toValues) {
    toIndptr.set(indptr);
    toIndices.set(indices.subarray(0, indptr[rows]!));
    toValues.set(values.subarray(0, indptr[rows]!));
  },
});
