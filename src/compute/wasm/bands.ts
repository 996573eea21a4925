import { JOBS, MOST_BLOCKS, type SharedHeap } from './heap.js';

/** Where the arrays of a matrix lie. */
export interface PlacedCsr {
  indptr: number;
  indices: number;
  values: number;
}

/** Where the borders of blocks lie, and how many blocks these are. */
export interface Blocks {
  borders: number;
  blocks: number;
}

/** Rows next to each other, and what they have in each column. */
export interface Band {
  first: number;
  rows: number;
  /** A row for each column, in which the rows of the band are numbered from 0 on. */
  transposed: PlacedCsr;
  /** Its rows, and the columns, in blocks of about as much work each. */
  byRow: Blocks;
  byColumn: Blocks;
}

/** Multiplications that a thread takes at a time, about 100 µs. */
const BLOCK = 1 << 16;
/** What a row costs beside its non-zeros, in non-zeros. */
const EMPTY = 8;
/** Non-zeros that are transposed at a time. */
const CACHED = 1 << 19;
/** Numbers by row that columns gather from: what a second-level cache holds. */
const GATHERED = 1 << 18;
/** Non-zeros of a band for each column, at the least: each band has offsets of its own for all columns. */
const FILLED = 8;

/**
 * Cuts a matrix into bands of rows, so that the numbers of its rows, `width` for each, which are gathered by column in no order, stay in
 * the cache however many rows there are; and transposes each. A band has few ranges of columns (`CACHED`), for each of which the transpose
 * looks at its rows, so that this takes time by the rows, too. The caller frees each band's transpose and borders.
 */
export function bandsOf(
  heap: SharedHeap,
  matrix: PlacedCsr & { rows: number; cols: number; nonZeros: number },
  width: number,
  heavy: boolean,
): Band[] {
  const { rows, cols, nonZeros, indptr } = matrix;
  const most = Math.max(1, Math.floor(nonZeros / (FILLED * cols)));
  const count = Math.min(most, Math.max(1, Math.ceil((rows * width) / GATHERED)));
  const placed = (borders: Uint32Array): Blocks => ({
    borders: heap.place(borders),
    blocks: borders.length - 1,
  });
  return Array.from({ length: count }, (_, b) => {
    const first = Math.floor((rows * b) / count);
    const end = Math.floor((rows * (b + 1)) / count);
    const transposed = transposedOf(heap, matrix, first, end, cols, heavy);
    const offsets = heap.integers(transposed.indptr, cols + 1);
    return {
      first,
      rows: end - first,
      transposed,
      byColumn: placed(bordersOf(offsets, 0, cols, BLOCK / width, EMPTY)),
      byRow: placed(bordersOf(heap.integers(indptr, rows + 1), first, end, BLOCK / width, EMPTY)),
    };
  });
}

/** The transpose of the rows [first, end), made a range of columns at a time. */
function transposedOf(
  heap: SharedHeap,
  from: PlacedCsr & { rows: number },
  first: number,
  end: number,
  cols: number,
  heavy: boolean,
): PlacedCsr {
  const starts = heap.integers(from.indptr, from.rows + 1);
  const start = starts[first]!;
  const nonZeros = starts[end]! - start;
  const to = {
    indptr: heap.allocate(4 * (cols + 1)),
    indices: heap.allocate(4 * nonZeros),
    values: heap.allocate(4 * nonZeros),
  };
  const next = heap.allocate(4 * (cols + 1));
  heap.jobs.columnOffsets(cols, nonZeros, from.indices + 4 * start, to.indptr, next);
  const cuts = bordersOf(heap.integers(to.indptr, cols + 1), 0, cols, CACHED, 0);
  const borders = heap.place(cuts);
  heap.run(
    JOBS.transpose,
    [first, end, from.indptr, from.indices, from.values, to.indices, to.values, next, 0, 0, borders],
    cuts.length - 1,
    heavy,
  );
  heap.free(next, borders);
  return to;
}

/**
 * Borders that cut rows into blocks of about as much work each: non-zeros, and `empty` for the row itself. No block but the last
 * has less than `least`.
 */
function bordersOf(
  indptr: Uint32Array,
  first: number,
  end: number,
  least: number,
  empty: number,
): Uint32Array {
  const work = (r: number) => indptr[r]! + empty * r;
  const block = Math.max(least, (work(end) - work(first)) / (MOST_BLOCKS - 1));
  const borders = [first];
  for (let r = first, from = work(first); r < end; r++) {
    if (work(r + 1) - from < block && r + 1 < end) continue;
    borders.push(r + 1);
    from = work(r + 1);
  }
  if (first === end) borders.push(end);
  return Uint32Array.from(borders);
}
