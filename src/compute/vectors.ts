import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tf } from './sparse.js';

/** A vector on the device whose content its space may change. */
export class DeviceVector {
  /** `tensor` is float32; spaces that cannot write in place put another in its place. */
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
export interface VectorSpace {
  readonly length: number;
  /** A new vector of zeros, to be disposed of by the caller. */
  zeros(): DeviceVector;
  /** Row-major [left, right] scalar products over the first `length` elements, block sums added up in float64. */
  dots(left: readonly DeviceVector[], right: readonly DeviceVector[], length?: number): Promise<Float64Array>;
  /** out = Σ weightᵢ·vectorᵢ on its first `length` elements; `out` may be one of the vectors. */
  combine(
    out: DeviceVector,
    weights: readonly number[],
    vectors: readonly DeviceVector[],
    length?: number,
  ): void;
  /** out = a ⊙ b, element by element; `out` may be one of them. */
  multiply(out: DeviceVector, a: DeviceVector, b: DeviceVector): void;
  /** Largest absolute element. */
  maxAbs(vector: DeviceVector): Promise<number>;
}

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
export function blockedVectors(tf: Tf, kernels: VectorKernels, length: number): VectorSpace {
  return {
    length,
    zeros: () => new DeviceVector(tf.zeros<tfjs.Rank.R1>([length])),
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
