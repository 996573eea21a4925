import type { Csr } from './csr.js';

/** The columns of a matrix that have an entry, rising. */
export function usedColumns({ cols, indices }: Csr): Uint32Array {
  const used = new Uint8Array(cols);
  for (let p = 0; p < indices.length; p++) used[indices[p]!] = 1;
  let count = 0;
  for (const one of used) count += one;
  const columns = new Uint32Array(count);
  let next = 0;
  for (let column = 0; column < cols; column++) if (used[column] === 1) columns[next++] = column;
  return columns;
}

/** The matrix of these columns alone, which rise. */
export function ofColumns({ rows, cols, indptr, indices, values }: Csr, columns: Uint32Array): Csr {
  const place = new Uint32Array(cols);
  for (let i = 0; i < columns.length; i++) place[columns[i]!] = i + 1;
  const out = {
    rows,
    cols: columns.length,
    indptr: new Uint32Array(rows + 1),
    indices: new Uint32Array(indices.length),
    values: new Float32Array(indices.length),
  };
  let kept = 0;
  for (let r = 0; r < rows; r++) {
    for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
      const at = place[indices[p]!]!;
      if (at === 0) continue;
      out.indices[kept] = at - 1;
      out.values[kept++] = values[p]!;
    }
    out.indptr[r + 1] = kept;
  }
  return { ...out, indices: out.indices.subarray(0, kept), values: out.values.subarray(0, kept) };
}
