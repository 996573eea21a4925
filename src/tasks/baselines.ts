import { FastTextVectorizer } from '../features/fasttext.js';
import { TfidfVectorizer } from '../features/tfidf.js';
import type { AnyVectorizer } from '../features/vectorizer.js';
import { evaluate, type Metrics } from '../metrics/classification.js';
import { type Outcomes, outcomesOf } from '../metrics/outcomes.js';
import type { Classifier } from '../models/classifier.js';
import type { ClassifierKind } from '../models/kinds.js';
import { fitMajority } from '../models/majority.js';
import { fitNaiveBayes } from '../models/naive-bayes.js';
import type { ModelManifest } from '../store/store.js';
import type { Prepared } from './prepare.js';

/** Metrics of classifiers that cost nothing, on the same rows and features: what a model has to be better than. */
export type Baselines = Partial<Record<'majority' | 'nb', Metrics>>;

/** Whether features are counts of terms, which may be weighed, but not so small that smoothing drowns them. */
const isCounted = (vectorizer: AnyVectorizer) =>
  (vectorizer instanceof TfidfVectorizer || vectorizer instanceof FastTextVectorizer) &&
  vectorizer.state().weights.norm !== 'l1';

/**
 * Fits the most frequent class and naive Bayes on the training rows, and scores them on the test rows. What the model is itself is left out, and naive Bayes where features are no counts of terms.
 */
export function baselinesOf(
  { parts: { train, test }, labels, classes, vectorizer }: Prepared,
  model: ClassifierKind,
): Baselines {
  if (test.labels.length === 0) return {};
  const metricsOf = (classifier: Classifier) =>
    evaluate(outcomesOf(labels, classes, test.labels, classifier.probabilities(test.features))).metrics;
  const { features, labels: ofRows } = train;
  return {
    ...(model !== 'majority' && { majority: metricsOf(fitMajority(ofRows, classes)) }),
    ...(model !== 'nb' &&
      isCounted(vectorizer) && {
        nb: metricsOf(fitNaiveBayes(features, ofRows, classes, { alpha: 1, complement: false })),
      }),
  };
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
