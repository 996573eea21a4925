import { availableParallelism } from 'node:os';
import type * as tfjs from '@tensorflow/tfjs-core';
import type { Backend, DeviceFacts, DeviceMemory } from './backend.js';
import type { DeviceChoice } from './choices.js';
import type { Encodings } from './encodings.js';
import { type LinearLoss, type LinearProblem, tensorLoss } from './linear-loss.js';
import { defaultDeviceFolder } from './packages.js';
import { type SparseOperations, sparseOperations, type Tf } from './sparse.js';
import type { TensorVector, VectorSpace } from './vectors.js';

/** What linear models are fitted on, the loss and its vectors, and models of sequences. */
export interface LinearDevice {
  readonly name: DeviceName;
  readonly facts: DeviceFacts;
  readonly memory: DeviceMemory;
  /** How many threads may compute on the processor beside the device. */
  readonly threads: number;
  /** The vectors of a length, for optimizers. */
  vectors(length: number): VectorSpace;
  /** What logistic regression minimises. Throws `failed` where it does not fit on the device. */
  loss(problem: LinearProblem): LinearLoss;
  /** What models of sequences are trained with; absent where that is the kernels of `TrainingMemory`. */
  readonly encodings?: Encodings;
  /** Lets go of the device, so that the process can end. */
  close(): void;
}

/**
 * A TensorFlow.js backend that is ready, with the sparse operations. Models reach both through the device they get.
 * All copies of TensorFlow.js in a process share one engine, so that only the device opened last computes.
 */
export interface Device extends LinearDevice, Readonly<SparseOperations> {
  /** TensorFlow.js, computing on this device. */
  readonly tf: Tf;
  /** The values of a tensor. Throws `failed` where the device is lost meanwhile. */
  read(tensor: tfjs.Tensor): Promise<tfjs.TypedArray>;
}

/** The devices, fastest first as a rule; each module is loaded when its device is opened. */
const devices = {
  cuda: async (folder) => (await import('./tensorflow/backend.js')).openTensorflow('cuda', folder),
  webgpu: async (folder) => (await import('./webgpu/backend.js')).openWebgpu(folder),
  native: async (folder) => (await import('./tensorflow/backend.js')).openTensorflow('native', folder),
  wasm: async (_folder, threads) => (await import('./wasm/backend.js')).openWasm(threads),
  cpu: async () => (await import('./cpu/backend.js')).openCpu(),
} as const satisfies Partial<Record<DeviceChoice, (folder: string, threads: number) => Promise<Backend>>>;

export type DeviceName = keyof typeof devices;

/** GPUs; the others are the processor, where maas's own kernels train sequences many times as fast as TensorFlow.js. */
const gpus: readonly DeviceName[] = ['cuda', 'webgpu'];

export const deviceNames = Object.keys(devices) as DeviceName[];

/**
 * Opens a device as far as linear models need it, which spares `wasm` the loading of TensorFlow.js. Otherwise as
 * `openDevice`.
 */
export async function openLinearDevice(
  name: DeviceName,
  folder = defaultDeviceFolder(),
  threads = availableParallelism(),
): Promise<LinearDevice> {
  if (name !== 'wasm') return openDevice(name, folder, threads);
  const { openWasmLinear } = await import('./wasm/linear.js');
  return { name, threads, ...openWasmLinear(threads) };
}

/**
 * Opens a device and makes it the one that TensorFlow.js computes on. It is that device or an error: throws `device`
 * where it is not there. `folder` is where `maas doctor --install` puts the libraries of devices; `threads` is how many
 * may compute on the processor, where that is maas's affair; the numbers do not depend on it.
 */
export async function openDevice(
  name: DeviceName,
  folder = defaultDeviceFolder(),
  threads = availableParallelism(),
): Promise<Device> {
  const backend = await devices[name](folder, threads);
  const { tf, vectors, memory, facts } = backend;
  const operations = sparseOperations(tf, backend.upload);
  const read = backend.read ?? ((tensor: tfjs.Tensor) => tensor.data());
  const tensors = vectors as (length: number) => VectorSpace<TensorVector>;
  const encodings = gpus.includes(name)
    ? (await import('./encodings.js')).tensorEncodings({ tf, read, ...operations })
    : undefined;
  return {
    name,
    tf,
    threads,
    facts,
    memory,
    ...operations,
    vectors,
    loss: backend.loss ?? ((problem) => tensorLoss(tf, operations, tensors, read, problem)),
    read,
    ...(encodings && { encodings }),
    close: () => backend.close?.(),
  };
}
