import { type Csr, transpose } from './csr.js';
import { allBelow, byFallingKey } from './sort.js';

/** How many rows have each column. */
export function columnCounts({ cols, indices }: Csr): Uint32Array {
  const counts = new Uint32Array(cols);
  for (let p = 0; p < indices.length; p++) counts[indices[p]!]!++;
  return counts;
}

/** How many columns are left where those of a single row are merged into one for the row, at the most. */
export function mergedColumns(matrix: Csr): number {
  let [shared, single] = [0, 0];
  for (const count of columnCounts(matrix)) {
    if (count > 1) shared++;
    else if (count === 1) single++;
  }
  return shared + Math.min(single, matrix.rows);
}

/** The same matrix with its columns numbered by falling frequency. */
interface ByFrequency {
  matrix: Csr;
  /** How many rows have each column. */
  counts: Uint32Array;
  /** The column of `matrix` that each column has become; undefined where all are where they were. */
  places: Uint32Array | undefined;
}

/** Numbers the columns by falling frequency; gives back the matrix itself where they are already. */
export function byFrequency(matrix: Csr): ByFrequency {
  const counts = columnCounts(matrix);
  let sorted = true;
  for (let c = 1; c < counts.length; c++) if (counts[c]! > counts[c - 1]!) sorted = false;
  if (sorted) return { matrix, counts, places: undefined };
  const order = byFallingKey(allBelow(counts.length), counts, matrix.rows);
  const places = new Uint32Array(counts.length);
  order.forEach((column, place) => {
    places[column] = place;
  });
  const renumbered = { ...matrix, indices: matrix.indices.map((column) => places[column]!) };
  return {
    // twice, which sorts the rows
    matrix: transpose(transpose(renumbered)),
    counts: order.map((column) => counts[column]!),
    places,
  };
}
