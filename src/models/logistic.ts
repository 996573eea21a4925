import { type Device, DeviceVector, type SparseTensor, type tf, type VectorSpace } from '../compute/index.js';
import { MaasError } from '../errors.js';
import { breathe, type Listener } from '../progress.js';
import type { Csr } from '../sparse/csr.js';
import { type LbfgsResult, minimizeLbfgs, type Objective } from './lbfgs.js';
import { LinearClassifier } from './linear.js';

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
export interface FitReport {
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

/**
 * Fits multinomial logistic regression (binomial, with one weight per feature, for two classes) to its optimum.
 * `labels` holds a class below `classes` for each row. Leaves no tensor behind. Throws `failed` where C is so extreme
 * that float32 cannot hold the objective, or the problem is too large for the device.
 */
export async function fitLogistic(
  features: Csr,
  labels: Int32Array,
  classes: number,
  options: LogisticOptions,
  device: Device,
  listener: Listener = {},
): Promise<{ classifier: LinearClassifier; report: FitReport }> {
  const columns = columnsFor(classes);
  const weights = sampleWeights(labels, classes, options.classWeight);
  const history = affordableHistory(features, classes, device);
  const matrix = device.sparseTensor(withOnes(features));
  const targets = device.tf.tensor1d(labels, 'int32');
  const space = device.vectors((features.cols + 1) * columns);
  const parameters = space.zeros();
  try {
    const objective = meanObjective(device, space, matrix, targets, weights, columns, options.C);
    const result = await minimizeLbfgs(space, objective, parameters, {
      tolerance: options.tol,
      maxIterations: options.maxIter,
      history,
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
      throw new MaasError('failed', `the fit cannot take a single step with C = ${options.C} in float32`, {
        hint: 'use a C closer to 1',
      });
    }
    const learned = (await parameters.tensor.data()) as Float32Array;
    const split = features.cols * columns;
    const classifier = new LinearClassifier({
      kind: 'logistic',
      classes,
      features: features.cols,
      coef: learned.slice(0, split),
      intercept: learned.slice(split),
    });
    return { classifier, report: fitReport(result, total(weights), options, listener) };
  } finally {
    device.disposeSparse(matrix);
    targets.dispose();
    parameters.dispose();
  }
}

/** For how many steps the optimizer remembers the curvature, where memory allows, and at the least. */
const HISTORY = 10;
const LEAST_HISTORY = 2;

/** Bytes that a fit has on the device: all at once with a history of so many steps, and in its largest tensor. */
function deviceBytes({ rows, cols, values }: Csr, classes: number, history: number) {
  const columns = columnsFor(classes);
  const vector = 4 * (cols + 1) * columns;
  const matrix = 2 * (8 * (values.length + rows) + 4 * (rows + cols));
  const activations = 4 * rows * columns;
  return {
    bytes: matrix + 3 * activations + (7 + 2 * history) * vector,
    largest: Math.max(vector, activations, 4 * (values.length + rows)),
  };
}

/** What fitting these features asks of a device at the least. */
export const logisticJob = (features: Csr, classes: number) => ({
  nonZeros: features.values.length,
  columns: columnsFor(classes),
  bytes: deviceBytes(features, classes, LEAST_HISTORY).bytes,
});

/** Weights for each feature: two classes share one. */
const columnsFor = (classes: number) => (classes === 2 ? 1 : classes);

/**
 * For how many steps the optimizer can remember the curvature: 10, or fewer where there are very many parameters.
 * Throws `failed` where the problem is too large for the device altogether.
 */
function affordableHistory(features: Csr, classes: number, { memory, name }: Device): number {
  for (let history = HISTORY; history >= LEAST_HISTORY; history--) {
    const { bytes, largest } = deviceBytes(features, classes, history);
    if (bytes <= memory.bytes && largest <= memory.tensorBytes) return history;
  }
  throw new MaasError(
    'failed',
    `${features.cols.toLocaleString('en-US')} features for ${classes} classes are too many for the memory of the device ${name}`,
    { hint: 'raise --min-df, or set --max-features' },
  );
}

/** The features with a last column of ones, whose weights are the intercepts. */
function withOnes({ rows, cols, indptr, indices, values }: Csr): Csr {
  const more = {
    indices: new Uint32Array(indices.length + rows),
    values: new Float32Array(values.length + rows),
  };
  for (let r = 0; r < rows; r++) {
    const [from, to] = [indptr[r]!, indptr[r + 1]!];
    more.indices.set(indices.subarray(from, to), from + r);
    more.values.set(values.subarray(from, to), from + r);
    more.indices[to + r] = cols;
    more.values[to + r] = 1;
  }
  return { rows, cols: cols + 1, indptr: indptr.map((offset, r) => offset + r), ...more };
}

/** The objective divided by the sum of the row weights, of the flat parameters [features + 1, columns]. */
function meanObjective(
  { tf, sparseMatMul, sparseCrossEntropy }: Device,
  space: VectorSpace,
  matrix: SparseTensor,
  targets: tf.Tensor1D,
  weights: Float64Array,
  columns: number,
  C: number,
): Objective {
  const penalized = space.length - columns;
  const sum = total(weights);
  const penalty = 1 / (C * sum);
  const weighted = weights.some((weight) => weight !== 1);
  const rowWeights = Float32Array.from(weights);
  return async (x, gradient) => {
    const losses = tf.tidy(() => {
      const logits = sparseMatMul(matrix, tf.reshape(x.tensor, [-1, columns]));
      const { loss, backprop } = sparseCrossEntropy(logits, targets);
      const byLogits = weighted
        ? tf.mul<tf.Tensor2D>(backprop, tf.tensor2d(rowWeights, [rowWeights.length, 1]))
        : backprop;
      const byParameters = tf.reshape<tf.Rank.R1>(sparseMatMul(matrix, byLogits, true), [-1]);
      space.combine(gradient, [1 / sum], [new DeviceVector(byParameters)]);
      space.combine(gradient, [1, penalty], [gradient, x], penalized);
      return loss;
    });
    try {
      let value = 0;
      const read = await losses.data();
      for (let r = 0; r < read.length; r++) value += weights[r]! * read[r]!;
      const squares = (await space.dots([x], [x], penalized))[0]!;
      return value / sum + (penalty / 2) * squares;
    } finally {
      losses.dispose();
    }
  };
}

function sampleWeights(
  labels: Int32Array,
  classes: number,
  kind: LogisticOptions['classWeight'],
): Float64Array {
  const weights = new Float64Array(labels.length).fill(1);
  if (kind !== 'balanced') return weights;
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]!++;
  for (let r = 0; r < labels.length; r++) weights[r] = labels.length / (classes * counts[labels[r]!]!);
  return weights;
}

const total = (weights: Float64Array) => weights.reduce((sum, w) => sum + w, 0);

function fitReport(
  result: LbfgsResult,
  sum: number,
  { maxIter, tol }: LogisticOptions,
  listener: Listener,
): FitReport {
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
