import { type Device, DeviceVector, type Job, type tf, type VectorSpace } from '../compute/index.js';
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
  const scales = columnScales(features, weights, classes, options.C);
  const problem = scaledProblem(device, features, labels, weights, scales, columns, options.C);
  const { space, parameters } = problem;
  try {
    const result = await minimizeLbfgs(space, problem.objective, parameters, {
      tolerance: options.tol,
      maxIterations: options.maxIter,
      history,
      gradientMax: problem.gradientMax,
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
    const learned = unscale((await device.read(parameters.tensor)).slice() as Float32Array, scales, columns);
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
    problem.dispose();
  }
}

/** For how many steps the optimizer remembers the curvature, where memory allows, and at the least. */
const HISTORY = 10;
const LEAST_HISTORY = 2;

/** Bytes that a fit has on the device: all at once with a history of so many steps, and in its largest tensor. */
function deviceBytes({ rows, cols, values }: Csr, classes: number, history: number) {
  const columns = columnsFor(classes);
  const vector = 4 * (cols + 1) * columns;
  // in the form that takes most, TensorFlow's coordinates
  const matrix = 20 * (values.length + rows) + 8 * (rows + cols);
  const activations = 4 * rows * columns;
  return {
    bytes: matrix + 3 * activations + (12 + 2 * history) * vector,
    // WebGPU sums rows and columns in pieces of 256 non-zeros
    largest: Math.max(4 * (values.length + rows), vector, activations) + (values.length / 64) * columns,
  };
}

/** What fitting these features asks of a device at the least. */
export const logisticJob = (features: Csr, classes: number): Job => ({
  nonZeros: features.values.length,
  columns: columnsFor(classes),
  parameters: (features.cols + 1) * columnsFor(classes),
  ...deviceBytes(features, classes, LEAST_HISTORY),
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

/**
 * Factors that bring the columns, the intercepts' last, nearer to each other in curvature: L-BFGS on x·scale needs
 * half the passes over the data. The curvature of a weight is at most h·Σ wᵢ·xᵢ² + 1/C, with h the variance of a
 * uniform guess; its inverse square root would make all equal if words were independent. They are not, and the
 * fourth root does better (bench/README.md).
 */
function columnScales(
  { cols, indices, indptr, rows, values }: Csr,
  weights: Float64Array,
  classes: number,
  C: number,
): Float64Array {
  const squares = new Float64Array(cols + 1);
  for (let r = 0; r < rows; r++) {
    const weight = weights[r]!;
    for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
      const value = values[p]!;
      squares[indices[p]!]! += weight * value * value;
    }
  }
  squares[cols] = total(weights);
  const variance = (1 / classes) * (1 - 1 / classes);
  return squares.map((square, c) => (variance * square + (c < cols ? 1 / C : 0)) ** -0.25);
}

/** The features times the scales of their columns, with a last column of ones for the intercepts. */
function scaledWithOnes({ rows, cols, indptr, indices, values }: Csr, scales: Float64Array): Csr {
  const more = {
    indices: new Uint32Array(indices.length + rows),
    values: new Float32Array(values.length + rows),
  };
  for (let r = 0; r < rows; r++) {
    const to = indptr[r + 1]!;
    for (let p = indptr[r]!; p < to; p++) {
      more.indices[p + r] = indices[p]!;
      more.values[p + r] = values[p]! * scales[indices[p]!]!;
    }
    more.indices[to + r] = cols;
    more.values[to + r] = scales[cols]!;
  }
  return { rows, cols: cols + 1, indptr: indptr.map((offset, r) => offset + r), ...more };
}

/** The weights of the features as they are, from those of the scaled ones, which are overwritten. */
function unscale(weights: Float32Array, scales: Float64Array, columns: number): Float32Array {
  for (let c = 0; c < scales.length; c++) {
    for (let i = c * columns; i < (c + 1) * columns; i++) weights[i]! *= scales[c]!;
  }
  return weights;
}

/** What L-BFGS minimises on the device: a function of the scaled parameters, flat [features + 1, columns]. */
interface ScaledProblem {
  space: VectorSpace;
  /** The start, zeros. */
  parameters: DeviceVector;
  /** The objective divided by the sum of the row weights. */
  objective: Objective;
  /** Largest component of the gradient by the parameters as they are, not scaled. */
  gradientMax(gradient: DeviceVector): Promise<number>;
  dispose(): void;
}

function scaledProblem(
  device: Device,
  features: Csr,
  labels: Int32Array,
  weights: Float64Array,
  scales: Float64Array,
  columns: number,
  C: number,
): ScaledProblem {
  const { tf, sparseMatMul, sparseCrossEntropy } = device;
  const space = device.vectors(scales.length * columns);
  const sum = total(weights);
  const perParameter = (of: (scale: number, c: number) => number) => {
    const values = new Float32Array(space.length);
    for (let c = 0; c < scales.length; c++) {
      values.fill(of(scales[c]!, c), c * columns, (c + 1) * columns);
    }
    return new DeviceVector(tf.tensor1d(values));
  };
  const matrix = device.sparseTensor(scaledWithOnes(features, scales));
  const targets = tf.tensor1d(labels, 'int32');
  const penalties = perParameter((scale, c) => (c < features.cols ? scale ** 2 / (C * sum) : 0));
  const inverses = perParameter((scale) => 1 / scale);
  const parameters = space.zeros();
  const scratch = space.zeros();
  const rowWeights = weights.some((weight) => weight !== 1)
    ? tf.tensor2d(Float32Array.from(weights), [weights.length, 1])
    : undefined;
  return {
    space,
    parameters,
    async objective(x, gradient) {
      const losses = tf.tidy(() => {
        const logits = sparseMatMul(matrix, tf.reshape(x.tensor, [-1, columns]));
        const { loss, backprop } = sparseCrossEntropy(logits, targets);
        const byLogits = rowWeights ? tf.mul<tf.Tensor2D>(backprop, rowWeights) : backprop;
        const byParameters = tf.reshape<tf.Rank.R1>(sparseMatMul(matrix, byLogits, true), [-1]);
        space.multiply(scratch, penalties, x);
        space.combine(gradient, [1 / sum, 1], [new DeviceVector(byParameters), scratch]);
        return loss;
      });
      try {
        let value = 0;
        const read = await device.read(losses);
        for (let r = 0; r < read.length; r++) value += weights[r]! * read[r]!;
        const squares = (await space.dots([scratch], [x]))[0]!;
        return value / sum + squares / 2;
      } finally {
        losses.dispose();
      }
    },
    async gradientMax(gradient) {
      space.multiply(scratch, inverses, gradient);
      return space.maxAbs(scratch);
    },
    dispose() {
      device.disposeSparse(matrix);
      targets.dispose();
      rowWeights?.dispose();
      for (const vector of [penalties, inverses, parameters, scratch]) vector.dispose();
    },
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
