import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MaasError } from '../errors.js';
import { fitters } from '../models/fits.js';
import type { Listener, Stopwatch } from '../progress.js';
import { mergedColumns } from '../sparse/frequency.js';
import { MANIFEST } from '../store/artifact.js';
import { modelNameFor } from '../store/store.js';
import { openDataset } from './dataset.js';
import { MemoryBudget } from './memory.js';
import { preflight, type Size } from './preflight.js';
import { type Prepared, prepare } from './prepare.js';
import { dataSettings, featureSettings, type TrainSettings } from './settings.js';
import type { TrainOptions } from './train.js';

/** Data for a training: prepared rows, of which dataset if any, and what the model is to be called. */
export interface Loaded {
  prepared: Prepared;
  name: string;
  dataset?: { path: string; sha256: string; config: Partial<TrainSettings> };
}

/**
 * Reads CSV files, or opens a dataset folder, which holds to what it has decided. Throws `data`, `usage`, `artifact`, and
 * `failed` where memory does not suffice.
 */
export async function load(options: TrainOptions, stopwatch: Stopwatch, listener: Listener): Promise<Loaded> {
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
