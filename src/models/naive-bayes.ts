import { MaasError } from '../errors.js';
import type { Csr } from '../sparse/csr.js';
import { LinearClassifier } from './linear.js';
import { classPriors } from './weights.js';

/** Options of naive Bayes, named as scikit-learn names them. */
export interface NaiveBayesOptions {
  /** What each term is taken to have been met more often than it was (Lidstone smoothing; 1 is Laplace's). */
  alpha: number;
  /** Estimate each class from the rows of all others (Rennie et al. 2003), which suits classes of unlike size. */
  complement: boolean;
}

/**
 * Fits multinomial naive Bayes, or with `complement` complement naive Bayes without normalised weights: scikit-learn's
 * `MultinomialNB` and `ComplementNB(norm=False)`. Both score linearly: θ is the smoothed share of a term in a class, and
 * a row's score Σ x·ln θ + ln P(class), or Σ −x·ln θ of the other classes. Throws `usage` for negative features.
 */
export function fitNaiveBayes(
  { cols, rows, indptr, indices, values }: Csr,
  labels: Int32Array,
  classes: number,
  { alpha, complement }: NaiveBayesOptions,
): LinearClassifier {
  const counts = new Float64Array(cols * classes);
  for (let r = 0; r < rows; r++) {
    const label = labels[r]!;
    for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
      const value = values[p]!;
      if (value < 0) {
        throw new MaasError('usage', 'naive Bayes takes no negative features, which signed hashing makes', {
          hint: 'use --vectorizer tfidf, or --model logistic',
        });
      }
      counts[indices[p]! * classes + label]! += value;
    }
  }
  if (complement) takeFromSums(counts, classes);
  const totals = new Float64Array(classes);
  for (let from = 0; from < counts.length; from += classes) {
    for (let c = 0; c < classes; c++) {
      counts[from + c]! += alpha;
      totals[c]! += counts[from + c]!;
    }
  }
  const sign = complement ? -1 : 1;
  // most terms are in the rows of few classes
  const ofNone = totals.map((total) => sign * Math.log(alpha / total));
  for (let from = 0; from < counts.length; from += classes) {
    for (let c = 0; c < classes; c++) {
      const count = counts[from + c]!;
      counts[from + c] = count === alpha ? ofNone[c]! : sign * Math.log(count / totals[c]!);
    }
  }
  const coef = new Float32Array(centred(counts, classes));
  const intercept = complement
    ? new Float32Array(classes)
    : new Float32Array(centred(classPriors(labels, classes).map(Math.log), classes));
  return new LinearClassifier({ kind: 'nb', classes, features: cols, coef, intercept });
}

/** Puts in the place of each class's count, row-major [features, classes], that of all the others. */
function takeFromSums(counts: Float64Array, classes: number): void {
  for (let from = 0; from < counts.length; from += classes) {
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += counts[from + c]!;
    for (let c = 0; c < classes; c++) counts[from + c] = sum - counts[from + c]!;
  }
}

/**
 * Takes the mean of each row, row-major [rows, classes], off it, in place. The softmax of the scores stays what it is,
 * and float32 has less to hold.
 */
function centred(values: Float64Array, classes: number): Float64Array {
  for (let from = 0; from < values.length; from += classes) {
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += values[from + c]!;
    for (let c = 0; c < classes; c++) values[from + c]! -= sum / classes;
  }
  return values;
}
