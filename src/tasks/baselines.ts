import { evaluate, type Metrics } from '../metrics/classification.js';
import { type Outcomes, outcomesOf } from '../metrics/outcomes.js';
import type { ClassifierKind } from '../models/kinds.js';
import { fitMajority } from '../models/majority.js';
import { fitNaiveBayes } from '../models/naive-bayes.js';
import type { ModelManifest } from '../store/store.js';
import type { Part, Prepared } from './prepare.js';
import type { TrainSettings } from './settings.js';

/** Metrics of classifiers that cost nothing, on the same rows and features: what a model has to be better than. */
export type Baselines = Partial<Record<'majority' | 'nb', Metrics>>;

/**
 * Whether naive Bayes is among the baselines: not where it is the model, nor where features are no counts of terms. These may be
 * weighed, but not be so small that smoothing drowns them.
 */
export const hasNaiveBayes = ({
  model,
  vectorizer,
  norm,
}: Pick<TrainSettings, 'model' | 'vectorizer' | 'norm'>): boolean =>
  model !== 'nb' && (vectorizer === 'tfidf' || vectorizer === 'fasttext') && norm !== 'l1';

/** What baselines are made of: plain data that can be sent from thread to thread. */
export interface BaselineRows {
  train: Pick<Part, 'features' | 'labels'>;
  test: Pick<Part, 'features' | 'labels'>;
  labels: string[];
  classes: number;
  /** Which are asked for. */
  kinds: (keyof Baselines)[];
}

/** The rows that baselines beside a model are fitted on and scored on; what the model is itself is none of them. */
export function baselineRows(
  { parts: { train, test }, labels, classes, vectorizer }: Omit<Prepared, 'needs'>,
  model: ClassifierKind,
): BaselineRows {
  const taken = ({ features, labels }: Part) => ({ features, labels });
  const state = vectorizer.state();
  const norm = 'weights' in state && 'norm' in state.weights ? state.weights.norm : 'none';
  const there = {
    majority: model !== 'majority',
    nb: hasNaiveBayes({ model, vectorizer: vectorizer.kind, norm }),
  };
  const kinds = (['majority', 'nb'] as const).filter((kind) => there[kind]);
  return { train: taken(train), test: taken(test), labels, classes, kinds };
}

/** Fits the most frequent class and naive Bayes on the training rows, and scores them on the test rows. */
export function baselinesOf({ train, test, labels, classes, kinds }: BaselineRows): Baselines {
  if (test.labels.length === 0) return {};
  const fit = {
    majority: () => fitMajority(train.labels, classes),
    nb: () => fitNaiveBayes(train.features, train.labels, classes, { alpha: 1, complement: false }),
  };
  return Object.fromEntries(
    kinds.map((kind) => {
      const probabilities = fit[kind]().probabilities(test.features);
      return [kind, evaluate(outcomesOf(labels, classes, test.labels, probabilities)).metrics];
    }),
  );
}

/** What the most frequent class of the training rows reaches on rows of files; nothing for versions that did not count them. */
export function baselinesOnFiles(
  { classCounts, config }: Pick<ModelManifest, 'classCounts' | 'config'>,
  { labels, classes, truth }: Outcomes,
): Baselines {
  if (!classCounts || config.model === 'majority') return {};
  const rows = classCounts.reduce((sum, count) => sum + count, 0);
  const shares = classCounts.map((count) => count / rows);
  const most = shares.indexOf(Math.max(...shares));
  const { length } = truth;
  const majority = {
    ...{ labels, classes, truth, probabilities: null },
    predicted: new Uint32Array(length).fill(most),
    score: new Float64Array(length).fill(shares[most]!),
    labelScore: Float64Array.from(truth, (label) => shares[label] ?? Number.NaN),
  };
  return { majority: evaluate(majority).metrics };
}
