import { type Fold, stratifiedFolds } from '../data/folds.js';
import { gathered } from '../data/places.js';
import { MaasError } from '../errors.js';
import type { FeatureFit, FittedFeatures } from '../features/fits.js';
import { evaluate, type Metrics } from '../metrics/classification.js';
import { joined, type Outcomes, outcomesOf } from '../metrics/outcomes.js';
import { bulkProbabilities } from '../models/bulk.js';
import type { Classifier } from '../models/classifier.js';
import type { FitData } from '../models/fits.js';
import type { Listener } from '../progress.js';
import type { OpenFitter } from './fit.js';
import type { Rows } from './rows.js';

/** A figure of each metric, null where it is undefined. */
export type Figures = Omit<Metrics, 'n'>;

/** How well a recipe does on rows that its models were not fitted on. */
export interface CrossValidation {
  folds: number;
  seed: number;
  /** Of the folds' metrics: their mean, and their standard deviation (divided by k, as numpy's `std`). */
  mean: Figures;
  std: Figures;
  /** The metrics of each fold. */
  scores: Metrics[];
}

/** The rows that take part. */
export interface FoldedRows {
  rows: Rows;
  features: FeatureFit;
  /** Rows that are fitted on and scored in turns, in rising order. */
  train: Uint32Array;
  /** Rows that fits are watched with, as every training's are. */
  validation: Uint32Array;
}

/**
 * Fits a recipe k times on all folds of the rows but one, its vectorizer, too, and scores it on that one. Answers with the
 * metrics, and what was said of each row. Throws `data` where there are too few rows.
 */
export async function crossValidate(
  folded: FoldedRows,
  { folds: k, seed }: { folds: number; seed: number },
  fitter: Pick<OpenFitter, 'fit'>,
  listener: Listener,
): Promise<{ cv: CrossValidation; outcomes: Outcomes }> {
  const { classOf, classes, labels } = folded.rows;
  const scores: Metrics[] = [];
  const parts: Outcomes[] = [];
  listener.step?.({ stage: 'cross-validate' });
  for await (const { held, vectorize, classifier } of fittedFolds(
    folded,
    { folds: k, seed },
    fitter,
    listener,
  )) {
    const score = await bulkProbabilities(classifier);
    const outcomes = outcomesOf(labels, classes, gathered(classOf, held), score(vectorize(held)));
    const { metrics } = evaluate(outcomes);
    parts.push(outcomes);
    scores.push(metrics);
    const note = `accuracy ${metrics.accuracy?.toFixed(4)}`;
    listener.step?.({ stage: 'cross-validate', done: scores.length, total: k, unit: 'folds', note });
  }
  return { cv: { folds: k, seed, ...spreadOf(scores), scores }, outcomes: joined(labels, classes, parts) };
}

/** A fold, and the classifier that was fitted on all others. */
interface FittedFold {
  /** The rows of the fold, and what makes their features. */
  held: Uint32Array;
  vectorize: FittedFeatures['vectorize'];
  classifier: Classifier;
}

/** Fits a recipe on all folds of the rows but one, its vectorizer, too, for each fold in turn. Throws `data` where there are too few rows. */
export async function* fittedFolds(
  folded: FoldedRows,
  { folds: k, seed }: { folds: number; seed: number },
  fitter: Pick<OpenFitter, 'fit'>,
  listener: Listener,
): AsyncGenerator<FittedFold> {
  const { rows, train } = folded;
  const folds = stratifiedFolds(gathered(rows.classOf, train), rows.classes, k, seed);
  checkHeld(folds);
  let fold = 0;
  for (const { train: others, held: own } of folds) {
    const held = gathered(train, own);
    const { data, vectorize } = await vectorizedFor(folded, gathered(train, others));
    const { classifier } = await fitter.fit(data, { listener: ofFold(++fold, k, listener) });
    yield { held, vectorize, classifier };
  }
}

/** What a fit on some of the rows takes, and the vectorizer that is fitted on them. */
async function vectorizedFor(
  { rows: { classOf, classes }, features, validation }: FoldedRows,
  train: Uint32Array,
): Promise<{ data: FitData; vectorize: FittedFeatures['vectorize'] }> {
  const { vectorize, startingVectors } = await features.fit(train);
  const examples = (chosen: Uint32Array) => ({
    features: vectorize(chosen),
    labels: new Int32Array(gathered(classOf, chosen)),
  });
  const data = { ...examples(train), classes, validation: examples(validation), startingVectors };
  return { data, vectorize };
}

/** Throws `data` where one of the first `scored` folds has no row to score. */
export function checkHeld(folds: readonly Fold[], scored = folds.length): void {
  const { train, held } = folds[0]!;
  if (folds.slice(0, scored).every((fold) => fold.held.length > 0)) return;
  throw new MaasError(
    'data',
    `${train.length + held.length} rows are too few for ${folds.length} folds, expected one row to score in each at the least`,
  );
}

/** Mean and standard deviation of each metric over folds; null where it is undefined in one of them. */
export function spreadOf(scores: readonly Metrics[]): { mean: Figures; std: Figures } {
  const names = Object.keys(scores[0]!).filter((name) => name !== 'n') as (keyof Figures)[];
  const mean = {} as Figures;
  const std = {} as Figures;
  for (const name of names) {
    const values = scores.map((metrics) => metrics[name]);
    const defined = values.every((value) => value !== null) ? (values as number[]) : null;
    mean[name] = defined && meanOf(defined);
    std[name] = defined && Math.sqrt(meanOf(defined.map((value) => (value - mean[name]!) ** 2)));
  }
  return { mean, std };
}

const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Tells the progress of a fold's fit as that of all, and which fold a warning is of. */
const ofFold = (fold: number, k: number, listener: Listener): Listener => ({
  step: ({ note }) =>
    listener.step?.({
      stage: 'cross-validate',
      done: fold,
      total: k,
      unit: 'folds',
      ...(note !== undefined && { note }),
    }),
  warn: (message) => listener.warn?.(`fold ${fold} of ${k}: ${message}`),
});
