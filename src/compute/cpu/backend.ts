import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from '../backend.js';
import { type CsrForm, uploadCsr } from '../csr-tensors.js';
import { processorFacts, systemMemory } from '../processor.js';
import { SPARSE_CROSS_ENTROPY, SPARSE_MATMUL, type SparseMatMulAttrs } from '../sparse.js';
import { blockedVectors, type VectorKernels, type VectorSpace } from '../vectors.js';
import { dot, maxAbs, multiply, scaleAdd, softmaxCrossEntropy, sparseMatMul } from './kernels.js';

let registered = false;

/** Makes the plain JavaScript backend current and adds maas's kernels to it. */
export async function openCpu(): Promise<Backend> {
  // spares the user an advertisement on stderr
  tf.enableProdMode();
  if (!registered) register();
  registered = true;
  await tf.setBackend('cpu');
  const kernels = vectorKernels(tf.backend() as MathBackendCPU);
  return {
    tf,
    upload: (matrix) => uploadCsr(tf, matrix),
    vectors: (length) => blockedVectors(tf, kernels, length) as VectorSpace,
    memory: systemMemory(),
    facts: processorFacts({ tfjs: tf.version_core }),
  };
}

function register(): void {
  tf.registerKernel({
    kernelName: SPARSE_MATMUL,
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { matrix, adjoint } = attrs as unknown as SparseMatMulAttrs<CsrForm>;
      const rows = matrix.shape[adjoint ? 1 : 0];
      const k = inputs.b!.shape[1]!;
      const { indptr, indices, values } = adjoint ? matrix.form.transposed : matrix.form.forward;
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
  const values = (vector: tf.TensorInfo) => backend.data.get(vector.dataId).values as Float32Array;
  return {
    dot: (n, from, a, b) => dot(n, from, values(a), values(b)),
    scaleAdd: (n, from, scale, y, weight, x) => scaleAdd(n, from, scale, values(y), weight, values(x)),
    multiply: (n, out, a, b) => multiply(n, values(out), values(a), values(b)),
    maxAbs: (n, a) => maxAbs(n, values(a)),
  };
}
