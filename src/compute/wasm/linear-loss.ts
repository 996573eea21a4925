import type { CsrSource } from '../../sparse/csr.js';
import { columnsFor, type LinearLoss, type LinearProblem, paddedColumns } from '../linear-loss.js';
import type { VectorSpace } from '../vectors.js';
import { bandsOf, type PlacedCsr } from './bands.js';
import { bitsOf, JOBS, type SharedHeap } from './heap.js';
import { type HeapVector, heapVectors } from './vectors.js';

/** Multiplications of a pass that are worth starting threads for. */
const HEAVY = 1 << 19;

/**
 * The loss in two jobs for all threads, a band of rows at a time: rows give logits, losses and the gradient by the logits;
 * features gather the gradient from those. Blocks of work have borders that do not depend on the number of threads, and sums are added up
 * block by block: any number of threads computes the same bits.
 */
export function heapLoss(heap: SharedHeap, problem: LinearProblem): LinearLoss {
  const { labels, weights, classes, penalties } = problem;
  const { rows, cols, nonZeros } = problem.features;
  const columns = columnsFor(classes);
  const width = paddedColumns(classes);
  const space = heapVectors(heap, cols * width);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const heavy = nonZeros * width >= HEAVY;

  const forward = uploaded(heap, problem.features);
  const bands = bandsOf(heap, { ...forward, rows, cols, nonZeros }, width, heavy);
  const targets = heap.place(labels);
  const rowWeights = weights.some((weight) => weight !== 1) ? heap.place(Float32Array.from(weights)) : 0;
  const penalty = heap.place(penalties);
  const backprop = heap.allocate(4 * width * Math.max(...bands.map((band) => band.rows)));
  const blocks = bands.flatMap(({ byRow, byColumn }) => [byRow.blocks, byColumn.blocks]);
  const partials = heap.allocate(8 * Math.max(...blocks));
  const csr = ({ indptr, indices, values }: PlacedCsr) => [indptr, indices, values];
  const run = (job: number, args: number[], blocks: number) => {
    heap.run(job, args, blocks, heavy);
    return heap.doubles(partials, blocks).reduce((total, part) => total + part, 0);
  };
  const evaluate = async (x: HeapVector, gradient: HeapVector) => {
    let loss = 0;
    let squares = 0;
    bands.forEach(({ first, byRow, byColumn, transposed }, b) => {
      loss += run(
        JOBS.loss,
        [
          ...[width, columns, ...csr(forward), x.at, targets, rowWeights, backprop, partials],
          ...[byRow.borders, first],
        ],
        byRow.blocks,
      );
      // bit 0: the first band, bit 1: the last, which alone has squares
      const ends = (b === 0 ? 1 : 0) + (b === bands.length - 1 ? 2 : 0);
      squares += run(
        JOBS.gradient,
        [
          ...[width, ends, ...csr(transposed), x.at, penalty, 0, backprop, partials, byColumn.borders],
          ...[gradient.at, bitsOf(1 / sum)],
        ],
        byColumn.blocks,
      );
    });
    return loss / sum + squares / 2;
  };
  return {
    space: space as VectorSpace,
    evaluate: evaluate as LinearLoss['evaluate'],
    perFeature(numbers) {
      const values = new Float32Array(space.length);
      for (let j = 0; j < cols; j++) values.fill(numbers[j]!, j * width, j * width + columns);
      return space.from(values);
    },
    from(weights) {
      const values = new Float32Array(space.length);
      for (let j = 0; j < cols; j++) {
        values.set(weights.subarray(j * columns, (j + 1) * columns), j * width);
      }
      return space.from(values);
    },
    async read(x) {
      const padded = await space.read(x as HeapVector);
      if (width === columns) return padded;
      const values = new Float32Array(cols * columns);
      for (let j = 0; j < cols; j++) {
        values.set(padded.subarray(j * width, j * width + columns), j * columns);
      }
      return values;
    },
    dispose() {
      heap.free(...csr(forward), targets, penalty, backprop, partials, ...(rowWeights ? [rowWeights] : []));
      for (const { byRow, byColumn, transposed } of bands) {
        heap.free(...csr(transposed), byRow.borders, byColumn.borders);
      }
    },
  };
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
