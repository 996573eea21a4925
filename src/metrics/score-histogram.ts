import type { Outcomes } from './outcomes.js';

/** Rows by the probability of their predicted label. */
export interface ScoreBin {
  /** Probabilities above `from` (the first bin: from it on), up to `to`. */
  from: number;
  to: number;
  /** Rows whose predicted label is the true one, and others. */
  right: number;
  wrong: number;
}

/** How sure the model was of its labels, where they were right and where they were wrong, in bins of equal width. */
export function scoreHistogram({ truth, predicted, score }: Outcomes, bins = 20): ScoreBin[] {
  const histogram = Array.from({ length: bins }, (_, bin) => ({
    from: bin / bins,
    to: (bin + 1) / bins,
    right: 0,
    wrong: 0,
  }));
  for (let r = 0; r < score.length; r++) {
    const bin = histogram[Math.max(0, Math.ceil(score[r]! * bins) - 1)]!;
    bin[predicted[r] === truth[r] ? 'right' : 'wrong']++;
  }
  return histogram;
}
