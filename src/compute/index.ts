/** The only door to TensorFlow.js, which is loaded when a device is opened, never to predict or evaluate. */
export type * as tf from '@tensorflow/tfjs-core';
export type { DeviceFacts } from './backend.js';
export { type ChosenDevice, type Job, type Opener, openForJob, openNamed } from './choose.js';
export {
  type Device,
  type DeviceName,
  deviceNames,
  type LinearDevice,
  openDevice,
  openLinearDevice,
} from './device.js';
export type { Encodings } from './encodings.js';
export { columnsFor, type LinearLoss, type LinearProblem, paddedColumns } from './linear-loss.js';
export { SPARSE_COLUMNS } from './measure.js';
export { rememberProbes } from './measurements.js';
export { defaultDeviceFolder } from './packages.js';
export { type Probe, probeDevice } from './probing.js';
export { processorFacts } from './processor.js';
export type { SparseTensor } from './sparse.js';
export { hasNvidiaDriver } from './tensorflow/nvidia.js';
export type { DeviceVector, VectorSpace } from './vectors.js';
export { Convolutions } from './wasm/convolution.js';
export { LstmPass } from './wasm/lstm.js';
export { type Matrix, matrixOf, multiply, transposed } from './wasm/matmul.js';
export { addRows, addSquares, type SequenceBatch, SequenceBatches } from './wasm/sequences.js';
export {
  type SteppedTable,
  type TouchedGradient,
  type TrainingMatrix,
  TrainingMemory,
  type UpdateRule,
} from './wasm/training.js';
export type { TrainingArray } from './wasm/workspace.js';
