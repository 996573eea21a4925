import { gathered, placesOf } from '../data/places.js';
import type { Split } from '../data/split.js';
import { MaasError } from '../errors.js';
import type { ClassifierKind } from '../models/kinds.js';
import type { Monitor } from '../models/training/watch.js';
import { type Listener, Stopwatch } from '../progress.js';
import { grouped } from '../report/format.js';
import type { Tuning } from '../report/tuning.js';
import { shared } from '../sparse/shared.js';
import { checkAlias } from '../store/aliases.js';
import { isDataset } from '../store/dataset.js';
import { Journal } from '../store/journal.js';
import { modelNameFor, Store } from '../store/store.js';
import type { Texts } from '../text/batch.js';
import { loadStopWords } from '../text/stopwords.js';
import { baselineRows } from './baselines.js';
import { checkHeld } from './cross-validate.js';
import { checkAsked } from './early-checks.js';
import { openFitter } from './fit.js';
import { parseGates } from './gate-syntax.js';
import { promoteIfMet } from './gated-promotion.js';
import { later } from './meanwhile.js';
import { MemoryBudget } from './memory.js';
import { type PrepareInput, vectorize } from './prepare.js';
import { DecidingTexts, decide } from './recipe.js';
import { checkShares, type Rows, readRows, splitRows } from './rows.js';
import type { TrainSettings } from './settings.js';
import { type TrainResult, trainOn } from './train.js';
import { beginSearch, fingerprintOf } from './tuning/begin-search.js';
import { rungsFor, Samples } from './tuning/halving.js';
import { affords, foldsFor, threadsFor } from './tuning/limits.js';
import { namedFiles } from './tuning/named-files.js';
import { possibleModels } from './tuning/named-models.js';
import { type Finding, RungScores } from './tuning/rung-scores.js';
import { bestOf, search, type Trial } from './tuning/search.js';
import { type Changes, candidates, firstChanges, parseSpace, resolveRecipe } from './tuning/space.js';
import { progressOf, triedRecipe } from './tuning/telling.js';
import { collectKept, KeptTexts, textOf } from './tuning/texts.js';
import { WorkerPool } from './tuning/worker-pool.js';
import { vectorDim } from './word-vectors.js';

export interface TuneOptions extends PrepareInput {
  store: string;
  devices?: string | undefined;
  name?: string | undefined;
  /** Settings that are held to; what is not given is searched. */
  given: Changes;
  preset?: string | undefined;
  /** Lists or ranges of values by setting, in the place of the space that maas knows. */
  search?: Record<string, unknown> | undefined;
  models?: readonly ClassifierKind[] | undefined;
  metric?: Monitor | undefined;
  /** Folds of the training rows that all score; otherwise as many as the rows are worth. */
  cv?: number | undefined;
  /** Recipes to try at the most. */
  trials?: number | undefined;
  /** Seconds that everything may take; 60 where neither this nor `trials` is given. */
  budget?: number | undefined;
  /** Go on with the search that was interrupted, where there is one. */
  resume?: boolean | undefined;
  command?: string[];
  /** Conditions that the version is held to, such as "f1_macro >= 0.85". */
  gate?: readonly string[] | undefined;
  /** Share of the held-out rows that the champion has right and the version may have wrong. */
  maxNegativeFlips?: number | undefined;
  /** An alias for the version, if it meets all gates. */
  promote?: string | undefined;
}

export interface TuneResult extends TrainResult {
  tune: Tuning;
}

const BUDGET = 60;

/** Embeddings that begin with word vectors have as many numbers as these, which is not searched. */
async function withVectorDim(
  given: Changes,
  models: readonly ClassifierKind[] | undefined,
  preset: string | undefined,
): Promise<Changes> {
  const { vectorizer, embeddings } = resolveRecipe({ ...given, ...firstChanges(models, given) }, preset);
  if (vectorizer !== 'sequence' || embeddings === null) return given;
  return { ...given, dim: await vectorDim(embeddings, given.dim) };
}

/**
 * Searches for the recipe that does best on rows of the training set that it was not fitted on, trains it on all of them,
 * scores it on the test rows, which no trial has seen, and publishes it. Throws as `train` does.
 */
export async function tune(options: TuneOptions, listener: Listener = {}): Promise<TuneResult> {
  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;
  const { trials: limit = null, metric = 'accuracy', preset } = options;
  const budget = options.budget ?? (limit === null ? BUDGET : null);
  const name = options.name ?? modelNameFor(options.data[0] ?? '');
  const gates = parseGates(options.gate, options.maxNegativeFlips);
  if (options.promote !== undefined) checkAlias(options.promote);
  const models = possibleModels(options.models, options.given, preset, listener);
  const given = await withVectorDim(options.given, models, preset);
  const settings = resolveRecipe({ ...given, ...firstChanges(models, given) }, preset);
  await check(options, settings, listener);
  const space = options.search && parseSpace(options.search);
  await new Store(options.store).prepare(name);

  const stopwatch = new Stopwatch();
  const memory = new MemoryBudget(options.maxMemory);
  const { rows, texts } = await readTexts(options, settings, memory, stopwatch, listener);
  const divided = splitRows(rows, settings, listener);
  const test = placesOf(rows.places, divided.test);
  await checkAsked(options.store, { model: name, gates, settings }, { ...rows, test });
  const split: Split = {
    train: Uint32Array.from([...divided.train, ...divided.validation]).sort(),
    validation: new Uint32Array(0),
    test: divided.test,
  };
  const { seed } = settings;
  const { folds, scored } = foldsFor(options.cv, settings.validationSize, split.train.length);
  const classOf = gathered(rows.classOf, split.train);
  const samples = new Samples(classOf, rows.classes, folds, seed);
  checkHeld(samples.of(1).folds, scored);
  const rungs = rungsFor(split.train.length, rows.classes, folds, scored);
  const about = [settings, given, space, await namedFiles(settings, space), models, metric, folds, scored];
  const journal = new Journal<Finding>(
    options.store,
    name,
    fingerprintOf([rows.sha256, split.train.length, ...about]),
  );
  const found = await beginSearch(journal, options.resume, listener);

  const { classes } = rows;
  const { beside, each } = threadsFor(options.threads, classes, texts, memory);
  const pool = new WorkerPool(beside, { texts, classOf: shared(rows.classOf), classes, threads: each });
  const scores = new RungScores(pool, samples, split.train, journal, found);
  const sample = firstTexts(texts, rows.own);
  const recipes = candidates({
    decide: (settings) => decide(settings, sample),
    given: { ...given, validationSize: 0 },
    preset,
    models,
    space,
    macro: metric.endsWith('macro'),
    seed,
  });
  // training the winner is part of the budget: on all rows, with its terms counted anew
  const reserved = ({ seconds, folds: done, settings }: Trial) =>
    0.5 +
    1.2 * ((seconds / Math.max(1, done.length)) * (folds / (folds - 1)) + scores.countSeconds(settings));
  let best: Trial | undefined;
  const left = () => (budget === null ? Number.POSITIVE_INFINITY : budget - elapsed());
  const secondsLeft = () => left() - (best ? reserved(best) : 0);
  // the recipe that was given is tried whatever it takes
  const clock = setInterval(() => {
    if (best && secondsLeft() <= 0) void pool.stop();
  }, 50);
  const searched = await stopwatch
    .time('tune', () =>
      search(recipes, scores, {
        rungs,
        metric,
        trials: limit ?? Number.POSITIVE_INFINITY,
        secondsLeft,
        affords: (trial, rung) => affords(trial, rung, beside, left()),
        beside,
        progress(trials, leader) {
          best = leader;
          listener.step?.(progressOf(trials, leader, metric, limit, left()));
        },
      }),
    )
    .finally(() => {
      clearInterval(clock);
      journal.close();
      return pool.stop();
    });

  const winner = bestOf(searched, rungs, metric);
  if (!winner) {
    const problem = searched.find((trial) => trial.problem)?.problem;
    throw new MaasError('failed', `no recipe could be scored${problem ? `: ${problem}` : ''}`);
  }
  const tuning: Tuning = {
    metric,
    folds,
    scoredFolds: scored,
    seed,
    budget,
    limit,
    space: space ?? null,
    models: models ?? null,
    given,
    winner: winner.id,
    tried: searched.length,
    seconds: elapsed(),
    trials: searched.map((trial) => triedRecipe(trial, rungs)),
  };
  const load = async () => {
    const features = await stopwatch.time('vectorize', () =>
      collectKept(texts, winner.settings, options.threads),
    );
    const collected = { rows, split, features, decided: winner.settings };
    const prepared = await vectorize(collected, memory, stopwatch, listener);
    const baselines = later('baselines', baselineRows(prepared, winner.settings.model));
    return { prepared, baselines, name, tuning, collected };
  };
  const { data, store, devices, command, maxMemory } = options;
  const result = await trainOn(
    {
      ...{ data, store, devices, maxMemory, threads: options.threads, name },
      ...(command && { command }),
      settings: winner.settings,
    },
    load,
    stopwatch,
    listener,
  );
  await journal.remove();
  const asked = { gates, promote: options.promote };
  const held = { threads: options.threads, settings: winner.settings };
  return { ...result, tune: tuning, ...(await promoteIfMet(store, result, asked, held, listener)) };
}

async function check(
  { data, devices, threads }: TuneOptions,
  settings: TrainSettings,
  listener: Listener,
): Promise<void> {
  const [first] = data;
  if (first === undefined) throw new MaasError('usage', 'there is nothing to tune on, expected a CSV file');
  if (await isDataset(first)) {
    throw new MaasError(
      'usage',
      `the dataset ${first} has decided how texts become features, expected a CSV file`,
    );
  }
  if (settings.patience !== null || settings.schedule === 'plateau') {
    throw new MaasError(
      'usage',
      'a search scores on the validation rows, so that no training can watch them',
      {
        hint: 'leave --patience and --schedule plateau out; --epochs can be searched',
      },
    );
  }
  // stop words that cannot be read are told before the search, not as a problem of every trial
  if (settings.stopWords !== null) await loadStopWords(settings.stopWords);
  // a device that is not there is told before the search, which does without it, and not after
  (await openFitter({ settings, devices, threads }, undefined, listener))?.close();
}

async function readTexts(
  options: TuneOptions,
  settings: TrainSettings,
  memory: MemoryBudget,
  stopwatch: Stopwatch,
  listener: Listener,
): Promise<{ rows: Rows; texts: Texts }> {
  checkShares(settings, options);
  const kept = new KeptTexts();
  const sink = {
    add: (text: string) => kept.add(text),
    caughtUp: async (count: number) => memory.watch(() => `keeping ${grouped(count)} texts`),
  };
  const rows = await readRows(options, settings, sink, stopwatch, listener);
  return { rows, texts: kept.finish() };
}

/** The texts that decide what is left to the data, as in a training. */
function firstTexts(texts: Texts, own: number): string[] {
  const deciding = new DecidingTexts();
  for (let row = 0; row < own && !deciding.enough; row++) deciding.add(textOf(texts, row));
  return deciding.texts;
}
