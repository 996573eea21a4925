import type * as tfjs from '@tensorflow/tfjs-core';
import { type Csr, transpose } from '../sparse/csr.js';
import { isShared } from '../sparse/shared.js';
import type { Tf } from './sparse.js';

/** The three arrays of a CSR matrix as tensors: int32 offsets and columns, float32 values. */
export interface CsrTensors {
  indptr: tfjs.Tensor1D;
  indices: tfjs.Tensor1D;
  values: tfjs.Tensor1D;
}

/** A matrix with its transpose, so that products and their gradients both gather. */
export interface CsrForm {
  forward: CsrTensors;
  transposed: CsrTensors;
}

/** Moves a matrix and its transpose to the current backend of `tf`. */
export function uploadCsr(tf: Tf, matrix: Csr): CsrForm {
  return { forward: upload(tf, matrix), transposed: upload(tf, transpose(matrix)) };
}

function upload(tf: Tf, { indptr, indices, values }: Csr): CsrTensors {
  // drivers take no memory that threads share
  const own = <T extends Uint32Array | Float32Array>(a: T) => (isShared(a) ? (a.slice() as T) : a);
  const int32 = (a: Uint32Array) => {
    const { buffer, byteOffset, length } = own(a);
    return tf.tensor1d(new Int32Array(buffer, byteOffset, length), 'int32');
  };
  return { indptr: int32(indptr), indices: int32(indices), values: tf.tensor1d(own(values), 'float32') };
}
