import { placesOf } from '../data/places.js';
import { MaasError } from '../errors.js';
import { fitters } from '../models/fits.js';
import type { Listener, Stopwatch } from '../progress.js';
import type { Tuning } from '../report/tuning.js';
import { mergedColumns } from '../sparse/frequency.js';
import { isDataset } from '../store/dataset.js';
import { modelNameFor } from '../store/store.js';
import { areWorthAThread } from '../threads/ahead.js';
import { jobThreads } from '../threads/jobs.js';

import { type Baselines, baselineRows, hasNaiveBayes } from './baselines.js';
import { asksForDecisions, CALIBRATION_FOLDS } from './calibrated.js';
import { openDataset } from './dataset.js';
import type { DividedRows } from './early-checks.js';
import { inThread, later, type Meanwhile } from './meanwhile.js';
import { fewerTerms, MemoryBudget } from './memory.js';
import { preflight, type Size } from './preflight.js';
import { type Collected, collect, type Prepared, vectorize } from './prepare.js';
import { checkRows } from './presets.js';
import { dataSettings, featureSettings, type TrainSettings } from './settings.js';
import type { TrainOptions } from './train.js';

/** Data for a training: prepared rows, of which dataset if any, and what the model is to be called. */
export interface Loaded {
  prepared: Prepared;
  name: string;
  /** The rows as they were before, for cross-validation and calibration. */
  collected?: Collected;
  baselines: () => Promise<Baselines>;
  /** The file of the vocabulary, where its terms are there as nodes. */
  vocabulary?: (() => Promise<Uint8Array>) | undefined;
  /** The search that led to the recipe. */
  tuning?: Tuning;
  dataset?: { path: string; sha256: string; config: Partial<TrainSettings> };
}

/**
 * Reads CSV files, or opens a dataset folder, which holds to what it has decided. `check` is asked about the rows before
 * anything is made of them. Throws `data`, `usage`, `artifact`, and `failed` where memory does not suffice.
 */
export async function load(
  options: TrainOptions,
  check: (rows: DividedRows, model: string) => Promise<void>,
  stopwatch: Stopwatch,
  listener: Listener,
): Promise<Loaded> {
  const [first] = options.data;
  if (first === undefined)
    throw new MaasError('usage', 'there is nothing to train on, expected a CSV file or a dataset');
  const { model, vectorizer } = options.settings;
  if (options.data.length > 1 || !(await isDataset(first))) {
    checkRows(model, vectorizer);
    const budget = new MemoryBudget(options.maxMemory, fewerTerms[vectorizer]);
    const collected = await collect(options, options.settings, budget, stopwatch, listener);
    const name = options.name ?? modelNameFor(first);
    const { rows, split } = collected;
    const meanwhile = beginMeanwhile(options);
    await check({ ...rows, test: placesOf(rows.places, split.test) }, name);
    let vocabulary: Loaded['vocabulary'];
    const prepared = await vectorize(collected, budget, stopwatch, listener, {
      fitNeeds: (classes) => fitNeeds(classes, options, meanwhile === inThread),
      fitted(vectorizer) {
        const state = vectorizer.state();
        if ('terms' in state && state.terms.asNodes)
          vocabulary = meanwhile('vocabulary', state.terms.asNodes);
      },
    });
    const refitted = options.cv || (asksForDecisions(options.settings) && !collected.split.validation.length);
    const baselines = meanwhile('baselines', baselineRows(prepared, model));
    return { prepared, baselines, vocabulary, name, ...(refitted && { collected }) };
  }
  const { manifest, digest, prepared } = await stopwatch.time('read', () => openDataset(first));
  checkRows(model, prepared.vectorizer.kind);
  const config = manifest.config as Partial<TrainSettings>;
  const decided = [...(options.asked ?? [])].filter(
    (name) =>
      name !== 'seed' &&
      (Object.hasOwn(dataSettings, name) || Object.hasOwn(featureSettings, name)) &&
      options.settings[name as keyof TrainSettings] !== 'auto' &&
      JSON.stringify(config[name as keyof TrainSettings]) !==
        JSON.stringify(options.settings[name as keyof TrainSettings]),
  );
  if (options.cv) {
    throw new MaasError(
      'usage',
      `the vectorizer of the dataset ${first} knows all rows, expected a CSV file for --cv`,
    );
  }
  if (asksForDecisions(options.settings) && prepared.parts.validation.labels.length === 0) {
    throw new MaasError(
      'usage',
      `the dataset ${first} has no validation rows, which calibration and thresholds are fitted on`,
      {
        hint: 'make it with `maas preprocess --validation-size 0.1` (validationSize: 0.1 in the config file), or train from the CSV file',
      },
    );
  }
  const read = prepared.files.map(({ path }) => path);
  if (options.test?.some((path) => !read.includes(path))) decided.push('test');
  if (decided.length > 0) {
    throw new MaasError('usage', `the dataset ${first} has decided ${decided.join(', ')} otherwise`, {
      hint: 'give that to `maas preprocess`, or train from the CSV file',
      details: { settings: decided },
    });
  }
  const { train, validation, test } = prepared.parts;
  const name = options.name ?? manifest.name;
  await check({ ...prepared, test }, name);
  const rows = [train, validation, test].reduce((sum, { labels }) => sum + labels.length, 0);
  const size = {
    features: train.features.cols,
    nonZeros: [train, validation, test].reduce((sum, { features }) => sum + features.values.length, 0),
    trainNonZeros: train.features.values.length,
    parameters: mergedColumns(train.features),
    made: true,
  };
  const budget = new MemoryBudget(options.maxMemory);
  const needs = preflight(rows, size, fitNeeds(prepared.classes, options, false), budget, listener);
  const baselines = later('baselines', baselineRows(prepared, model));
  return {
    prepared: { ...prepared, needs },
    baselines,
    name,
    dataset: { path: first, sha256: digest, config },
  };
}

/** What does not depend on the fit is done in a thread where there is much of it and it need not be copied; that begins now. */
function beginMeanwhile({ data, threads, settings: { vectorizer } }: TrainOptions): Meanwhile {
  if (vectorizer !== 'tfidf' || !areWorthAThread(data, threads)) return later;
  jobThreads.begin();
  return inThread;
}

/**
 * Cross-validation and calibration fit as often on a little less, and make the rows of a fold beside all.
 * @param atOnce whether the baselines are fitted while the model is, or after it
 */
const fitNeeds =
  (classes: number, { settings, test, cv = 0 }: TrainOptions, atOnce: boolean) =>
  (size: Size) => {
    const { seconds, bytes } = fitters[settings.model].needs(size, classes, settings);
    const outOfFold = asksForDecisions(settings) && settings.validationSize === 0;
    const folds = cv + (outOfFold ? CALIBRATION_FOLDS : 0);
    const ofFolds = folds ? 8 * size.nonZeros : 0;
    const ofModel = bytes + ofFolds;
    const scored = test !== undefined || settings.testSize > 0;
    const ofBaseline =
      scored && hasNaiveBayes(settings) ? fitters.nb.needs(size, classes, settings).bytes : 0;
    return {
      seconds: (1 + folds) * seconds,
      bytes: atOnce ? ofModel + ofBaseline : Math.max(ofModel, ofBaseline),
    };
  };
