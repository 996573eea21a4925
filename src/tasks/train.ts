import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { MaasError } from '../errors.js';
import { type Evaluation, evaluate, type Metrics } from '../metrics/classification.js';
import { type FitReport, fitters } from '../models/fits.js';
import type { Pipeline } from '../pipeline.js';
import { type Listener, Stopwatch } from '../progress.js';
import { confusionCsv } from '../report/confusion.js';
import { reportMarkdown } from '../report/markdown.js';
import { mergedColumns } from '../sparse/frequency.js';
import { MANIFEST } from '../store/artifact.js';
import { encodePredictions, type RowPrediction } from '../store/predictions.js';
import { encodeState } from '../store/state-files.js';
import { modelNameFor, Store } from '../store/store.js';
import { version as toolVersion } from '../version.js';
import { openDataset } from './dataset.js';
import { outcomesOf } from './evaluate.js';
import { fitModel, type TrainedOn } from './fit.js';
import { MemoryBudget } from './memory.js';
import { preflight, type Size } from './preflight.js';
import { type Part, type Prepared, type PrepareInput, prepare, rowCounts } from './prepare.js';
import { dataSettings, featureSettings, type TrainSettings } from './settings.js';

export interface TrainOptions extends PrepareInput {
  store: string;
  /** Where `maas doctor --install` puts the libraries of devices; `~/.maas/devices` if absent. */
  devices?: string | undefined;
  /** Name of the model; the data file's if absent. */
  name?: string | undefined;
  settings: TrainSettings;
  /** Settings that the caller asked for, as against defaults: a dataset refuses those it has decided already. */
  asked?: ReadonlySet<string>;
  command?: string[];
  /** Go on with the training that was interrupted, where there is one. */
  resume?: boolean | undefined;
  /** Seconds between two checkpoints of a training that goes step by step; 30 if absent. */
  checkpointSeconds?: number | undefined;
}

export interface TrainResult {
  model: string;
  version: number;
  path: string;
  rows: { train: number; validation: number; test: number };
  classes: string[];
  features: number;
  /** Name of the device that computed; `deviceFacts` says what it is and why it was taken. */
  device: string;
  deviceFacts: TrainedOn;
  seed: number;
  metrics: Metrics;
  timings: Record<'read' | 'vectorize' | 'fit' | 'evaluate' | 'total', number>;
  fit: FitReport;
  skipped: Prepared['skipped'];
  /** What the run was expected to need, before it vectorized and fitted. */
  needs: Prepared['needs'];
}

/**
 * Fits a pipeline on CSV files or on one dataset folder, scores it on the held-out rows, and publishes a version.
 * Trainings of one process take turns. Throws `data` for data that cannot be used, `usage` for settings that
 * contradict, `device`.
 */
export async function train(options: TrainOptions, listener: Listener = {}): Promise<TrainResult> {
  const { settings } = options;
  const { name: asked = modelNameFor(options.data[0] ?? '') } = options;
  await new Store(options.store).prepare(asked);
  const stopwatch = new Stopwatch();
  const { prepared, dataset, name, pipeline, report, device, finished } = await fitModel(
    options,
    () => load(options, stopwatch, listener),
    stopwatch,
    listener,
  );
  const { parts, labels, classes } = prepared;
  const known = labels.slice(0, classes);

  const { predictions, test, validation } = await stopwatch.time('evaluate', () => {
    listener.step?.({ stage: 'evaluate' });
    const predictions = scorePart(pipeline, parts.test, prepared);
    return {
      predictions,
      test: evaluate(predictions, known),
      validation: parts.validation.labels.length
        ? evaluate(scorePart(pipeline, parts.validation, prepared), known).metrics
        : null,
    };
  });

  listener.step?.({ stage: 'publish' });
  const rows = rowCounts(prepared);
  const config = { ...settings, ...(dataset?.config ?? {}) };
  const timings = stopwatch.timings(['read', 'vectorize', 'fit', 'evaluate']);
  const facts = {
    tool: { name: 'maas' as const, version: toolVersion },
    created: new Date().toISOString(),
    command: options.command ?? [],
    config,
    seed: config.seed,
    device,
    data: { sha256: prepared.sha256, files: prepared.files },
    dataset: dataset ? { path: dataset.path, sha256: dataset.sha256 } : null,
    git: await gitCommit(options.data[0]!),
    rows,
    classes: known,
    features: pipeline.vectorizer.features,
    fit: report,
    metrics: test.metrics,
    timings,
  };
  const metrics = { ...metricsFile(test), validation };
  const { version, path } = await new Store(options.store).publish(
    name,
    {
      ...encodeState(pipeline.state()),
      'metrics.json': `${JSON.stringify(metrics, null, 2)}\n`,
      'confusion_matrix.csv': confusionCsv(test.confusion),
      'predictions.csv': encodePredictions(predictions),
      'report.md': reportMarkdown({ ...facts, model: name }, test),
    },
    facts,
  );
  await finished();
  return {
    model: name,
    version,
    path,
    rows,
    classes: known,
    features: facts.features,
    device: device.name,
    deviceFacts: device,
    seed: config.seed,
    metrics: test.metrics,
    timings: { ...timings, total: stopwatch.timings([]).total },
    fit: report,
    skipped: prepared.skipped,
    needs: prepared.needs,
  };
}

const metricsFile = ({ metrics, perClass, unknownLabels }: Evaluation) => ({
  ...metrics,
  per_class: Object.fromEntries(perClass.map(({ label, ...figures }) => [label, figures])),
  unknown_labels: unknownLabels,
});

/** Data for a training: prepared rows, of which dataset if any, and what the model is to be called. */
export interface Loaded {
  prepared: Prepared;
  name: string;
  dataset?: { path: string; sha256: string; config: Partial<TrainSettings> };
}

async function load(options: TrainOptions, stopwatch: Stopwatch, listener: Listener): Promise<Loaded> {
  const [first] = options.data;
  if (first === undefined)
    throw new MaasError('usage', 'there is nothing to train on, expected a CSV file or a dataset');
  const isDataset = (await stat(join(first, MANIFEST)).catch(() => undefined))?.isFile() ?? false;
  if (!isDataset || options.data.length > 1) {
    const needs = (classes: number) => fitNeeds(classes, options.settings);
    const prepared = await prepare(options, options.settings, stopwatch, listener, needs);
    return { prepared, name: options.name ?? modelNameFor(first) };
  }
  const { manifest, digest, prepared } = await stopwatch.time('read', () => openDataset(first));
  const config = manifest.config as Partial<TrainSettings>;
  const decided = [...(options.asked ?? [])].filter(
    (name) =>
      (Object.hasOwn(dataSettings, name) || Object.hasOwn(featureSettings, name)) &&
      JSON.stringify(config[name as keyof TrainSettings]) !==
        JSON.stringify(options.settings[name as keyof TrainSettings]),
  );
  if (options.test) decided.push('test');
  if (decided.length > 0) {
    throw new MaasError('usage', `the dataset ${first} has decided ${decided.join(', ')} otherwise`, {
      hint: 'give that to `maas preprocess`, or train from the CSV file',
    });
  }
  const { train, validation, test } = prepared.parts;
  const rows = [train, validation, test].reduce((sum, { labels }) => sum + labels.length, 0);
  const size = {
    features: train.features.cols,
    nonZeros: [train, validation, test].reduce((sum, { features }) => sum + features.values.length, 0),
    trainNonZeros: train.features.values.length,
    parameters: mergedColumns(train.features),
    made: true,
  };
  const budget = new MemoryBudget(options.maxMemory);
  const needs = preflight(rows, size, fitNeeds(prepared.classes, options.settings), budget, listener);
  return {
    prepared: { ...prepared, needs },
    name: options.name ?? manifest.name,
    dataset: { path: first, sha256: digest, config },
  };
}

const fitNeeds = (classes: number, settings: TrainSettings) => (size: Size) =>
  fitters[settings.model].needs(size, classes, settings);

function scorePart(pipeline: Pipeline, part: Part, { labels, files }: Prepared): RowPrediction[] {
  const rows = Array.from(part.labels, (label, r) => ({
    file: files[part.file[r]!]!.path,
    row: part.row[r]!,
    line: part.line[r]!,
    label: labels[label]!,
  }));
  return outcomesOf(pipeline.labels, pipeline.classifier.probabilities(part.features), rows);
}

/** The commit that the data's folder is at, if it is in a git checkout and git is there to say so. */
async function gitCommit(file: string): Promise<{ commit: string } | null> {
  const folder = file === '-' ? '.' : dirname(file);
  const asked = promisify(execFile)('git', ['-C', folder, 'rev-parse', 'HEAD'], { timeout: 5000 });
  return asked.then(({ stdout }) => ({ commit: stdout.trim() })).catch(() => null);
}
