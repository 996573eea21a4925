import { join } from 'node:path';
import { MaasError } from '../errors.js';
import { type ExportFormat, type FormatName, formats } from '../export/formats.js';
import { goldenTexts } from '../export/golden.js';
import type { Pipeline } from '../pipeline.js';
import { decidedClass, type Prediction } from '../predictions.js';
import type { Listener } from '../progress.js';
import { publishFolder, writeFiles } from '../store/artifact.js';
import { readPipeline } from '../store/state-files.js';
import { Store } from '../store/store.js';
import { version as toolVersion } from '../version.js';
import { largestDelta } from './golden-rows.js';

export interface ExportOptions {
  store: string;
  /** Reference of the version; the newest if absent. */
  model?: string | undefined;
  format: FormatName;
  /** Folder to write; `<store>/exports/<name>/<version>/<format>` if absent. */
  output?: string | undefined;
}

export interface ExportResult {
  model: string;
  version: number;
  format: FormatName;
  path: string;
  files: Record<string, { sha256: string; size: number }>;
  /** How the export was held against the pipeline. */
  check: { rows: number; maxAbsDelta: number; tolerance: number };
}

/** Largest difference of a probability that an export may show; float32 arithmetic stays well below it. */
const TOLERANCE = 1e-5;

/**
 * Writes a deployable form of a version. It is run on golden texts first; the folder appears only once it has said
 * the same as the pipeline, within `TOLERANCE`. Throws `artifact`, or `failed` when the export says something else.
 */
export async function exportModel(options: ExportOptions, listener: Listener = {}): Promise<ExportResult> {
  const store = new Store(options.store);
  const artifact = await store.open(options.model);
  const { model, version } = artifact.manifest;
  const { sentence } = artifact.manifest;
  if (sentence) {
    throw new MaasError(
      'usage',
      `${model}@${version} embeds texts with the model in ${sentence.path}, which an export does not hold, expected a version of another vectorizer`,
    );
  }
  const pipeline = (await readPipeline(artifact)) as Pipeline;
  const format: ExportFormat = formats[options.format];
  if (pipeline.thresholds && !format.thresholds) {
    throw new MaasError(
      'usage',
      `${model}@${version} decides by thresholds, and the format ${options.format} holds scores alone`,
      { hint: 'use --format js, or train without --tune-threshold' },
    );
  }
  const path = options.output ?? join(options.store, 'exports', model, String(version), options.format);
  const { files, check } = await publishFolder(path, 'maas-export', async (aside) => {
    listener.step?.({ stage: 'export' });
    const files = await writeFiles(aside, await format.files(pipeline, `${model}@${version}`));
    listener.step?.({ stage: 'check' });
    const texts = goldenTexts(pipeline);
    const found = await format.predict(aside, texts);
    const maxAbsDelta = largestDelta(pipeline.predict(texts), found);
    if (!(maxAbsDelta <= TOLERANCE)) {
      throw new MaasError(
        'failed',
        `the ${options.format} export differs from the pipeline by ${maxAbsDelta} in a probability, allowed are ${TOLERANCE}`,
      );
    }
    const other = found.find((prediction) => prediction.label !== decidedLabel(pipeline, prediction));
    if (other) {
      throw new MaasError(
        'failed',
        `the ${options.format} export decides for "${other.label}" where the pipeline decides for "${decidedLabel(pipeline, other)}"`,
      );
    }
    const check = { rows: texts.length, maxAbsDelta, tolerance: TOLERANCE };
    const tool = { name: 'maas', version: toolVersion };
    return {
      format: 'maas-export',
      formatVersion: 1,
      kind: options.format,
      tool,
      model,
      version,
      check,
      files,
    };
  });
  return { model, version, format: options.format, path, files, check };
}

/** What the pipeline decides for, given the scores of an export. */
function decidedLabel({ labels, thresholds }: Pipeline, { scores }: Prediction): string {
  const probabilities = Float64Array.from(labels, (label) => scores[label] ?? Number.NaN);
  return labels[decidedClass(probabilities, 0, labels.length, thresholds)]!;
}
