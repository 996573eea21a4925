import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tf } from '../sparse.js';
import { type TensorVector, tensorBasics, type VectorSpace } from '../vectors.js';

/** Elements of a scalar product that are summed in float32 before the sums are read and added in float64. */
const SUM_BLOCK = 1024;
/** Elements worked on at a time, so that the copies beside the vectors stay small. */
const PIECE = 256 * SUM_BLOCK;

/** A vector space of TensorFlow.js's own operations: both of its passes over memory are matrix products. */
export function tensorVectors(tf: Tf, length: number): VectorSpace<TensorVector> {
  const pieces = Array.from({ length: Math.ceil(length / PIECE) }, (_, i) => ({
    from: i * PIECE,
    size: Math.min(PIECE, length - i * PIECE),
  }));
  const replace = (vector: TensorVector, values: tfjs.Tensor1D) => {
    vector.dispose();
    vector.tensor = tf.keep(values);
  };
  return {
    ...tensorBasics(tf, length),

    async dots(left, right) {
      const out = new Float64Array(left.length * right.length);
      for (const { from, size } of pieces) {
        const blocks = Math.ceil(size / SUM_BLOCK);
        const sums = tf.tidy(() => {
          // [blocks, vectors, SUM_BLOCK]
          const stack = (vectors: readonly TensorVector[]) =>
            tf.stack(
              vectors.map(({ tensor }) => {
                const padded = tf.pad1d(tf.slice1d(tensor, from, size), [0, blocks * SUM_BLOCK - size]);
                return tf.reshape(padded, [blocks, SUM_BLOCK]);
              }),
              1,
            );
          return tf.matMul(stack(left), stack(right), false, true);
        });
        const values = await sums.data();
        sums.dispose();
        for (let i = 0; i < values.length; i++) out[i % out.length]! += values[i]!;
      }
      return out;
    },

    combine(out, weights, vectors) {
      replace(
        out,
        tf.tidy(() => {
          const factors = tf.tensor2d([[...weights]]);
          const parts = pieces.map(({ from, size }) =>
            tf.tidy(() => {
              const stacked = tf.stack(vectors.map(({ tensor }) => tf.slice1d(tensor, from, size)));
              return tf.reshape<tfjs.Rank.R1>(tf.matMul(factors, stacked as tfjs.Tensor2D), [size]);
            }),
          );
          return tf.concat1d(parts);
        }),
      );
    },

    multiply(out, a, b) {
      replace(out, tf.mul(a.tensor, b.tensor));
    },

    async maxAbs({ tensor }) {
      const max = tf.tidy(() => tf.max(tf.abs(tensor)));
      const [value] = await max.data();
      max.dispose();
      return value!;
    },
  };
}
