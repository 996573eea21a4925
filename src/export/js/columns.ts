import type { FastTextState } from '../../features/fasttext.js';
import type { TfidfState } from '../../features/tfidf.js';
import type { DenseState } from '../../models/dense.js';
import type { LinearState } from '../../models/linear.js';
import type { PipelineState } from '../../pipeline.js';
import { frontCoded } from './front-coding.js';
import type { PackedTerms } from './packed.js';

/** A pipeline whose columns are terms, or buckets of them, that sums of weights are made of: their order is free. */
export interface FreeColumns extends PipelineState {
  vectorizer: TfidfState | FastTextState;
  classifier: LinearState | DenseState;
}

/** Whether the columns of this pipeline may be ordered anew and left out. */
export function hasFreeColumns(state: PipelineState): state is FreeColumns {
  const { vectorizer, classifier } = state;
  return (
    (vectorizer.kind === 'tfidf' || vectorizer.kind === 'fasttext') &&
    'features' in classifier &&
    (classifier.kind === 'logistic' ||
      classifier.kind === 'nb' ||
      classifier.kind === 'dense' ||
      classifier.kind === 'bag')
  );
}

/** The weights that a column is multiplied by, row-major [features, units]. */
const weightsOf = (classifier: LinearState | DenseState) =>
  'coef' in classifier
    ? { weights: classifier.coef, units: classifier.intercept.length }
    : { weights: classifier.layers[0]!.kernel, units: classifier.layers[0]!.bias.length };

/**
 * The columns, those first that do most to scores: by the largest of a column's weights, times its idf, times the share of
 * texts that have it, as its idf tells that (1 + ln of its inverse). bench/README.md has the others that were tried.
 */
export function byInfluence({ vectorizer, classifier }: FreeColumns): Uint32Array {
  const { idf } = vectorizer;
  const { weights, units } = weightsOf(classifier);
  const influence = new Float64Array(weights.length / units);
  for (let column = 0; column < influence.length; column++) {
    let largest = 0;
    for (let i = column * units; i < (column + 1) * units; i++) {
      largest = Math.max(largest, Math.abs(weights[i]!));
    }
    const ofColumn = idf.length > 0 ? idf[column]! : 1;
    influence[column] = largest * ofColumn * Math.exp(1 - ofColumn);
  }
  return Uint32Array.from(influence.keys()).sort((a, b) => influence[b]! - influence[a]! || a - b);
}

/** The state of these columns alone, with terms sorted and as text, and buckets rising. */
export function withColumns(state: FreeColumns, columns: Uint32Array) {
  const { vectorizer, classifier } = state;
  const terms = vectorizer.terms.list();
  const words = Array.from(
    columns.filter((column) => column < terms.length),
    (column) => ({ column, term: terms[column]! }),
  );
  words.sort((a, b) => (a.term < b.term ? -1 : 1));
  const buckets = columns.filter((column) => column >= terms.length).sort();
  const order = Uint32Array.from([...words.map(({ column }) => column), ...buckets]);
  const packed: PackedTerms = { frontCoded: frontCoded(words.map(({ term }) => term)) };
  return {
    ...state,
    vectorizer: {
      ...vectorizer,
      terms: packed,
      idf:
        vectorizer.idf.length > 0
          ? Float64Array.from(order, (column) => vectorizer.idf[column]!)
          : vectorizer.idf,
      ...('kept' in vectorizer && { kept: buckets.map((column) => vectorizer.kept[column - terms.length]!) }),
    },
    classifier: withRows(classifier, order),
  };
}

function withRows(classifier: LinearState | DenseState, order: Uint32Array): LinearState | DenseState {
  const { weights, units } = weightsOf(classifier);
  const rows = new Float32Array(order.length * units);
  for (let i = 0; i < order.length; i++) {
    rows.set(weights.subarray(order[i]! * units, (order[i]! + 1) * units), i * units);
  }
  const features = order.length;
  if ('coef' in classifier) return { ...classifier, features, coef: rows };
  const [first, ...rest] = classifier.layers;
  return { ...classifier, features, layers: [{ ...first!, kernel: rows }, ...rest] };
}
