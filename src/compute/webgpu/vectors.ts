import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tf } from '../sparse.js';
import { type TensorVector, tensorBasics, type VectorSpace } from '../vectors.js';
import type { WebgpuBackend } from './kernels.js';
import { combineProgram, dotsProgram, VECTORS } from './programs.js';

/** Threads that share a scalar product; what each sums in float32 is read and added up in float64. */
const MOST_PARTS = 16384;
/** Elements that are worth a thread. */
const PART = 64;

/** A vector space of compute shaders, which read several vectors in one pass over memory. */
export function shaderVectors(tf: Tf, backend: WebgpuBackend, length: number): VectorSpace<TensorVector> {
  const run = backend.runWebGPUProgram.bind(backend);
  const tensorOf = (info: tfjs.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);
  return {
    ...tensorBasics(tf, length),

    async dots(left, right) {
      const out = new Float64Array(left.length * right.length);
      const parts = Math.max(1, Math.min(MOST_PARTS, Math.ceil(length / PART)));
      const tiles = tilesOf(left, Math.ceil(VECTORS / 2)).flatMap((rows) =>
        tilesOf(right, Math.floor(VECTORS / 2)).map((columns) => ({ rows, columns })),
      );
      const sums = tiles.map(({ rows, columns }) => {
        const vectors = [...rows.items, ...columns.items].map(({ tensor }) => tensor);
        const program = dotsProgram(rows.items.length, columns.items.length, parts);
        return tensorOf(run(program, vectors, 'float32'));
      });
      const values = await Promise.all(sums.map((tensor) => tensor.data()));
      tf.dispose(sums);
      for (const [t, { rows, columns }] of tiles.entries()) {
        for (let pair = 0; pair < rows.items.length * columns.items.length; pair++) {
          const row = rows.from + Math.floor(pair / columns.items.length);
          const column = columns.from + (pair % columns.items.length);
          let sum = 0;
          for (const part of values[t]!.subarray(pair * parts, (pair + 1) * parts)) sum += part;
          out[row * right.length + column] = sum;
        }
      }
      return out;
    },

    combine(out, weights, vectors) {
      const before = out.tensor;
      let sum: tfjs.TensorInfo | undefined;
      for (let i = 0; i < vectors.length; ) {
        const added = Math.min(vectors.length - i, sum ? VECTORS - 1 : VECTORS);
        const terms = vectors.slice(i, i + added).map(({ tensor }) => tensor as tfjs.TensorInfo);
        const factors = weights.slice(i, i + added);
        const previous = sum;
        if (previous) {
          terms.push(previous);
          factors.push(1);
        }
        sum = run(
          combineProgram(terms.length, length),
          terms,
          'float32',
          factors.map((factor) => ({ type: 'float32', data: [factor] })),
        );
        if (previous) backend.disposeData(previous.dataId);
        i += added;
      }
      out.tensor = tf.keep(tensorOf(sum!)) as tfjs.Tensor1D;
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

/** The items in runs of at most `size`, and where each run begins. */
const tilesOf = <T>(items: readonly T[], size: number) =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => ({
    from: i * size,
    items: items.slice(i * size, (i + 1) * size),
  }));
