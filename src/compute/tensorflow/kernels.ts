import type * as tfjs from '@tensorflow/tfjs-core';
import type { Csr } from '../../sparse/csr.js';
import { SPARSE_CROSS_ENTROPY, SPARSE_MATMUL, type SparseMatMulAttrs, type Tf } from '../sparse.js';

/** An attribute of a TensorFlow op. */
interface OpAttr {
  name: string;
  type: number;
  value: unknown;
}

/** What tfjs-node's backend has beyond tfjs's common interface. */
export interface TensorflowBackend extends tfjs.KernelBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { TF_Version: string } & Record<
    'TF_FLOAT' | 'TF_INT32' | 'TF_INT64' | 'TF_ATTR_TYPE' | 'TF_ATTR_BOOL',
    number
  >;
  readonly tensorMap: { set(dataId: object, data: object): void };
  executeSingleOutput(op: string, attrs: OpAttr[], inputs: tfjs.TensorInfo[]): tfjs.Tensor;
  executeMultipleOutputs(
    op: string,
    attrs: OpAttr[],
    inputs: tfjs.TensorInfo[],
    outputs: number,
  ): tfjs.Tensor[];
}

/** A sparse matrix as TensorFlow has it: coordinates int64 [n, 2], values float32 [n], shape int64 [2]. */
interface CooForm {
  indices: tfjs.Tensor2D;
  values: tfjs.Tensor1D;
  shape: tfjs.Tensor1D;
}

/** Moves a matrix to TensorFlow, where it stays until it is disposed of. */
export function uploadCoo(tf: Tf, backend: TensorflowBackend, matrix: Csr): CooForm {
  const { rows, cols, indptr, indices, values } = matrix;
  const coordinates = new Int32Array(4 * values.length);
  for (let r = 0; r < rows; r++) {
    for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
      coordinates[4 * p] = r;
      coordinates[4 * p + 2] = indices[p]!;
    }
  }
  return {
    // tfjs-node leaves int32 in the memory of the host and moves int64 to the GPU, once
    indices: int64(tf, backend, coordinates, [values.length, 2]),
    values: tf.tensor1d(values, 'float32'),
    shape: int64(tf, backend, Int32Array.of(rows, 0, cols, 0), [2]),
  };
}

/** A tensor of int64, a type that tfjs does not have and its binding takes as pairs of int32, the lower half first. */
function int64<T extends tfjs.Tensor>(
  tf: Tf,
  backend: TensorflowBackend,
  values: Int32Array,
  shape: number[],
): T {
  const dataId = {};
  backend.tensorMap.set(dataId, { shape, dtype: backend.binding.TF_INT64, values, id: -1, refCount: 1 });
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: 'int32' }) as T;
}

/** Registers maas's kernels for tfjs-node's backend on its copy of TensorFlow.js. */
export function registerKernels(tf: Tf): void {
  tf.registerKernel({
    kernelName: SPARSE_MATMUL,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { matrix, adjoint } = attrs as unknown as SparseMatMulAttrs<CooForm>;
      const { binding } = backend as TensorflowBackend;
      const { indices, values, shape } = matrix.form;
      const out = [matrix.shape[adjoint ? 1 : 0], inputs.b!.shape[1]!] as [number, number];
      if (values.size === 0) return tf.zeros(out);
      const type = (name: string, value: number): OpAttr => ({ name, type: binding.TF_ATTR_TYPE, value });
      const flag = (name: string, value: boolean): OpAttr => ({ name, type: binding.TF_ATTR_BOOL, value });
      const opAttrs = [
        type('T', binding.TF_FLOAT),
        type('Tindices', binding.TF_INT64),
        flag('adjoint_a', adjoint),
        flag('adjoint_b', false),
      ];
      const multiply = (b: tfjs.TensorInfo) =>
        (backend as TensorflowBackend).executeSingleOutput('SparseTensorDenseMatMul', opAttrs, [
          indices,
          values,
          shape,
          b,
        ]) as tfjs.Tensor2D;
      return byColumns(tf, inputs.b as tfjs.Tensor2D, Math.floor(GPU_INDEX_LIMIT / values.size), multiply);
    },
  });

  tf.registerKernel({
    kernelName: SPARSE_CROSS_ENTROPY,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend }) => {
      const logits = inputs.logits as tfjs.Tensor2D;
      const labels = inputs.labels as tfjs.Tensor1D;
      const [rows, k] = logits.shape;
      if (rows === 0) return [tf.zeros([0]), tf.zeros([0, k])];
      if (k === 1) return sigmoidCrossEntropy(tf, logits, labels);
      const { binding } = backend as TensorflowBackend;
      return (backend as TensorflowBackend).executeMultipleOutputs(
        SPARSE_CROSS_ENTROPY,
        [
          { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
          { name: 'Tlabels', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
        ],
        [logits, labels],
        2,
      );
    },
  });
}

/** TensorFlow's kernel for GPUs counts non-zeros × columns in 31 bits. */
const GPU_INDEX_LIMIT = 2 ** 31 - 1;

/** A function of the columns of b, applied to at most `width` of them at a time. */
export function byColumns(
  tf: Tf,
  b: tfjs.Tensor2D,
  width: number,
  apply: (b: tfjs.Tensor2D) => tfjs.Tensor2D,
): tfjs.Tensor2D {
  const [rows, columns] = b.shape;
  if (columns <= width) return apply(b);
  return tf.tidy(() => {
    const parts: tfjs.Tensor2D[] = [];
    for (let from = 0; from < columns; from += width) {
      parts.push(apply(tf.slice2d(b, [0, from], [rows, Math.min(width, columns - from)])));
    }
    return tf.concat2d(parts, 1);
  });
}

/** The case of a single column: max(z, 0) − z·label + ln(1 + e^−|z|), and sigmoid(z) − label. */
function sigmoidCrossEntropy(tf: Tf, logits: tfjs.Tensor2D, labels: tfjs.Tensor1D): tfjs.Tensor[] {
  return tf.tidy(() => {
    const z = tf.reshape(logits, [-1]);
    const positive = tf.cast(labels, 'float32');
    const rest = tf.log1p(tf.exp(tf.neg(tf.abs(z))));
    const loss = tf.add(tf.sub(tf.relu(z), tf.mul(z, positive)), rest);
    return [loss, tf.reshape(tf.sub(tf.sigmoid(z), positive), [-1, 1])];
  });
}
