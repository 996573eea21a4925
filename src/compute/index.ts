/** The only door to TensorFlow.js. Loaded when something is trained, never to predict or evaluate. */
export type * as tf from '@tensorflow/tfjs-core';
export { type Device, type DeviceName, openDevice } from './device.js';
export type { SparseTensor } from './sparse.js';
export type { DeviceVector, VectorSpace } from './vectors.js';
