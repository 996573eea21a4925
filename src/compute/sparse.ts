import * as tf from '@tensorflow/tfjs-core';
import { type Csr, transpose } from '../sparse/csr.js';

/** The three arrays of a CSR matrix as tensors: int32 offsets and columns, float32 values. */
export interface CsrTensors {
  indptr: tf.Tensor1D;
  indices: tf.Tensor1D;
  values: tf.Tensor1D;
}

/** A sparse matrix on the device, with its transpose, so that products and their gradients both gather. */
export interface SparseTensor {
  readonly shape: readonly [rows: number, cols: number];
  readonly forward: CsrTensors;
  readonly transposed: CsrTensors;
}

/** Moves a matrix to the device. Free it with `disposeSparse`. */
export function sparseTensor(matrix: Csr): SparseTensor {
  return {
    shape: [matrix.rows, matrix.cols],
    forward: upload(matrix),
    transposed: upload(transpose(matrix)),
  };
}

export function disposeSparse({ forward, transposed }: SparseTensor): void {
  tf.dispose([forward, transposed] as unknown as tf.TensorContainer);
}

function upload({ indptr, indices, values }: Csr): CsrTensors {
  const int32 = (a: Uint32Array) => tf.tensor1d(new Int32Array(a.buffer, a.byteOffset, a.length), 'int32');
  return { indptr: int32(indptr), indices: int32(indices), values: tf.tensor1d(values, 'float32') };
}

export const SPARSE_MATMUL = 'SparseMatMul';
export const SPARSE_CROSS_ENTROPY = 'SparseSoftmaxCrossEntropyWithLogits';

/** Attributes of the `SparseMatMul` kernel. */
export interface SparseMatMulAttrs {
  matrix: SparseTensor;
  /** Multiply by Aᵀ in place of A. */
  adjoint: boolean;
}

/** A·B [rows, k] for B [cols, k], or Aᵀ·B [cols, k] for B [rows, k]. Differentiable in B. */
export function sparseMatMul(matrix: SparseTensor, b: tf.Tensor2D, adjoint = false): tf.Tensor2D {
  const expected = matrix.shape[adjoint ? 0 : 1];
  if (b.shape[0] !== expected) throw new RangeError(`expected B with ${expected} rows, got [${b.shape}]`);
  const attrs = { matrix, adjoint } satisfies SparseMatMulAttrs;
  return tf.engine().runKernel(SPARSE_MATMUL, { b }, attrs as unknown as tf.NamedAttrMap) as tf.Tensor2D;
}

/**
 * Cross-entropy [rows] of softmax(logits) against classes (int32 [rows]) and its gradient by the logits, `backprop`
 * [rows, k], as TensorFlow's op of this name has them. A single column of logits [rows, 1] stands for two classes
 * with the logits 0 and z. The loss is differentiable in the logits.
 */
export function sparseCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
): { loss: tf.Tensor1D; backprop: tf.Tensor2D } {
  const outputs = tf.engine().runKernel(SPARSE_CROSS_ENTROPY, { logits, labels }) as tf.Tensor[];
  return { loss: outputs[0] as tf.Tensor1D, backprop: outputs[1] as tf.Tensor2D };
}

tf.registerGradient({
  kernelName: SPARSE_MATMUL,
  gradFunc: (dy, _saved, attrs) => {
    const { matrix, adjoint } = attrs as unknown as SparseMatMulAttrs;
    return { b: () => sparseMatMul(matrix, dy as tf.Tensor2D, !adjoint) };
  },
});

tf.registerGradient({
  kernelName: SPARSE_CROSS_ENTROPY,
  outputsToSave: [false, true],
  gradFunc: (dys, [backprop]) => {
    const [dy] = dys as tf.Tensor[];
    return {
      logits: () => tf.mul(backprop!, tf.expandDims(dy!, 1)),
      labels: () => {
        throw new Error('the classes of a cross-entropy have no gradient');
      },
    };
  },
});
