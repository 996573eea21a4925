import * as tf from '@tensorflow/tfjs-core';

/** A vector on the device: a float32 tensor whose content its space may change in place. */
export type DeviceVector = tf.Tensor1D;

/**
 * Vectors of one length on the device, with what an optimizer needs of them. The operations take many vectors at
 * once, since each is a pass over memory: on a GPU both are matrix products.
 */
export interface VectorSpace {
  readonly length: number;
  /** A new vector of zeros, to be disposed of by the caller. */
  zeros(): DeviceVector;
  /** Row-major [left, right] scalar products, summed in float64, over the first `length` elements. */
  dots(left: readonly DeviceVector[], right: readonly DeviceVector[], length?: number): Float64Array;
  /** out = Σ weightᵢ·vectorᵢ on its first `length` elements; `out` may be one of the vectors. */
  combine(
    out: DeviceVector,
    weights: readonly number[],
    vectors: readonly DeviceVector[],
    length?: number,
  ): void;
  /** Largest absolute element. */
  maxAbs(vector: DeviceVector): number;
}

/** The arithmetic that a device on the CPU brings, on n elements from the element `from` on. */
export interface VectorKernels {
  dot(n: number, from: number, a: DeviceVector, b: DeviceVector): number;
  /** y = scale·y + weight·x; a scale of 0 forgets y. */
  scaleAdd(n: number, from: number, scale: number, y: DeviceVector, weight: number, x: DeviceVector): void;
  maxAbs(n: number, a: DeviceVector): number;
}

/** Elements worked on at a time: one block of each vector of a product stays in the second-level cache. */
const BLOCK = 16384;

/** A vector space for devices that compute in the processor's memory, block by block. */
export function blockedVectors(length: number, kernels: VectorKernels): VectorSpace {
  return {
    length,
    zeros: () => tf.zeros<tf.Rank.R1>([length]),
    maxAbs: (vector) => kernels.maxAbs(length, vector),

    dots(left, right, upTo = length) {
      const out = new Float64Array(left.length * right.length);
      for (let from = 0; from < upTo; from += BLOCK) {
        const n = Math.min(BLOCK, upTo - from);
        for (let i = 0; i < left.length; i++) {
          for (let j = 0; j < right.length; j++) {
            out[i * right.length + j]! += kernels.dot(n, from, left[i]!, right[j]!);
          }
        }
      }
      return out;
    },

    combine(out, weights, vectors, upTo = length) {
      const own = vectors.indexOf(out);
      for (let from = 0; from < upTo; from += BLOCK) {
        const n = Math.min(BLOCK, upTo - from);
        let scale = own < 0 ? 0 : weights[own]!;
        for (let i = 0; i < vectors.length; i++) {
          if (i === own) continue;
          kernels.scaleAdd(n, from, scale, out, weights[i]!, vectors[i]!);
          scale = 1;
        }
      }
    },
  };
}
