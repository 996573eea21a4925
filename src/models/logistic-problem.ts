import { type Device, DeviceVector, type tf, type VectorSpace } from '../compute/index.js';
import type { Csr } from '../sparse/csr.js';
import type { Objective } from './lbfgs.js';

/**
 * Factors that bring the columns, the intercepts' last, nearer to each other in curvature: L-BFGS on x·scale needs
 * half the passes over the data. The curvature of a weight is at most h·Σ wᵢ·xᵢ² + 1/C, with h the variance of a
 * uniform guess; its inverse square root would make all equal if words were independent. They are not, and the
 * fourth root does better (bench/README.md).
 */
export function columnScales(
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
  squares[cols] = sumOf(weights);
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
export function unscale(weights: Float32Array, scales: Float64Array, columns: number): Float32Array {
  for (let c = 0; c < scales.length; c++) {
    for (let i = c * columns; i < (c + 1) * columns; i++) weights[i]! *= scales[c]!;
  }
  return weights;
}

/** What L-BFGS minimises on the device: a function of the scaled parameters, flat [features + 1, columns]. */
export interface ScaledProblem {
  space: VectorSpace;
  /** The start, zeros. */
  parameters: DeviceVector;
  /** The objective divided by the sum of the row weights. */
  objective: Objective;
  /** Largest component of the gradient by the parameters as they are, not scaled. */
  gradientMax(gradient: DeviceVector): Promise<number>;
  dispose(): void;
}

export function scaledProblem(
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
  const sum = sumOf(weights);
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

/** Σ of numbers. */
export const sumOf = (numbers: Float64Array) => numbers.reduce((sum, number) => sum + number, 0);
