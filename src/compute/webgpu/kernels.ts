import type * as tfjs from '@tensorflow/tfjs-core';
import { type Csr, transpose } from '../../sparse/csr.js';
import { SPARSE_CROSS_ENTROPY, SPARSE_MATMUL, type SparseMatMulAttrs, type Tf } from '../sparse.js';
import { backpropProgram, lossProgram, type ProgramRunner, piecesProgram, rowsProgram } from './programs.js';

/** What tfjs's WebGPU backend has beyond tfjs's common interface. */
export interface WebgpuBackend extends tfjs.KernelBackend, ProgramRunner {}

/**
 * CSR rows cut into pieces of at most `PIECE` non-zeros, a thread's work, so that the row of a frequent word keeps no
 * thread busy long after all others: piece s holds starts[s] ≤ p < starts[s + 1], row r the pieces firsts[r] and on. Their sums are added up in
 * a second pass and not behind a barrier, at which software adapters suspend threads.
 */
interface Pieces {
  starts: tfjs.Tensor1D;
  firsts: tfjs.Tensor1D;
  indices: tfjs.Tensor1D;
  values: tfjs.Tensor1D;
}

/** A matrix with its transpose, so that products and their gradients both gather. */
interface PiecesForm {
  forward: Pieces;
  transposed: Pieces;
}

const PIECE = 256;

export function uploadPieces(tf: Tf, matrix: Csr): PiecesForm {
  return { forward: upload(tf, matrix), transposed: upload(tf, transpose(matrix)) };
}

function upload(tf: Tf, { rows, indptr, indices, values }: Csr): Pieces {
  const firsts = new Int32Array(rows + 1);
  for (let r = 0; r < rows; r++) {
    // an empty row has one empty piece
    firsts[r + 1] = firsts[r]! + Math.max(1, Math.ceil((indptr[r + 1]! - indptr[r]!) / PIECE));
  }
  const starts = new Int32Array(firsts[rows]! + 1);
  for (let r = 0; r < rows; r++) {
    for (let s = firsts[r]!; s < firsts[r + 1]!; s++) starts[s] = indptr[r]! + (s - firsts[r]!) * PIECE;
  }
  starts[firsts[rows]!] = indptr[rows]!;
  const int32 = (a: Int32Array) => tf.tensor1d(a, 'int32');
  return {
    starts: int32(starts),
    firsts: int32(firsts),
    indices: int32(new Int32Array(indices.buffer, indices.byteOffset, indices.length)),
    values: tf.tensor1d(values, 'float32'),
  };
}

const registered = new WeakSet<object>();

/** Registers maas's kernels for tfjs's WebGPU backend on its copy of TensorFlow.js. */
export function registerKernels(tf: Tf): void {
  if (registered.has(tf.engine())) return;
  registered.add(tf.engine());
  tf.registerKernel({
    kernelName: SPARSE_MATMUL,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const runner = backend as WebgpuBackend;
      const { matrix, adjoint } = attrs as unknown as SparseMatMulAttrs<PiecesForm>;
      const rows = matrix.shape[adjoint ? 1 : 0];
      const k = inputs.b!.shape[1]!;
      const { starts, firsts, indices, values } = adjoint ? matrix.form.transposed : matrix.form.forward;
      // WebGPU binds no empty buffer
      if (values.size === 0) return runner.makeTensorInfo([rows, k], 'float32', new Float32Array(rows * k));
      const count = starts.size - 1;
      const pieces = runner.runWebGPUProgram(
        piecesProgram(count, k),
        [starts, indices, values, inputs.b!],
        'float32',
      );
      if (count === rows) return pieces;
      const sums = runner.runWebGPUProgram(rowsProgram(rows, k), [firsts, pieces], 'float32');
      runner.disposeData(pieces.dataId);
      return sums;
    },
  });

  tf.registerKernel({
    kernelName: SPARSE_CROSS_ENTROPY,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, backend }) => {
      const { logits, labels } = inputs as { logits: tfjs.TensorInfo; labels: tfjs.TensorInfo };
      const [rows, k] = logits.shape as [number, number];
      const runner = backend as WebgpuBackend;
      return [
        runner.runWebGPUProgram(lossProgram(rows), [logits, labels], 'float32'),
        runner.runWebGPUProgram(backpropProgram(rows, k), [logits, labels], 'float32'),
      ];
    },
  });
}
