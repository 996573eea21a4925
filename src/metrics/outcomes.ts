import { decidedClass, type Thresholds } from '../predictions.js';

/** What a model said of rows, beside what is true of them. */
export interface Outcomes {
  /** The classes that the model knows, then labels that only rows have. */
  labels: readonly string[];
  /** How many of `labels` are classes. */
  classes: number;
  /** The true label of each row, as a place in `labels`. */
  truth: ArrayLike<number>;
  /** The class that was decided for. */
  predicted: Uint32Array;
  /** Probability of that class. */
  score: Float64Array;
  /** Probability given to the true label; NaN where the model does not know that label. */
  labelScore: Float64Array;
  /** Probability of each class, row-major [rows, classes]; null where they were too many to keep. */
  probabilities: Float64Array | null;
}

export type ScoredOutcomes = Outcomes & { probabilities: Float64Array };

/** Probabilities that are kept at the most: 128 MB. */
export const MOST_KEPT = 1 << 24;

/** What class probabilities, row-major [rows, classes], say of rows whose true labels are places in `labels`. */
export function outcomesOf(
  labels: readonly string[],
  classes: number,
  truth: ArrayLike<number>,
  probabilities: Float64Array,
  thresholds?: Thresholds,
): ScoredOutcomes {
  const rows = truth.length;
  const predicted = new Uint32Array(rows);
  const score = new Float64Array(rows);
  const labelScore = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const from = r * classes;
    const best = decidedClass(probabilities, from, classes, thresholds);
    const own = truth[r]!;
    predicted[r] = best;
    score[r] = probabilities[from + best]!;
    labelScore[r] = own < classes ? probabilities[from + own]! : Number.NaN;
  }
  return { labels, classes, truth, predicted, score, labelScore, probabilities };
}

/**
 * The rows of several outcomes, one after the other; `labels` holds all their labels, at the same places. Probabilities of
 * all classes are kept where all have them.
 */
export function joined(labels: readonly string[], classes: number, parts: readonly Outcomes[]): Outcomes {
  const rows = parts.reduce((sum, { truth }) => sum + truth.length, 0);
  const all = {
    truth: new Uint32Array(rows),
    predicted: new Uint32Array(rows),
    score: new Float64Array(rows),
    labelScore: new Float64Array(rows),
  };
  let at = 0;
  for (const { truth, predicted, score, labelScore } of parts) {
    all.truth.set(truth, at);
    all.predicted.set(predicted, at);
    all.score.set(score, at);
    all.labelScore.set(labelScore, at);
    at += truth.length;
  }
  const scored = parts.every(({ probabilities }) => probabilities !== null);
  const probabilities = scored ? new Float64Array(rows * classes) : null;
  let from = 0;
  for (const part of probabilities ? parts : []) {
    probabilities!.set(part.probabilities!, from);
    from += part.probabilities!.length;
  }
  return { labels, classes, ...all, probabilities };
}
