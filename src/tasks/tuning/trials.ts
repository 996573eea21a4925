import type { Device } from '../../compute/index.js';
import { gathered } from '../../data/places.js';
import { MaasError } from '../../errors.js';
import type { FeatureFit } from '../../features/fits.js';
import { type CountedTerms, TermCounter } from '../../features/term-counter.js';
import { TfidfFit } from '../../features/tfidf-fit.js';
import type { Metrics } from '../../metrics/classification.js';
import { bulkProbabilities } from '../../models/bulk.js';
import { type DeviceFitter, type FitData, fitters } from '../../models/fits.js';
import type { LogisticSolution } from '../../models/logistic.js';
import { metricsOf } from '../../models/training/validation.js';
import { shared } from '../../sparse/shared.js';
import type { Texts } from '../../text/batch.js';
import { loadStemmer } from '../../text/stemmers.js';
import { loadStopWords } from '../../text/stopwords.js';
import { openCollector } from '../prepare.js';
import type { Recipe } from '../recipe.js';
import { batchesOf, textOf } from './texts.js';

/** What all trials share: texts and classes of all rows, in memory that threads share. */
export interface TrialData {
  texts: Texts;
  classOf: Uint32Array;
  classes: number;
  /** How many threads a fit may use; the outcome is the same. */
  threads: number;
}

/** Counts the terms of some rows. */
export interface CountJob {
  kind: 'count';
  settings: Recipe;
  rows: Uint32Array;
}

/** Fits and scores recipes with the same features. */
export interface FitJob {
  kind: 'fit';
  /** Rows by number, and which of them, as places in `rows`, are fitted on and scored. */
  rows: Uint32Array;
  train: Uint32Array;
  held: Uint32Array;
  /** The counted terms of `rows`, where the vectorizer takes them. */
  counted: CountedTerms | undefined;
  /** One of each recipe, in the order in which they are fitted. */
  settings: Recipe[];
}

/** How a recipe did: its metrics, or why there are none. */
export interface Outcome {
  metrics: Metrics | null;
  problem?: string;
  /** That fitting and scoring took, a share of the features' making included. */
  seconds: number;
}

/** Whether a vectorizer is fitted on counts of terms, which depend on the analyzer alone. */
export const takesCounts = ({ vectorizer }: Recipe) => vectorizer === 'tfidf';

/** The settings that counts depend on. */
export const analyzerKey = (settings: Recipe) => {
  const { analyzer, ngramRange, lowercase, tokenizer, stopWords, stemmer } = settings;
  return JSON.stringify([analyzer, ngramRange, lowercase, tokenizer, stopWords, stemmer]);
};

const analysis = async (settings: Recipe) => ({
  options: {
    ...settings,
    stopWords: settings.stopWords === null ? null : await loadStopWords(settings.stopWords),
  },
  stem: settings.stemmer === null ? undefined : await loadStemmer(settings.stemmer),
});

/** The counts of the rows, in memory that threads share. */
export async function countTerms({ texts }: TrialData, { settings, rows }: CountJob): Promise<CountedTerms> {
  const { options, stem } = await analysis(settings);
  const counter = new TermCounter(options, stem);
  for (const batch of batchesOf(texts, rows)) counter.addAll(batch);
  const counted = counter.finish();
  return {
    ...counted,
    chunks: counted.chunks.map(({ nodes, counts }) => ({ nodes: shared(nodes), counts: shared(counts) })),
    rows: {
      chunk: shared(counted.rows.chunk),
      offset: shared(counted.rows.offset),
      length: shared(counted.rows.length),
    },
  };
}

/** How each of the recipes does. Those of logistic regression with rising C begin where the one before ended. */
export async function runTrials(data: TrialData, job: FitJob): Promise<Outcome[]> {
  const from = performance.now();
  const { classOf, classes } = data;
  const { rows, train, held, settings } = job;
  let sets: { fit: FitData; held: FitData };
  try {
    const { vectorize, startingVectors } = await (await featuresOf(data, job)).fit(train);
    const examples = (places: Uint32Array): FitData => ({
      features: vectorize(places),
      labels: new Int32Array(gathered(classOf, gathered(rows, places))),
      classes,
      validation: { features: vectorize(places.subarray(0, 0)), labels: new Int32Array(0) },
      startingVectors,
    });
    sets = { fit: examples(train), held: examples(held) };
  } catch (error) {
    return settings.map(() => failed(error, from));
  }
  const ofFeatures = (performance.now() - from) / 1000 / settings.length;
  const outcomes: Outcome[] = [];
  let last: { settings: Recipe; solution: LogisticSolution } | undefined;
  for (const recipe of settings) {
    const begun = performance.now();
    try {
      const start = last && isPath(last.settings, recipe) ? last.solution : undefined;
      const { classifier, solution } = await fitOne(sets.fit, recipe, start, data.threads);
      last = solution && { settings: recipe, solution };
      const score = await bulkProbabilities(classifier);
      const metrics = metricsOf(score(sets.held.features), sets.held.labels, classes);
      outcomes.push({ metrics, seconds: ofFeatures + (performance.now() - begun) / 1000 });
    } catch (error) {
      outcomes.push(failed(error, begun));
    }
  }
  return outcomes;
}

/** Whether two recipes of logistic regression differ in C alone. */
const isPath = (a: Recipe, b: Recipe) => JSON.stringify({ ...a, C: b.C }) === JSON.stringify(b);

/** What a recipe cannot do is its own affair; a fault of ours is not. */
function failed(error: unknown, from: number): Outcome {
  if (!(error instanceof MaasError)) throw error;
  return { metrics: null, problem: error.message, seconds: (performance.now() - from) / 1000 };
}

async function featuresOf({ texts }: TrialData, { counted, rows, settings }: FitJob): Promise<FeatureFit> {
  if (counted) {
    const { options, stem } = await analysis(settings[0]!);
    return new TfidfFit(counted, options, stem);
  }
  const collector = await openCollector(settings[0]!, 1);
  for (const row of rows) collector.add(textOf(texts, row));
  return collector.finish();
}

/** The devices of this thread by what opens them; they stay open. */
const opened = new Map<DeviceFitter<Device>['open'], Promise<Device>>();

async function fitOne(data: FitData, settings: Recipe, start: LogisticSolution | undefined, threads: number) {
  const kind = fitters[settings.model];
  if (kind.open === null) return { classifier: kind.fit(data, settings), solution: undefined };
  // each is given the device that its own `open` opens
  const fitter = kind as DeviceFitter<Device>;
  const device =
    opened.get(fitter.open) ?? fitter.open(settings.device === 'cpu' ? 'cpu' : 'wasm', '', threads);
  opened.set(fitter.open, device);
  return fitter.fit(data, settings, await device, { start });
}
