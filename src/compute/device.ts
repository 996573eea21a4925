import type * as tfjs from '@tensorflow/tfjs-core';
import type { Backend, DeviceFacts, DeviceMemory } from './backend.js';
import type { DeviceChoice } from './choices.js';
import { defaultDeviceFolder } from './packages.js';
import { type SparseOperations, sparseOperations, type Tf } from './sparse.js';
import type { VectorSpace } from './vectors.js';

/**
 * A TensorFlow.js backend that is ready, with the sparse operations. Models reach both through the device they get.
 * All copies of TensorFlow.js in a process share one engine, so that only the device opened last computes.
 */
export interface Device extends Readonly<SparseOperations> {
  readonly name: DeviceName;
  /** TensorFlow.js, computing on this device. */
  readonly tf: Tf;
  readonly facts: DeviceFacts;
  readonly memory: DeviceMemory;
  /** The vectors of a length, for optimizers. */
  vectors(length: number): VectorSpace;
  /** The values of a tensor. Throws `failed` where the device is lost meanwhile. */
  read(tensor: tfjs.Tensor): Promise<tfjs.TypedArray>;
  /** Lets go of the device, so that the process can end. */
  close(): void;
}

/** The devices, fastest first as a rule; each module is loaded when its device is opened. */
const devices = {
  cuda: async (folder) => (await import('./tensorflow/backend.js')).openTensorflow('cuda', folder),
  webgpu: async (folder) => (await import('./webgpu/backend.js')).openWebgpu(folder),
  native: async (folder) => (await import('./tensorflow/backend.js')).openTensorflow('native', folder),
  wasm: async () => (await import('./wasm/backend.js')).openWasm(),
  cpu: async () => (await import('./cpu/backend.js')).openCpu(),
} as const satisfies Partial<Record<DeviceChoice, (folder: string) => Promise<Backend>>>;

export type DeviceName = keyof typeof devices;

export const deviceNames = Object.keys(devices) as DeviceName[];

/**
 * Opens a device and makes it the one that TensorFlow.js computes on. It is that device or an error: throws `device`
 * where it is not there. `folder` is where `maas doctor --install` puts the libraries of devices.
 */
export async function openDevice(name: DeviceName, folder = defaultDeviceFolder()): Promise<Device> {
  const { tf, upload, vectors, memory, facts, read, close } = await devices[name](folder);
  return {
    name,
    tf,
    facts,
    memory,
    ...sparseOperations(tf, upload),
    vectors,
    read: read ?? ((tensor) => tensor.data()),
    close: () => close?.(),
  };
}
