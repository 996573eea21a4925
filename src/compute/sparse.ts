import type * as tfjs from '@tensorflow/tfjs-core';
import type { Csr } from '../sparse/csr.js';

/** TensorFlow.js as a device brings it: backends that are installed apart carry a copy of its code. */
export type Tf = typeof tfjs;

/** A sparse matrix on the device, in the form that its kernels read. */
export interface SparseTensor<Form = unknown> {
  readonly shape: readonly [rows: number, cols: number];
  readonly form: Form;
}

/** What every device computes sparse matrices with. */
export interface SparseOperations {
  /** Moves a matrix to the device. Free it with `disposeSparse`. */
  sparseTensor(matrix: Csr): SparseTensor;
  disposeSparse(matrix: SparseTensor): void;
  /** A·B [rows, k] for B [cols, k], or Aᵀ·B [cols, k] for B [rows, k]. Differentiable in B. */
  sparseMatMul(matrix: SparseTensor, b: tfjs.Tensor2D, adjoint?: boolean): tfjs.Tensor2D;
  /**
   * Cross-entropy [rows] of softmax(logits) against classes (int32 [rows]) and its gradient by the logits,
   * `backprop` [rows, k], as TensorFlow's op of this name has them. A single column of logits [rows, 1] stands for
   * two classes with the logits 0 and z. The loss is differentiable in the logits.
   */
  sparseCrossEntropy(
    logits: tfjs.Tensor2D,
    labels: tfjs.Tensor1D,
  ): { loss: tfjs.Tensor1D; backprop: tfjs.Tensor2D };
}

export const SPARSE_MATMUL = 'SparseMatMul';
export const SPARSE_CROSS_ENTROPY = 'SparseSoftmaxCrossEntropyWithLogits';

/** Attributes of the `SparseMatMul` kernel. */
export interface SparseMatMulAttrs<Form = unknown> {
  matrix: SparseTensor<Form>;
  /** Multiply by Aᵀ in place of A. */
  adjoint: boolean;
}

/**
 * The operations on a copy of TensorFlow.js, for a backend that has registered kernels of the two names above and
 * moves matrices with `upload`.
 */
export function sparseOperations(tf: Tf, upload: (matrix: Csr) => unknown): SparseOperations {
  registerGradients(tf);
  return {
    sparseTensor: (matrix) => ({ shape: [matrix.rows, matrix.cols], form: upload(matrix) }),
    disposeSparse: (matrix) => tf.dispose(matrix.form as tfjs.TensorContainer),
    sparseMatMul: (matrix, b, adjoint = false) => sparseMatMul(tf, matrix, b, adjoint),
    sparseCrossEntropy(logits, labels) {
      const outputs = tf.engine().runKernel(SPARSE_CROSS_ENTROPY, { logits, labels }) as tfjs.Tensor[];
      return { loss: outputs[0] as tfjs.Tensor1D, backprop: outputs[1] as tfjs.Tensor2D };
    },
  };
}

function sparseMatMul(tf: Tf, matrix: SparseTensor, b: tfjs.Tensor2D, adjoint: boolean): tfjs.Tensor2D {
  const expected = matrix.shape[adjoint ? 0 : 1];
  if (b.shape[0] !== expected) throw new RangeError(`expected B with ${expected} rows, got [${b.shape}]`);
  const attrs = { matrix, adjoint } satisfies SparseMatMulAttrs;
  return tf.engine().runKernel(SPARSE_MATMUL, { b }, attrs as unknown as tfjs.NamedAttrMap) as tfjs.Tensor2D;
}

const withGradients = new WeakSet<object>();

function registerGradients(tf: Tf): void {
  const registry = tf.engine();
  if (withGradients.has(registry)) return;
  withGradients.add(registry);
  tf.registerGradient({
    kernelName: SPARSE_MATMUL,
    gradFunc: (dy, _saved, attrs) => {
      const { matrix, adjoint } = attrs as unknown as SparseMatMulAttrs;
      return { b: () => sparseMatMul(tf, matrix, dy as tfjs.Tensor2D, !adjoint) };
    },
  });
  tf.registerGradient({
    kernelName: SPARSE_CROSS_ENTROPY,
    outputsToSave: [false, true],
    gradFunc: (dys, [backprop]) => {
      const [dy] = dys as tfjs.Tensor[];
      return {
        logits: () => tf.mul(backprop!, tf.expandDims(dy!, 1)),
        labels: () => {
          throw new Error('the classes of a cross-entropy have no gradient');
        },
      };
    },
  });
}
