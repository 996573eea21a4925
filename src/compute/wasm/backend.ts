import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { type BackendWasm, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { MaasError } from '../../errors.js';
import type { Backend } from '../backend.js';
import { type CsrForm, uploadCsr } from '../csr-tensors.js';
import { processorFacts } from '../processor.js';
import { SPARSE_CROSS_ENTROPY, SPARSE_MATMUL, type SparseMatMulAttrs } from '../sparse.js';
import { openWasmLinear } from './linear.js';

/** The functions of assembly/kernels.ts; pointers are byte offsets into the backend's memory. */
interface Kernels {
  sparseMatMul(
    rows: number,
    k: number,
    indptr: number,
    indices: number,
    values: number,
    b: number,
    out: number,
  ): void;
  softmaxCrossEntropy(
    rows: number,
    k: number,
    logits: number,
    labels: number,
    loss: number,
    backprop: number,
  ): void;
}

/** What the backend keeps of its compiled module; not in its types, so checked when it is opened. */
interface BackendInternals {
  wasm: { asm?: { memory?: WebAssembly.Memory } };
  dataIdMap: { get(id: object): { memoryOffset: number } };
}

let opened: Promise<void> | undefined;

/**
 * Makes the WebAssembly backend current and adds maas's kernels to it, which work in place on its memory. What linear
 * models need lies in a memory of its own, which so many threads work on.
 */
export async function openWasm(threads: number): Promise<Backend> {
  opened ??= register().catch((error) => {
    opened = undefined;
    throw error;
  });
  await opened;
  await tf.setBackend('wasm');
  const linear = openWasmLinear(threads);
  return {
    ...linear,
    tf,
    upload: (matrix) => uploadCsr(tf, matrix),
    facts: processorFacts({ tfjs: tf.version_core }),
  };
}

async function register(): Promise<void> {
  tf.enableProdMode();
  const binary = createRequire(import.meta.url).resolve(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
  );
  setWasmPaths(dirname(binary) + sep);
  if (!(await tf.setBackend('wasm'))) {
    throw new MaasError('device', 'the TensorFlow.js WebAssembly backend does not start', {
      hint: 'use --device cpu',
    });
  }
  const backend = tf.backend() as BackendWasm;
  const internals = backend as unknown as BackendInternals;
  const memory = internals.wasm.asm?.memory;
  if (!memory) {
    throw new MaasError('device', `tfjs ${tf.version_core} hides the memory of its WebAssembly backend`, {
      hint: 'install the versions of package-lock.json, or use --device cpu',
    });
  }
  const module = await WebAssembly.compile(
    await readFile(new URL('../../../dist/compute/wasm/kernels.wasm', import.meta.url)),
  );
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = instance.exports as unknown as Kernels;
  registerKernels(kernels, backend, internals);
}

function registerKernels(kernels: Kernels, backend: BackendWasm, { dataIdMap }: BackendInternals): void {
  const at = (tensor: { dataId: object }) => dataIdMap.get(tensor.dataId).memoryOffset;

  tf.registerKernel({
    kernelName: SPARSE_MATMUL,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { matrix, adjoint } = attrs as unknown as SparseMatMulAttrs<CsrForm>;
      const { indptr, indices, values } = adjoint ? matrix.form.transposed : matrix.form.forward;
      const rows = matrix.shape[adjoint ? 1 : 0];
      const k = inputs.b!.shape[1]!;
      const out = backend.makeOutput([rows, k], 'float32');
      if (rows > 0)
        kernels.sparseMatMul(rows, k, at(indptr), at(indices), at(values), at(inputs.b!), at(out));
      return out;
    },
  });

  tf.registerKernel({
    kernelName: SPARSE_CROSS_ENTROPY,
    backendName: 'wasm',
    kernelFunc: ({ inputs }) => {
      const [rows, k] = inputs.logits!.shape as [number, number];
      const loss = backend.makeOutput([rows], 'float32');
      const backprop = backend.makeOutput([rows, k], 'float32');
      kernels.softmaxCrossEntropy(rows, k, at(inputs.logits!), at(inputs.labels!), at(loss), at(backprop));
      return [loss, backprop];
    },
  });
}
