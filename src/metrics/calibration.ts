import { meanLoss } from './classification.js';
import { type Outcomes, outcomesOf, type ScoredOutcomes } from './outcomes.js';
import { untempered } from './temperature.js';

/** Rows by how sure the model was of its label. */
export interface ReliabilityBin {
  /** Probabilities above `from` (the first bin: from it on), up to `to`. */
  from: number;
  to: number;
  rows: number;
  /** Mean probability of the predicted labels; null where there are no rows. */
  confidence: number | null;
  /** Share of those labels that are right; null where there are no rows. */
  accuracy: number | null;
}

/** Bins of equal width that probabilities are put into. */
const BINS = 10;

/** How often the predicted label is right, by its probability. */
export function reliability({ truth, predicted, score }: Outcomes): ReliabilityBin[] {
  const rows = new Float64Array(BINS);
  const sure = new Float64Array(BINS);
  const right = new Float64Array(BINS);
  for (let r = 0; r < score.length; r++) {
    const bin = Math.max(0, Math.ceil(score[r]! * BINS) - 1);
    rows[bin]!++;
    sure[bin]! += score[r]!;
    if (predicted[r] === truth[r]) right[bin]!++;
  }
  return Array.from(rows, (count, bin) => ({
    from: bin / BINS,
    to: (bin + 1) / BINS,
    rows: count,
    confidence: count === 0 ? null : sure[bin]! / count,
    accuracy: count === 0 ? null : right[bin]! / count,
  }));
}

/**
 * Expected calibration error: the mean distance of accuracy and confidence over bins of the predicted label's
 * probability, weighted by their rows (Naeini et al. 2015). Null without rows.
 */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number | null {
  let [rows, sum] = [0, 0];
  for (const bin of bins) {
    rows += bin.rows;
    sum += bin.rows * Math.abs((bin.accuracy ?? 0) - (bin.confidence ?? 0));
  }
  return rows === 0 ? null : sum / rows;
}

/**
 * Brier score: the mean squared distance of the class probabilities from what is true, summed over classes, and halved
 * for two of them, as scikit-learn does. Over the rows whose label the model knows; null where there are none.
 */
export function brierScore({ probabilities, classes, truth }: ScoredOutcomes): number | null {
  let [rows, sum] = [0, 0];
  for (let r = 0; r < truth.length; r++) {
    if (truth[r]! >= classes) continue;
    rows++;
    for (let c = 0; c < classes; c++) {
      const off = probabilities[r * classes + c]! - (c === truth[r] ? 1 : 0);
      sum += off * off;
    }
  }
  return rows === 0 ? null : sum / rows / (classes === 2 ? 2 : 1);
}

/** How far probabilities are what they say. */
export interface CalibrationFigures {
  log_loss: number | null;
  brier_score: number | null;
  expected_calibration_error: number | null;
  /** Of the most probable class, whatever is decided for. */
  reliability: ReliabilityBin[];
}

/** What a temperature changed on some rows. */
export interface Recalibration {
  temperature: number;
  before: CalibrationFigures;
  after: CalibrationFigures;
}

/** Figures of rows whose logits were divided by a temperature, and what they would be if these had not been. */
export function recalibration(
  { labels, classes, truth, probabilities }: ScoredOutcomes,
  temperature: number,
): Recalibration {
  const figures = (scores: Float64Array): CalibrationFigures => {
    const outcomes = outcomesOf(labels, classes, truth, scores);
    const bins = reliability(outcomes);
    return {
      log_loss: meanLoss(outcomes),
      brier_score: brierScore(outcomes),
      expected_calibration_error: expectedCalibrationError(bins),
      reliability: bins,
    };
  };
  return {
    temperature,
    before: figures(untempered(probabilities, classes, temperature)),
    after: figures(probabilities),
  };
}
