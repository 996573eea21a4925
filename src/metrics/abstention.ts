import type { Outcomes } from './outcomes.js';

/** What a model is worth that does not answer where it is not sure. */
export interface Abstention {
  /** The probability that an answered label has at the least. */
  minScore: number;
  /** Rows that are answered, and their share of all; null without rows. */
  rows: number;
  answered: number | null;
  /** Share of these that are right; null where none is answered. */
  accuracy: number | null;
}

/** How many rows have a label with a probability of `minScore` or more, and how many of those are right. */
export function measureAbstention({ truth, predicted, score }: Outcomes, minScore: number): Abstention {
  let [rows, right] = [0, 0];
  for (let r = 0; r < score.length; r++) {
    if (score[r]! < minScore) continue;
    rows++;
    if (predicted[r] === truth[r]) right++;
  }
  return {
    minScore,
    rows,
    answered: score.length === 0 ? null : rows / score.length,
    accuracy: rows === 0 ? null : right / rows,
  };
}
