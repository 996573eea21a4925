import { softmax } from '../metrics/softmax.js';
import type { Csr } from '../sparse/csr.js';
import type { Classifier } from './classifier.js';

/** What fitting a linear classifier learned. */
export interface LinearState {
  /** How: by regression, or from the counts of naive Bayes. */
  kind: 'logistic' | 'nb';
  classes: number;
  features: number;
  /** Row-major [features, columns]: a column for each class, or one alone for two classes, that of the second. */
  coef: Float32Array;
  /** [columns]. */
  intercept: Float32Array;
}

/** Scores rows with a linear function for each class and the softmax of those; two classes may share one function. */
export class LinearClassifier implements Classifier {
  readonly kind: LinearState['kind'];
  readonly classes: number;
  readonly #logits: Float64Array;

  constructor(private readonly learned: LinearState) {
    this.kind = learned.kind;
    this.classes = learned.classes;
    this.#logits = new Float64Array(learned.intercept.length);
  }

  probabilities({ rows, indptr, indices, values }: Csr): Float64Array {
    const { coef, intercept, classes } = this.learned;
    const columns = intercept.length;
    const out = new Float64Array(rows * classes);
    const logits = this.#logits;
    for (let r = 0; r < rows; r++) {
      const end = indptr[r + 1]!;
      logits.set(intercept);
      if (columns === 1) {
        let logit = logits[0]!;
        for (let p = indptr[r]!; p < end; p++) logit += values[p]! * coef[indices[p]!]!;
        logits[0] = logit;
      } else {
        for (let p = indptr[r]!; p < end; p++) {
          const value = values[p]!;
          const row = indices[p]! * columns;
          for (let c = 0; c < columns; c++) logits[c]! += value * coef[row + c]!;
        }
      }
      classProbabilities(logits, out, r * classes);
    }
    return out;
  }

  state(): LinearState {
    return this.learned;
  }
}

/**
 * Writes what logits say of the classes from `at` on: their softmax, or for a single one, that of the second of two
 * classes, the sigmoid.
 */
export function classProbabilities(logits: Float64Array, out: Float64Array, at: number): void {
  if (logits.length > 1) {
    softmax(logits, out, at);
  } else {
    out[at + 1] = 1 / (1 + Math.exp(-logits[0]!));
    out[at] = 1 / (1 + Math.exp(logits[0]!));
  }
}
