import { join } from 'node:path';
import { MaasError } from '../errors.js';
import { CERTIFICATE, certify, certifySmaller, largestDelta, TOLERANCE } from '../export/certificate.js';
import { type ExportFormat, type FormatOptions, loadFormat } from '../export/formats.js';
import type { FormatName } from '../export/kinds.js';
import type { Pipeline } from '../pipeline.js';
import { decidedClass, type Prediction } from '../predictions.js';
import type { Listener } from '../progress.js';
import { publishFolder, writeFiles } from '../store/artifact.js';
import { readPipeline } from '../store/state-files.js';
import { Store } from '../store/store.js';
import { version as toolVersion } from '../version.js';
import { type CostOptions, type ExportCost, measureCost } from './export-cost.js';

export interface ExportOptions extends FormatOptions, CostOptions {
  store: string;
  /** Reference of the version; the newest if absent. */
  model?: string | undefined;
  format: FormatName;
  /** Folder to write; `<store>/exports/<name>/<version>/<format>` if absent. */
  output?: string | undefined;
  /** Where `maas doctor --install` puts libraries, such as the runtime of a format; `~/.maas/devices` if absent. */
  devices?: string | undefined;
}

export interface ExportResult {
  model: string;
  version: number;
  format: FormatName;
  path: string;
  files: Record<string, { sha256: string; size: number }>;
  /** How the export was held against the pipeline. */
  check: {
    /** Texts of the certificate. */
    rows: number;
    /** Largest difference of a probability; null where the runtime of the format is not installed. */
    maxAbsDelta: number | null;
    tolerance: number;
  };
  /** What `quantize` and `prune` cost, where they were asked for. */
  cost?: ExportCost;
}

/** The format of folders that hold an export. */
export const EXPORT = { format: 'maas-export', formatVersion: 1 } as const;

/**
 * Writes a deployable form of a version, and a certificate: golden texts with the scores that the version gives them. It is
 * run on those first; the folder appears only once it has said the same as the pipeline. Where the runtime of the format is
 * not installed, that is left to `verifyExport`, and told. Throws `artifact`, `usage` for what cannot be
 * expressed in the format, or `failed` when the export says something else.
 */
export async function exportModel(options: ExportOptions, listener: Listener = {}): Promise<ExportResult> {
  const store = new Store(options.store);
  const artifact = await store.open(options.model);
  const { model, version, sentence } = artifact.manifest;
  if (sentence) {
    throw new MaasError(
      'usage',
      `${model}@${version} embeds texts with the model in ${sentence.path}, which an export does not hold, expected a version of another vectorizer`,
    );
  }
  const format = await loadFormat(options.format);
  checkOptions(format, options);
  const smaller = options.quantize !== undefined || options.prune !== undefined;
  const pipeline = (await readPipeline(artifact)) as Pipeline;
  const name = `${model}@${version}`;
  if (pipeline.thresholds && !format.thresholds) {
    throw new MaasError(
      'usage',
      `${name} decides by thresholds, and the format ${options.format} holds scores alone`,
      { hint: 'use --format js, or train without --tune-threshold' },
    );
  }
  const path = options.output ?? join(options.store, 'exports', model, String(version), options.format);
  const { files, check, cost } = await publishFolder(path, EXPORT.format, async (aside) => {
    listener.step?.({ stage: 'export' });
    const exact = certify(pipeline, name, TOLERANCE);
    const written = await writeFiles(aside, await format.files(pipeline, name, options, listener, artifact));
    listener.step?.({ stage: 'check' });
    const found = await predictOrTell(format, aside, exact.texts, options.devices, listener);
    const certificate = smaller && found ? certifySmaller(exact, found) : exact;
    const files = {
      ...written,
      ...(await writeFiles(aside, { [CERTIFICATE]: `${JSON.stringify(certificate)}\n` })),
    };
    const maxAbsDelta = found ? largestDelta(certificate, found) : null;
    const { tolerance } = certificate;
    if (maxAbsDelta !== null && !(maxAbsDelta <= tolerance)) {
      throw new MaasError(
        'failed',
        `the ${options.format} export differs from the pipeline by ${maxAbsDelta} in a probability, allowed are ${tolerance}`,
      );
    }
    const other = found?.find((prediction) => prediction.label !== decidedLabel(pipeline, prediction));
    if (other) {
      throw new MaasError(
        'failed',
        `the ${options.format} export decides for "${other.label}" where the pipeline decides for "${decidedLabel(pipeline, other)}"`,
      );
    }
    const check = { rows: certificate.texts.length, maxAbsDelta, tolerance };
    const cost =
      smaller &&
      (await measureCost({ artifact, pipeline, format, folder: aside, written }, options, listener));
    const tool = { name: 'maas', version: toolVersion };
    return { ...EXPORT, kind: options.format, tool, model, version, check, files, ...(cost && { cost }) };
  });
  return { model, version, format: options.format, path, files, check, ...(cost && { cost }) };
}

/** What the pipeline decides for, given the scores of an export. */
function decidedLabel({ labels, thresholds }: Pipeline, { scores }: Prediction): string {
  const probabilities = Float64Array.from(labels, (label) => scores[label] ?? Number.NaN);
  return labels[decidedClass(probabilities, 0, labels.length, thresholds)]!;
}

/** Throws `usage` for what is asked for and the format has no use for. */
function checkOptions({ options }: ExportFormat, asked: ExportOptions): void {
  for (const option of ['inputs', 'quantize', 'prune'] as const) {
    if (asked[option] !== undefined && !options.includes(option)) {
      throw new MaasError('usage', `the format ${asked.format} has no use for --${option}`);
    }
  }
  if (asked.data && asked.quantize === undefined && asked.prune === undefined) {
    throw new MaasError(
      'usage',
      'there is --data alone, expected --quantize or --prune, whose cost is measured on it',
    );
  }
}

/** What the export says; undefined, and a warning, where its runtime is not installed. */
async function predictOrTell(
  format: ExportFormat,
  folder: string,
  texts: readonly string[],
  devices: string | undefined,
  listener: Listener,
): Promise<Prediction[] | undefined> {
  try {
    return await format.predict(folder, texts, devices);
  } catch (error) {
    if (!(error instanceof MaasError && error.code === 'device')) throw error;
    listener.warn?.(`the export was not run: ${error.message}; \`maas verify\` does it later`);
    return undefined;
  }
}
