import type { Pipeline } from '../pipeline.js';
import type { Prediction } from '../predictions.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import type { ModelManifest } from '../store/store.js';
import type { FormatName, Pruning, Quantization } from './kinds.js';

/** What an export may be asked for; a format names those that it has a use for. */
export interface FormatOptions {
  /** What a graph takes: texts, or the rows of features that code beside it makes of them. */
  inputs?: 'text' | 'features' | undefined;
  /** Store weights as these numbers. */
  quantize?: Quantization | undefined;
  /** Leave out the terms that do least to scores. */
  prune?: Pruning | undefined;
}

/** A form that a pipeline can be deployed in. */
export interface ExportFormat {
  /** Whether it decides by thresholds; where it gives scores alone, a version that has some is refused. */
  readonly thresholds: boolean;
  /** The options that it has a use for. */
  readonly options: readonly (keyof FormatOptions)[];
  /** The files of the export, by name. Throws `usage` for a pipeline that cannot be expressed, and says why. */
  files(
    pipeline: Pipeline,
    name: string,
    options: FormatOptions,
    listener: Listener,
    version: Artifact<ModelManifest>,
  ): Promise<Record<string, string | Uint8Array>>;
  /**
   * Predicts with the written files, in the runtime they are for, to prove that they say what the pipeline says. Throws
   * `device` where that runtime is not installed, in the folder of devices or beside maas.
   */
  predict(folder: string, texts: readonly string[], devices: string | undefined): Promise<Prediction[]>;
}

/** How each format is loaded. */
const loaders = {
  js: async () => (await import('./js/js.js')).js,
  tfjs: async () => (await import('./tfjs/tfjs.js')).tfjs,
  onnx: async () => (await import('./onnx/onnx.js')).onnx,
  safetensors: async () => (await import('./safetensors/safetensors.js')).safetensors,
  mlflow: async () => (await import('./mlflow/mlflow.js')).mlflow,
  container: async () => (await import('./container/container.js')).container,
} as const satisfies Record<FormatName, () => Promise<ExportFormat>>;

/** The format of this name. */
export const loadFormat = (name: FormatName): Promise<ExportFormat> => loaders[name]();
