import type * as tfjs from '@tensorflow/tfjs-core';
import { type CsrSource, csrOf } from '../sparse/csr.js';
import type { SparseOperations, Tf } from './sparse.js';
import { type DeviceVector, TensorVector, type VectorSpace } from './vectors.js';

/** Data and penalty of a linear classifier. */
export interface LinearProblem {
  features: CsrSource;
  /** The class of each row. */
  labels: Int32Array;
  /** The weight of each row's loss. */
  weights: Float64Array;
  classes: number;
  /** For each feature the factor p of ½·p·w² for each of its weights. */
  penalties: Float32Array;
}

/**
 * Σ weightᵣ·cross-entropyᵣ / Σ weightᵣ + ½ Σ penaltyⱼ·wⱼ² as a function of the weights of a linear classifier, with
 * its gradient. There is a column of weights for each class, or for two classes one, that of the second; how they lie
 * in the vectors is the device's affair.
 */
export interface LinearLoss {
  /** The parameters' space. */
  readonly space: VectorSpace;
  /** Writes the gradient at x into `gradient` and answers with the value. */
  evaluate(x: DeviceVector, gradient: DeviceVector): Promise<number>;
  /** A vector that holds the number of each feature in all of its columns; to be disposed of by the caller. */
  perFeature(numbers: Float64Array): DeviceVector;
  /** A vector of weights, row-major [features, columns]; to be disposed of by the caller. */
  from(weights: Float32Array): DeviceVector;
  /** The weights in x, row-major [features, columns]. */
  read(x: DeviceVector): Promise<Float32Array>;
  dispose(): void;
}

/** Columns of weights: two classes share one. */
export const columnsFor = (classes: number) => (classes === 2 ? 1 : classes);

/** Columns of weights as they lie in memory on `wasm`: a single one, or a multiple of the four lanes of a SIMD register. */
export function paddedColumns(classes: number): number {
  const columns = columnsFor(classes);
  return columns === 1 ? 1 : 4 * Math.ceil(columns / 4);
}

/** The loss by the sparse operations of a device; its vectors are those of `space`, which hold tensors. */
export function tensorLoss(
  tf: Tf,
  operations: SparseOperations,
  vectors: (length: number) => VectorSpace<TensorVector>,
  read: (tensor: tfjs.Tensor) => Promise<tfjs.TypedArray>,
  { features, labels, weights, classes, penalties }: LinearProblem,
): LinearLoss {
  const { sparseMatMul, sparseCrossEntropy } = operations;
  const columns = columnsFor(classes);
  const space = vectors(features.cols * columns);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const perFeature = (numbers: ArrayLike<number>) => {
    const values = new Float32Array(space.length);
    for (let j = 0; j < features.cols; j++) values.fill(numbers[j]!, j * columns, (j + 1) * columns);
    return space.from(values);
  };
  const matrix = operations.sparseTensor(csrOf(features));
  const targets = tf.tensor1d(labels, 'int32');
  const penalty = perFeature(penalties);
  const pull = space.zeros();
  const rowWeights = weights.some((weight) => weight !== 1)
    ? tf.tensor2d(Float32Array.from(weights), [weights.length, 1])
    : undefined;
  const evaluate = async (x: TensorVector, gradient: TensorVector) => {
    const losses = tf.tidy(() => {
      const logits = sparseMatMul(matrix, tf.reshape(x.tensor, [-1, columns]));
      const { loss, backprop } = sparseCrossEntropy(logits, targets);
      const byLogits = rowWeights ? tf.mul<tfjs.Tensor2D>(backprop, rowWeights) : backprop;
      const byWeights = tf.reshape<tfjs.Rank.R1>(sparseMatMul(matrix, byLogits, true), [-1]);
      space.multiply(pull, penalty, x);
      space.combine(gradient, [1 / sum, 1], [new TensorVector(byWeights), pull]);
      return loss;
    });
    try {
      let value = 0;
      const each = await read(losses);
      for (let r = 0; r < each.length; r++) value += weights[r]! * each[r]!;
      return value / sum + (await space.dots([pull], [x]))[0]! / 2;
    } finally {
      losses.dispose();
    }
  };
  return {
    space: space as VectorSpace,
    evaluate: evaluate as LinearLoss['evaluate'],
    perFeature,
    from: (weights) => space.from(weights),
    read: (x) => space.read(x as TensorVector),
    dispose() {
      operations.disposeSparse(matrix);
      targets.dispose();
      rowWeights?.dispose();
      for (const vector of [penalty, pull]) vector.dispose();
    },
  };
}
