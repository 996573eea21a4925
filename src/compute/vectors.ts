import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tf } from './sparse.js';

/** A vector on the device, of one of its spaces, which may change it. */
export interface DeviceVector {
  dispose(): void;
}

/** A vector as a tensor of float32; spaces that cannot write in place put another in its place. */
export class TensorVector implements DeviceVector {
  constructor(public tensor: tfjs.Tensor1D) {}

  dispose(): void {
    this.tensor.dispose();
  }
}

/**
 * Vectors of one length on the device, with what an optimizer needs of them. The operations take many vectors at
 * once, since each is a pass over memory: on a GPU both are matrix products. Numbers come back by promise: a GPU
 * gives none at once.
 */
export interface VectorSpace<V extends DeviceVector = DeviceVector> {
  readonly length: number;
  /** A new vector of zeros, to be disposed of by the caller. */
  zeros(): V;
  /** A new vector of these numbers, to be disposed of by the caller. */
  from(values: Float32Array): V;
  /** The elements of a vector. */
  read(vector: V): Promise<Float32Array>;
  /** Row-major [left, right] scalar products, block sums added up in float64. */
  dots(left: readonly V[], right: readonly V[]): Promise<Float64Array>;
  /** out = Σ weightᵢ·vectorᵢ; `out` may be one of the vectors. */
  combine(out: V, weights: readonly number[], vectors: readonly V[]): void;
  /** out = a ⊙ b, element by element; `out` may be one of them. */
  multiply(out: V, a: V, b: V): void;
  /** Largest absolute element. */
  maxAbs(vector: V): Promise<number>;
}

/** How spaces of tensors make vectors and read them. */
export const tensorBasics = (tf: Tf, length: number) => ({
  length,
  zeros: () => new TensorVector(tf.keep(tf.zeros<tfjs.Rank.R1>([length]))),
  // a copy, since some backends keep the array itself
  from: (values: Float32Array) => new TensorVector(tf.keep(tf.tensor1d(values.slice()))),
  read: async ({ tensor }: TensorVector) => (await tensor.data()).slice() as Float32Array,
});

/** The arithmetic that a device on the CPU brings, on n elements from the element `from` on. */
export interface VectorKernels {
  dot(n: number, from: number, a: tfjs.TensorInfo, b: tfjs.TensorInfo): number;
  /** y = scale·y + weight·x; a scale of 0 forgets y. */
  scaleAdd(
    n: number,
    from: number,
    scale: number,
    y: tfjs.TensorInfo,
    weight: number,
    x: tfjs.TensorInfo,
  ): void;
  /** out = a ⊙ b. */
  multiply(n: number, out: tfjs.TensorInfo, a: tfjs.TensorInfo, b: tfjs.TensorInfo): void;
  maxAbs(n: number, a: tfjs.TensorInfo): number;
}

/** Elements worked on at a time: one block of each vector of a product stays in the second-level cache. */
const CACHE_BLOCK = 16384;

/** A vector space for devices whose tensors lie in the processor's memory and may be written in place. */
export function blockedVectors(tf: Tf, kernels: VectorKernels, length: number): VectorSpace<TensorVector> {
  return {
    ...tensorBasics(tf, length),
    maxAbs: async ({ tensor }) => kernels.maxAbs(length, tensor),
    multiply: (out, a, b) => kernels.multiply(length, out.tensor, a.tensor, b.tensor),

    async dots(left, right) {
      const out = new Float64Array(left.length * right.length);
      for (let from = 0; from < length; from += CACHE_BLOCK) {
        const n = Math.min(CACHE_BLOCK, length - from);
        for (let i = 0; i < left.length; i++) {
          for (let j = 0; j < right.length; j++) {
            out[i * right.length + j]! += kernels.dot(n, from, left[i]!.tensor, right[j]!.tensor);
          }
        }
      }
      return out;
    },

    combine(out, weights, vectors) {
      const own = vectors.indexOf(out);
      for (let from = 0; from < length; from += CACHE_BLOCK) {
        const n = Math.min(CACHE_BLOCK, length - from);
        let scale = own < 0 ? 0 : weights[own]!;
        for (let i = 0; i < vectors.length; i++) {
          if (i === own) continue;
          kernels.scaleAdd(n, from, scale, out.tensor, weights[i]!, vectors[i]!.tensor);
          scale = 1;
        }
      }
    },
  };
}
