import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tf } from '../sparse.js';
import { DeviceVector, type VectorSpace } from '../vectors.js';

/** Elements of a scalar product that are summed in float32 before the sums are read and added in float64. */
const SUM_BLOCK = 1024;

/** A vector space of TensorFlow.js's own operations: both of its passes over memory are matrix products. */
export function tensorVectors(tf: Tf, length: number): VectorSpace {
  const keep = (values: tfjs.Tensor1D) => new DeviceVector(tf.keep(values));
  return {
    length,
    zeros: () => keep(tf.zeros([length])),

    async dots(left, right) {
      const out = new Float64Array(left.length * right.length);
      const blocks = Math.ceil(length / SUM_BLOCK);
      const sums = tf.tidy(() => {
        const stack = (vectors: readonly DeviceVector[]) =>
          tf.stack(
            vectors.map(({ tensor }) => {
              const padded = tf.pad1d(tensor, [0, blocks * SUM_BLOCK - length]);
              return tf.reshape(padded, [blocks, SUM_BLOCK]);
            }),
            1,
          );
        return tf.matMul(stack(left), stack(right), false, true);
      });
      const values = await sums.data();
      sums.dispose();
      for (let i = 0; i < values.length; i++) out[i % out.length]! += values[i]!;
      return out;
    },

    combine(out, weights, vectors) {
      const before = out.tensor;
      tf.tidy(() => {
        const stacked = tf.stack(vectors.map(({ tensor }) => tensor)) as tfjs.Tensor2D;
        const sum = tf.matMul(tf.tensor2d([[...weights]]), stacked);
        out.tensor = tf.keep(tf.reshape<tfjs.Rank.R1>(sum, [length]));
      });
      before.dispose();
    },

    multiply(out, a, b) {
      const before = out.tensor;
      out.tensor = tf.keep(tf.mul(a.tensor, b.tensor));
      before.dispose();
    },

    async maxAbs({ tensor }) {
      const max = tf.tidy(() => tf.max(tf.abs(tensor)));
      const [value] = await max.data();
      max.dispose();
      return value!;
    },
  };
}
