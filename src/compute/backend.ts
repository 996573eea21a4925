import type * as tfjs from '@tensorflow/tfjs-core';
import type { Csr } from '../sparse/csr.js';
import type { LinearLoss, LinearProblem } from './linear-loss.js';
import type { Tf } from './sparse.js';
import type { VectorSpace } from './vectors.js';

/** What really computes, for manifests and for `maas doctor`. */
export interface DeviceFacts {
  /** The processor or the GPU by name. */
  adapter: string;
  /** Version of the driver of a GPU. */
  driver: string | null;
  /** Whether the processor stands in for a GPU (SwiftShader, llvmpipe). */
  software: boolean;
  /** Memory of the adapter in bytes, where it tells. */
  memoryBytes: number | null;
  /** Versions of the libraries in use, by name. */
  libraries: Record<string, string>;
}

/** How much a device holds, in bytes: all tensors together, and the largest one. */
export interface DeviceMemory {
  bytes: number;
  tensorBytes: number;
}

/** What a folder of compute/ brings: a backend of TensorFlow.js that is current, with the sparse kernels registered. */
export interface Backend {
  tf: Tf;
  /** Moves a matrix to the device, in the form that its kernels read. */
  upload(matrix: Csr): unknown;
  vectors(length: number): VectorSpace;
  /** The loss by kernels of its own. Where it is absent, vectors hold tensors, and the sparse operations give the loss. */
  loss?(problem: LinearProblem): LinearLoss;
  memory: DeviceMemory;
  facts: DeviceFacts;
  /** The values of a tensor; `tensor.data()` where it is absent. Throws `failed` where the device is lost. */
  read?(tensor: tfjs.Tensor): Promise<tfjs.TypedArray>;
  /** Frees what would keep the process alive. */
  close?(): void;
}
