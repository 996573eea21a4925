import type { CsrSource } from '../../sparse/csr.js';
import { columnsFor, type LinearLoss, type LinearProblem } from '../linear-loss.js';
import type { VectorSpace } from '../vectors.js';
import { bitsOf, JOBS, MOST_BLOCKS, type SharedHeap } from './heap.js';
import { type HeapVector, heapVectors } from './vectors.js';

/** Multiplications that a thread takes at a time, about 100 µs. */
const BLOCK = 1 << 16;
/** What a row costs beside its non-zeros, in non-zeros. */
const EMPTY = 8;
/** Non-zeros that are transposed at a time. */
const CACHED = 1 << 19;
/** Multiplications of a pass that are worth starting threads for. */
const HEAVY = 1 << 19;

/**
 * The loss in two jobs for all threads: rows give logits, losses and the gradient by the logits; columns gather the
 * gradient from those. Blocks of work have borders that do not depend on the number of threads, and sums are added up block by block:
 * any number of threads computes the same bits. Columns of weights are padded to a multiple of four, the lanes of a SIMD register.
 */
export function heapLoss(heap: SharedHeap, problem: LinearProblem): LinearLoss {
  const { labels, weights, classes, penalties } = problem;
  const { rows: rowCount, cols: colCount, nonZeros } = problem.features;
  const columns = columnsFor(classes);
  const width = columns === 1 ? 1 : Math.ceil(columns / 4) * 4;
  const space = heapVectors(heap, colCount * width);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const heavy = nonZeros * width >= HEAVY;

  const forward = uploaded(heap, problem.features);
  const transposed = transposedOf(heap, rowCount, colCount, nonZeros, forward);
  const rows = bordersOf(heap.integers(forward.indptr, rowCount + 1), BLOCK / width, EMPTY);
  const cols = bordersOf(heap.integers(transposed.indptr, colCount + 1), BLOCK / width, EMPTY);
  const rowBorders = heap.place(rows);
  const colBorders = heap.place(cols);
  const targets = heap.place(labels);
  const rowWeights = weights.some((weight) => weight !== 1) ? heap.place(Float32Array.from(weights)) : 0;
  const penalty = heap.place(penalties);
  const backprop = heap.allocate(4 * rowCount * width);
  const partials = heap.allocate(8 * Math.max(rows.length, cols.length));
  const csr = ({ indptr, indices, values }: PlacedCsr) => [indptr, indices, values];
  const run = (job: number, args: number[], borders: Uint32Array) => {
    heap.run(job, args, borders.length - 1, heavy);
    return heap.doubles(partials, borders.length - 1).reduce((total, part) => total + part, 0);
  };
  const evaluate = async (x: HeapVector, gradient: HeapVector) => {
    const loss = run(
      JOBS.loss,
      [width, columns, ...csr(forward), x.at, targets, rowWeights, backprop, partials, rowBorders],
      rows,
    );
    const squares = run(
      JOBS.gradient,
      [
        ...[width, 0, ...csr(transposed), x.at, penalty, 0, backprop, partials, colBorders],
        ...[gradient.at, bitsOf(1 / sum)],
      ],
      cols,
    );
    return loss / sum + squares / 2;
  };
  return {
    space: space as VectorSpace,
    evaluate: evaluate as LinearLoss['evaluate'],
    perFeature(numbers) {
      const values = new Float32Array(space.length);
      for (let j = 0; j < colCount; j++) values.fill(numbers[j]!, j * width, j * width + columns);
      return space.from(values);
    },
    from(weights) {
      const values = new Float32Array(space.length);
      for (let j = 0; j < colCount; j++) {
        values.set(weights.subarray(j * columns, (j + 1) * columns), j * width);
      }
      return space.from(values);
    },
    async read(x) {
      const padded = await space.read(x as HeapVector);
      if (width === columns) return padded;
      const values = new Float32Array(colCount * columns);
      for (let j = 0; j < colCount; j++) {
        values.set(padded.subarray(j * width, j * width + columns), j * columns);
      }
      return values;
    },
    dispose() {
      heap.free(...csr(forward), ...csr(transposed), rowBorders, colBorders, targets, penalty);
      heap.free(backprop, partials, ...(rowWeights ? [rowWeights] : []));
    },
  };
}

/** Where the arrays of a matrix lie. */
interface PlacedCsr {
  indptr: number;
  indices: number;
  values: number;
}

function uploaded(heap: SharedHeap, { rows, nonZeros, fill }: CsrSource): PlacedCsr {
  const placed = {
    indptr: heap.allocate(4 * (rows + 1)),
    indices: heap.allocate(4 * nonZeros),
    values: heap.allocate(4 * nonZeros),
  };
  fill(
    heap.integers(placed.indptr, rows + 1),
    heap.integers(placed.indices, nonZeros),
    heap.floats(placed.values, nonZeros),
  );
  return placed;
}

/** The transpose, made a range of columns at a time. */
function transposedOf(
  heap: SharedHeap,
  rows: number,
  cols: number,
  nonZeros: number,
  from: PlacedCsr,
): PlacedCsr {
  const to = {
    indptr: heap.allocate(4 * (cols + 1)),
    indices: heap.allocate(4 * nonZeros),
    values: heap.allocate(4 * nonZeros),
  };
  const next = heap.allocate(4 * (cols + 1));
  heap.jobs.columnOffsets(cols, nonZeros, from.indices, to.indptr, next);
  const cuts = bordersOf(heap.integers(to.indptr, cols + 1), CACHED, 0);
  const borders = heap.place(cuts);
  heap.run(
    JOBS.transpose,
    [rows, 0, from.indptr, from.indices, from.values, to.indices, to.values, next, 0, 0, borders],
    cuts.length - 1,
    nonZeros >= HEAVY,
  );
  heap.free(next, borders);
  return to;
}

/** Borders that cut rows into blocks of about as much work each: non-zeros, and `empty` for the row itself. */
function bordersOf(indptr: Uint32Array, least: number, empty: number): Uint32Array {
  const rows = indptr.length - 1;
  const work = (r: number) => indptr[r]! + empty * r;
  const block = Math.max(least, work(rows) / (MOST_BLOCKS - 1));
  const borders = [0];
  for (let r = 0, from = 0; r < rows; r++) {
    if (work(r + 1) - from < block && r + 1 < rows) continue;
    borders.push(r + 1);
    from = work(r + 1);
  }
  if (rows === 0) borders.push(0);
  return Uint32Array.from(borders);
}
