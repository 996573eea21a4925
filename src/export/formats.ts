import type { Pipeline } from '../pipeline.js';
import type { Prediction } from '../predictions.js';
import { js } from './js/js.js';
import { tfjs } from './tfjs/tfjs.js';

/** A form that a pipeline can be deployed in. */
export interface ExportFormat {
  /** Whether it decides by thresholds; where it gives scores alone, a version that has some is refused. */
  readonly thresholds: boolean;
  /** The files of the export, by name. */
  files(pipeline: Pipeline, name: string): Promise<Record<string, string | Uint8Array>>;
  /** Predicts with the written files, in the runtime they are for, to prove that they say what the pipeline says. */
  predict(folder: string, texts: readonly string[]): Promise<Prediction[]>;
}

/** The export formats by name. */
export const formats = { js, tfjs } as const satisfies Record<string, ExportFormat>;
export type FormatName = keyof typeof formats;
