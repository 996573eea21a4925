import * as tf from '@tensorflow/tfjs-core';
import { MaasError } from '../errors.js';
import type { DeviceChoice } from './choices.js';
import { disposeSparse, sparseCrossEntropy, sparseMatMul, sparseTensor } from './sparse.js';
import { blockedVectors, type VectorKernels, type VectorSpace } from './vectors.js';

/** TensorFlow.js with the sparse operations. Models reach both through the device they are given. */
const operations = { tf, sparseTensor, disposeSparse, sparseMatMul, sparseCrossEntropy };

/** A TensorFlow.js backend that is ready, with the sparse kernels registered for it. */
export interface Device extends Readonly<typeof operations> {
  readonly name: DeviceName;
  /** The vectors of a length, for optimizers. */
  vectors(length: number): VectorSpace;
  /** What really computes, for the manifest. */
  readonly library: string;
}

/** The devices that this version trains on; each module is loaded when its device is opened. */
const devices = {
  wasm: async () => (await import('./wasm/backend.js')).openWasm(),
  cpu: async () => (await import('./cpu/backend.js')).openCpu(),
} as const satisfies Partial<Record<DeviceChoice, () => Promise<VectorKernels>>>;

export type DeviceName = keyof typeof devices;

/**
 * Opens a device and makes it the one that TensorFlow.js computes on. A named device never falls back to another:
 * throws `device` where it is not there.
 */
export async function openDevice(choice: DeviceChoice): Promise<Device> {
  const name = choice === 'auto' ? 'wasm' : choice;
  if (!Object.hasOwn(devices, name)) {
    throw new MaasError('device', `the device "${name}" is not there: this version trains on wasm and cpu`, {
      hint: 'leave --device out, or use --device wasm',
      details: { requested: name, available: Object.keys(devices) },
    });
  }
  const known = name as DeviceName;
  const kernels = await devices[known]();
  return {
    ...operations,
    name: known,
    vectors: (length) => blockedVectors(length, kernels),
    library: `tfjs ${tf.version_core}`,
  };
}
