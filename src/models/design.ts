import type { Csr, CsrSource } from '../sparse/csr.js';
import { byFrequency } from '../sparse/frequency.js';

/** Features as an optimizer likes them, with the same optimum. */
export interface Design {
  /** The reduced features: the intercept, the features of two rows or more, and those that stand for several. */
  matrix: CsrSource;
  /** What each reduced feature was multiplied with. */
  scales: Float32Array;
  /** For each reduced feature the factor p of ½·p·w² for each of its weights. */
  penalties: Float32Array;
  /**
   * What to multiply the gradient of each reduced feature with, to have the largest gradient of the features that it
   * stands for.
   */
  toOriginal: Float64Array;
  /** The weights of the features [features, columns] and the intercepts from those of the reduced ones. */
  expand(weights: Float32Array): { coef: Float32Array; intercept: Float32Array };
}

/** x to the power of 5/16, in roots, which take a third of the time of a power. */
function tamed(x: number): number {
  const root = Math.sqrt(Math.sqrt(x));
  return root * Math.sqrt(Math.sqrt(root));
}

/**
 * Prepares features for the fit of Σ wᵣ·lossᵣ + ‖W‖²/(2C), in four ways, none of which changes its optimum:
 *
 * - The intercept is the first column.
 * - Columns are numbered by falling frequency, as vectorizers do already, so that the hot ones share cache lines.
 * - Features that only one row has are merged into one for the row, whose value is the root of the sum of their
 *   squares. By the penalty's symmetry their weights are proportional to their values at the optimum, and on the way
 *   there from zero. Most words of a corpus appear once, so that this saves most of the parameters.
 * - Columns are brought nearer to each other in curvature: L-BFGS on x·scale needs half the passes over the data. The
 *   curvature of a weight is at most h·Σ wᵣ·xᵣ² + 1/C, with h the variance of a uniform guess; its inverse square root
 *   would make all equal if words were independent. They are not, and a smaller power does better (bench/README.md).
 */
export function designOf(features: Csr, weights: Float64Array, classes: number, C: number): Design {
  const { matrix, counts, places } = byFrequency(features);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const variance = (1 / classes) * (1 - 1 / classes);
  const scaleOf = (squares: number, penalty: number) => Math.fround(1 / tamed(variance * squares + penalty));

  // column c becomes c + 1 if two rows or more have it
  let shared = matrix.cols;
  while (shared > 0 && counts[shared - 1]! < 2) shared--;
  const tails = tailsOf(matrix, shared);
  const scales = new Float32Array(1 + shared + tails.count);
  const toOriginal = new Float64Array(scales.length);
  scales[0] = scaleOf(sum, 0);
  const squares = squaresOf(matrix, weights, shared);
  for (let c = 0; c < shared; c++) scales[c + 1] = scaleOf(squares[c]!, 1 / C);
  for (let r = 0, j = shared + 1; r < matrix.rows; r++) {
    const norm = tails.norm[r]!;
    if (norm === 0) continue;
    scales[j] = scaleOf(weights[r]! * norm * norm, 1 / C);
    toOriginal[j++] = tails.largest[r]! / norm;
  }
  for (let j = 0; j < scales.length; j++) toOriginal[j] = (j <= shared ? 1 : toOriginal[j]!) / scales[j]!;
  return {
    matrix: reduced(matrix, shared, tails, scales),
    scales,
    penalties: scales.map((scale, j) => (j === 0 ? 0 : scale ** 2 / (C * sum))),
    toOriginal,
    expand(learned) {
      const columns = learned.length / scales.length;
      const all = expanded(learned, columns, matrix, shared, tails, scales);
      const coef = places ? permuted(all, columns, places) : all;
      return { coef, intercept: learned.slice(0, columns).map((weight) => weight * scales[0]!) };
    },
  };
}

/** The columns of each row that no other row has; they stand at its end. */
interface Tails {
  /** Where they begin. */
  from: Uint32Array;
  /** Root of the sum of the squares of their values, and the largest of these. */
  norm: Float64Array;
  largest: Float64Array;
  /** How many rows have any. */
  count: number;
}

function tailsOf({ rows, indptr, indices, values }: Csr, shared: number): Tails {
  const from = new Uint32Array(rows);
  const norm = new Float64Array(rows);
  const largest = new Float64Array(rows);
  let count = 0;
  for (let r = 0; r < rows; r++) {
    const start = indptr[r]!;
    let p = indptr[r + 1]!;
    let squares = 0;
    let most = 0;
    for (; p > start && indices[p - 1]! >= shared; p--) {
      const value = Math.abs(values[p - 1]!);
      squares += value * value;
      if (value > most) most = value;
    }
    from[r] = p;
    norm[r] = Math.sqrt(squares);
    largest[r] = most;
    if (squares > 0) count++;
  }
  return { from, norm, largest, count };
}

/** Σ wᵣ·xᵣ² of the first columns. */
function squaresOf({ rows, indptr, indices, values }: Csr, weights: Float64Array, shared: number) {
  const squares = new Float64Array(shared);
  for (let r = 0; r < rows; r++) {
    const weight = weights[r]!;
    const end = indptr[r + 1]!;
    for (let p = indptr[r]!; p < end; p++) {
      const c = indices[p]!;
      if (c >= shared) break;
      squares[c]! += weight * values[p]! * values[p]!;
    }
  }
  return squares;
}

function reduced(matrix: Csr, shared: number, tails: Tails, scales: Float32Array): CsrSource {
  const { rows, indptr } = matrix;
  let nonZeros = rows + tails.count;
  for (let r = 0; r < rows; r++) nonZeros += tails.from[r]! - indptr[r]!;
  return {
    rows,
    cols: scales.length,
    nonZeros,
    fill: (...out) => writeReduced(matrix, shared, tails, scales, ...out),
  };
}

function writeReduced(
  { rows, indptr: starts, indices: columns, values: numbers }: Csr,
  shared: number,
  tails: Tails,
  scales: Float32Array,
  indptr: Uint32Array,
  indices: Uint32Array,
  values: Float32Array,
): void {
  let merged = shared + 1;
  let q = 0;
  indptr[0] = 0;
  for (let r = 0; r < rows; r++) {
    indices[q] = 0;
    values[q++] = scales[0]!;
    const end = tails.from[r]!;
    for (let p = starts[r]!; p < end; p++) {
      const column = columns[p]! + 1;
      indices[q] = column;
      values[q++] = numbers[p]! * scales[column]!;
    }
    if (tails.norm[r]! > 0) {
      indices[q] = merged;
      values[q++] = tails.norm[r]! * scales[merged++]!;
    }
    indptr[r + 1] = q;
  }
}

function expanded(
  learned: Float32Array,
  columns: number,
  { rows, cols, indptr, indices, values }: Csr,
  shared: number,
  tails: Tails,
  scales: Float32Array,
): Float32Array {
  const coef = new Float32Array(cols * columns);
  for (let c = 0; c < shared; c++) {
    const from = (c + 1) * columns;
    for (let i = 0; i < columns; i++) coef[c * columns + i] = learned[from + i]! * scales[c + 1]!;
  }
  let merged = shared + 1;
  for (let r = 0; r < rows; r++) {
    const norm = tails.norm[r]!;
    if (norm === 0) continue;
    const from = merged * columns;
    const scale = scales[merged++]!;
    for (let p = tails.from[r]!; p < indptr[r + 1]!; p++) {
      const to = indices[p]! * columns;
      for (let i = 0; i < columns; i++) coef[to + i] = (learned[from + i]! * scale * values[p]!) / norm;
    }
  }
  return coef;
}

/** The rows of weights at the places of their columns. */
function permuted(weights: Float32Array, columns: number, places: Uint32Array): Float32Array {
  const out = new Float32Array(weights.length);
  places.forEach((place, c) => {
    out.set(weights.subarray(place * columns, (place + 1) * columns), c * columns);
  });
  return out;
}
