import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { SPARSE_CROSS_ENTROPY, SPARSE_MATMUL, type SparseMatMulAttrs } from '../sparse.js';
import type { DeviceVector, VectorKernels } from '../vectors.js';
import { dot, maxAbs, scaleAdd, softmaxCrossEntropy, sparseMatMul } from './kernels.js';

let registered = false;

/** Makes the plain JavaScript backend current and adds maas's kernels to it. */
export async function openCpu(): Promise<VectorKernels> {
  // spares the user an advertisement on stderr
  tf.enableProdMode();
  if (!registered) register();
  registered = true;
  await tf.setBackend('cpu');
  return vectorKernels(tf.backend() as MathBackendCPU);
}

function register(): void {
  tf.registerKernel({
    kernelName: SPARSE_MATMUL,
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { matrix, adjoint } = attrs as unknown as SparseMatMulAttrs;
      const rows = matrix.shape[adjoint ? 1 : 0];
      const k = inputs.b!.shape[1]!;
      const { indptr, indices, values } = adjoint ? matrix.transposed : matrix.forward;
      const read = <T>(tensor: tf.TensorInfo) => (backend as tf.KernelBackend).readSync(tensor.dataId) as T;
      const out = sparseMatMul(
        rows,
        k,
        read<Int32Array>(indptr),
        read<Int32Array>(indices),
        read<Float32Array>(values),
        read<Float32Array>(inputs.b!),
      );
      return output(backend as tf.KernelBackend, out, [rows, k]);
    },
  });

  tf.registerKernel({
    kernelName: SPARSE_CROSS_ENTROPY,
    backendName: 'cpu',
    kernelFunc: ({ inputs, backend }) => {
      const [rows, k] = inputs.logits!.shape as [number, number];
      const logits = (backend as tf.KernelBackend).readSync(inputs.logits!.dataId) as Float32Array;
      const labels = (backend as tf.KernelBackend).readSync(inputs.labels!.dataId) as Int32Array;
      const { loss, backprop } = softmaxCrossEntropy(rows, k, logits, labels);
      return [
        output(backend as tf.KernelBackend, loss, [rows]),
        output(backend as tf.KernelBackend, backprop, [rows, k]),
      ];
    },
  });
}

function output(backend: tf.KernelBackend, values: Float32Array, shape: number[]): tf.TensorInfo {
  return { dataId: backend.write(values, shape, 'float32'), shape, dtype: 'float32' };
}

function vectorKernels(backend: MathBackendCPU): VectorKernels {
  const values = (vector: DeviceVector) => backend.data.get(vector.dataId).values as Float32Array;
  return {
    dot: (n, from, a, b) => dot(n, from, values(a), values(b)),
    scaleAdd: (n, from, scale, y, weight, x) => scaleAdd(n, from, scale, values(y), weight, values(x)),
    maxAbs: (n, a) => maxAbs(n, values(a)),
  };
}
