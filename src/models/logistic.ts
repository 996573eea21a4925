import { columnsFor, type Job, type LinearDevice, paddedColumns, SPARSE_COLUMNS } from '../compute/index.js';
import { MaasError } from '../errors.js';
import { breathe, type Listener } from '../progress.js';
import type { Csr, CsrSource } from '../sparse/csr.js';
import { mergedColumns } from '../sparse/frequency.js';
import { designOf } from './design.js';
import { type LbfgsResult, minimizeLbfgs } from './lbfgs.js';
import { LinearClassifier } from './linear.js';
import { classWeights } from './weights.js';

/** Options of logistic regression, named as scikit-learn names them. */
export interface LogisticOptions {
  /** Inverse strength of the penalty: the objective is Σ wᵢ·log-loss + ‖W‖²/(2C), intercepts not penalised. */
  C: number;
  /** Stop after so many L-BFGS iterations, converged or not. */
  maxIter: number;
  /** Converged when no component of the gradient of the mean objective exceeds this. */
  tol: number;
  /** `balanced` weighs a row by rows / (classes · rows of its class). */
  classWeight: 'balanced' | null;
}

/** How a fit went. */
export interface LbfgsReport {
  solver: 'lbfgs';
  iterations: number;
  /** Passes over the data, each of which gives the loss and its gradient. */
  evaluations: number;
  /** Σ wᵢ·log-loss + ‖W‖²/(2C) at the solution. */
  objective: number;
  /** Largest component of the gradient of the mean objective. */
  gradientMax: number;
  converged: boolean;
}

/** What a fit came to, in the units of its features: where another on the same rows, with another C, begins. */
export type LogisticSolution = Float32Array;

/**
 * Fits multinomial logistic regression (binomial, with one weight per feature, for two classes) to its optimum.
 * `labels` holds a class below `classes` for each row. `start` saves passes, and leads to the same optimum. Leaves no
 * tensor behind. Throws `failed` where C is so extreme that float32 cannot hold the objective, or the problem is too large
 * for the device.
 */
export async function fitLogistic(
  features: Csr,
  labels: Int32Array,
  classes: number,
  options: LogisticOptions,
  device: LinearDevice,
  listener: Listener = {},
  start?: LogisticSolution,
): Promise<{ classifier: LinearClassifier; report: LbfgsReport; solution: LogisticSolution }> {
  const ofClass = classWeights(labels, classes, options.classWeight);
  const weights = Float64Array.from(labels, (label) => ofClass[label]!);
  const { matrix, penalties, scales, toOriginal, expand } = designOf(features, weights, classes, options.C);
  if (!toOriginal.every(Number.isFinite)) throw beyondFloat32(options.C);
  const history = affordableHistory(matrix, classes, device);
  const loss = device.loss({ features: matrix, labels, weights, classes, penalties });
  const { space } = loss;
  const parameters = start
    ? loss.from(scaled(start, scales, (weight, scale) => weight / scale))
    : space.zeros();
  const original = loss.perFeature(toOriginal);
  const scratch = space.zeros();
  try {
    const result = await minimizeLbfgs(space, loss.evaluate, parameters, {
      tolerance: options.tol,
      maxIterations: options.maxIter,
      history,
      gradientMax: (gradient) => {
        space.multiply(scratch, original, gradient);
        return space.maxAbs(scratch);
      },
      onIteration: async (iteration, value) => {
        listener.step?.({
          stage: 'fit',
          done: iteration,
          unit: 'iterations',
          note: `objective ${value.toFixed(6)}`,
        });
        await breathe();
      },
    });
    if (!Number.isFinite(result.value) || (result.iterations === 0 && result.status === 'precision')) {
      throw beyondFloat32(options.C);
    }
    const learned = await loss.read(parameters);
    const { coef, intercept } = expand(learned);
    const classifier = new LinearClassifier({
      kind: 'logistic',
      classes,
      features: features.cols,
      coef,
      intercept,
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const solution = scaled(learned, scales, (weight, scale) => weight * scale);
    return { classifier, report: fitReport(result, sum, options, listener), solution };
  } finally {
    for (const vector of [parameters, original, scratch]) vector.dispose();
    loss.dispose();
  }
}

/** Weights [features, columns], each with the scale of its feature. */
function scaled(
  weights: Float32Array,
  scales: Float32Array,
  change: (weight: number, scale: number) => number,
) {
  const columns = weights.length / scales.length;
  return weights.map((weight, i) => change(weight, scales[Math.floor(i / columns)]!));
}

const beyondFloat32 = (C: number) =>
  new MaasError('failed', `the fit cannot take a single step with C = ${C} in float32`, {
    hint: 'use a C closer to 1',
  });

/**
 * Remembered steps: as many as cost what a pass costs, but no more than `most` and no fewer than `usualLeast`; `least` where memory
 * is short.
 */
const HISTORY = { most: 20, usualLeast: 5, least: 2 };
/** Products of a pass that cost as much as a weight in a remembered step. */
const PER_STEP = 3;

/** For how many steps the curvature is worth remembering: more save passes, but each is read twice for every pass. */
export function historyFor(
  { cols, nonZeros }: Pick<CsrSource, 'cols' | 'nonZeros'>,
  classes: number,
): number {
  const columns = columnsFor(classes);
  // one weight takes as long to fetch as four next to each other
  const products = nonZeros * Math.max(4, columns);
  const steps = Math.round(products / (PER_STEP * Math.max(1, cols) * columns));
  return Math.min(HISTORY.most, Math.max(HISTORY.usualLeast, steps));
}

/** Vectors of parameters that a fit holds beside two for each remembered step. */
export const VECTORS = 10;

type Size = Pick<CsrSource, 'rows' | 'cols' | 'nonZeros'>;

/** Bytes that a fit has on the device: all at once with a history of so many steps, and in its largest tensor. */
function deviceBytes({ rows, cols, nonZeros }: Size, classes: number, history: number) {
  const columns = paddedColumns(classes);
  const vector = 4 * cols * columns;
  // in the form that takes most, TensorFlow's coordinates
  const matrix = 20 * (nonZeros + rows) + 8 * (rows + cols);
  const activations = 4 * rows * columns;
  return {
    bytes: matrix + 3 * activations + (VECTORS + 2 * history) * vector,
    // WebGPU sums rows and columns in pieces of 256 non-zeros
    largest: Math.max(4 * (nonZeros + rows), vector, activations) + (nonZeros / 64) * columns,
  };
}

/** Passes over the data that a fit takes, as a rule. */
export const PASSES = 30;

/** What fitting these features asks of a device at the least. */
export function logisticJob(features: Csr, classes: number): Job {
  const columns = columnsFor(classes);
  const size = { rows: features.rows, cols: mergedColumns(features) + 1, nonZeros: features.values.length };
  return {
    seconds: ({ sparseNonZeros, vectorElements }) =>
      PASSES *
      ((2 * size.nonZeros * columns) / (sparseNonZeros * SPARSE_COLUMNS) +
        (size.cols * columns) / vectorElements),
    ...deviceBytes(size, classes, HISTORY.least),
  };
}

/**
 * For how many steps the optimizer remembers the curvature: as many as it is worth, or fewer where there is no memory for them.
 * Throws `failed` where the problem is too large for the device altogether.
 */
function affordableHistory(features: Size, classes: number, { memory, name }: LinearDevice): number {
  for (let history = historyFor(features, classes); history >= HISTORY.least; history--) {
    const { bytes, largest } = deviceBytes(features, classes, history);
    if (bytes <= memory.bytes && largest <= memory.tensorBytes) return history;
  }
  throw new MaasError(
    'failed',
    `${(features.cols - 1).toLocaleString('en-US')} features for ${classes} classes are too many for the memory of the device ${name}`,
    { hint: 'raise --min-df, or set --max-features' },
  );
}

function fitReport(
  result: LbfgsResult,
  sum: number,
  { maxIter, tol }: LogisticOptions,
  listener: Listener,
): LbfgsReport {
  const { iterations, evaluations, gradientMax, status } = result;
  if (status === 'max-iterations') {
    listener.warn?.(
      `the fit did not converge in ${maxIter} iterations (largest gradient ${gradientMax.toExponential(1)}, tolerance ${tol}): raise --max-iter, or lower --C`,
    );
  }
  if (status === 'precision') {
    listener.warn?.(
      `the fit stopped at the limit of float32 (largest gradient ${gradientMax.toExponential(1)}, tolerance ${tol})`,
    );
  }
  return {
    solver: 'lbfgs',
    iterations,
    evaluations,
    objective: result.value * sum,
    gradientMax,
    converged: status === 'converged',
  };
}
