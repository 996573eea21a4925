import type { Device, SparseTensor, tf } from '../compute/index.js';
import { breathe, type Listener } from '../progress.js';
import type { Csr } from '../sparse/csr.js';
import { type LbfgsResult, minimizeLbfgs } from './lbfgs.js';
import { Linear } from './linear.js';

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
 * `labels` holds a class below `classes` for each row. Leaves no tensor behind.
 */
export async function fitLogistic(
  features: Csr,
  labels: Int32Array,
  classes: number,
  options: LogisticOptions,
  device: Device,
  listener: Listener = {},
): Promise<{ classifier: Linear; report: FitReport }> {
  const columns = classes === 2 ? 1 : classes;
  const weights = sampleWeights(labels, classes, options.classWeight);
  const matrix = device.sparseTensor(features);
  const targets = device.tf.tensor1d(labels, 'int32');
  try {
    const objective = meanObjective(device, matrix, targets, weights, columns, options.C);
    const result = await minimizeLbfgs(objective, new Float64Array((features.cols + 1) * columns), {
      tolerance: options.tol,
      maxIterations: options.maxIter,
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
    const split = features.cols * columns;
    const classifier = new Linear({
      kind: 'logistic',
      classes,
      features: features.cols,
      coef: Float32Array.from(result.x.subarray(0, split)),
      intercept: Float32Array.from(result.x.subarray(split)),
    });
    return { classifier, report: fitReport(result, total(weights), options, listener) };
  } finally {
    device.disposeSparse(matrix);
    targets.dispose();
  }
}

/** The objective divided by the sum of the row weights, of the flat parameters [features + 1, columns]. */
function meanObjective(
  { tf, sparseMatMul, sparseCrossEntropy }: Device,
  matrix: SparseTensor,
  targets: tf.Tensor1D,
  weights: Float64Array,
  columns: number,
  C: number,
) {
  const features = matrix.shape[1];
  const split = features * columns;
  const sum = total(weights);
  const penalty = 1 / (C * sum);
  const rowWeights = Float32Array.from(weights);
  return (x: Float64Array, gradient: Float64Array): number => {
    let value = 0;
    // what tidy's function returns is searched for tensors element by element, so the arrays stay inside
    tf.tidy(() => {
      const coef = tf.tensor2d(Float32Array.from(x.subarray(0, split)), [features, columns]);
      const intercept = tf.tensor1d(Float32Array.from(x.subarray(split)));
      const logits = tf.add(sparseMatMul(matrix, coef), intercept) as tf.Tensor2D;
      const { loss, backprop } = sparseCrossEntropy(logits, targets);
      const byLogits = tf.mul(backprop, tf.tensor2d(rowWeights, [rowWeights.length, 1])) as tf.Tensor2D;
      const losses = loss.dataSync();
      for (let r = 0; r < losses.length; r++) value += weights[r]! * losses[r]!;
      const byCoef = sparseMatMul(matrix, byLogits, true).dataSync();
      for (let i = 0; i < split; i++) gradient[i] = byCoef[i]! / sum + penalty * x[i]!;
      const byIntercept = tf.sum(byLogits, 0).dataSync();
      for (let c = 0; c < columns; c++) gradient[split + c] = byIntercept[c]! / sum;
    });
    let squares = 0;
    for (let i = 0; i < split; i++) squares += x[i]! * x[i]!;
    return value / sum + (penalty / 2) * squares;
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
      `the fit did not converge in ${maxIter} iterations (gradient ${gradientMax.toExponential(1)}, wanted ${tol}): raise --max-iter, or lower --C`,
    );
  }
  if (status === 'precision') {
    listener.warn?.(
      `the fit stopped at the limit of float32 (gradient ${gradientMax.toExponential(1)}, wanted ${tol})`,
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
