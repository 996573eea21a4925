import { brierScore, expectedCalibrationError, type ReliabilityBin, reliability } from './calibration.js';
import type { Outcomes, ScoredOutcomes } from './outcomes.js';
import { averagePrecision, rocAuc, sortedScores } from './ranking.js';

/** Figures that take the probabilities of all classes, named as scikit-learn's functions. Null where undefined. */
export interface ScoreMetrics {
  /** Share of rows whose true label is among the three, or five, most probable; null where there are no more classes. */
  top_3_accuracy: number | null;
  top_5_accuracy: number | null;
  /** Area under the ROC curve of the second of two classes; of more, the mean over the classes, each against the rest. */
  roc_auc: number | null;
  /** Average precision of the second of two classes; of more, the mean over the classes. */
  average_precision: number | null;
  brier_score: number | null;
  expected_calibration_error: number | null;
}

/** Figures of one class against the rest. */
export interface ClassScores {
  roc_auc: number | null;
  average_precision: number | null;
}

/**
 * What class probabilities are worth. Ranking and Brier score are over the rows whose label the model knows; the mean
 * over classes leaves out those that have no rows, or all. Without the probabilities of all classes, calibration alone is
 * defined.
 */
export function evaluateScores(outcomes: Outcomes): {
  metrics: ScoreMetrics;
  perClass: ClassScores[];
  reliability: ReliabilityBin[];
} {
  const bins = reliability(outcomes);
  const expected_calibration_error = expectedCalibrationError(bins);
  if (!isScored(outcomes)) {
    return {
      metrics: { ...undefinedScores, expected_calibration_error },
      perClass: [],
      reliability: bins,
    };
  }
  const { classes, probabilities, truth } = knownRows(outcomes);
  const perClass = Array.from({ length: classes }, (_, c): ClassScores => {
    const sorted = sortedScores(probabilities, classes, truth, c);
    return { roc_auc: rocAuc(sorted), average_precision: averagePrecision(sorted) };
  });
  const overall = (figure: keyof ClassScores) =>
    classes === 2 ? perClass[1]![figure] : meanOf(perClass.map((c) => c[figure]));
  return {
    metrics: {
      top_3_accuracy: topAccuracy(outcomes, 3),
      top_5_accuracy: topAccuracy(outcomes, 5),
      roc_auc: overall('roc_auc'),
      average_precision: overall('average_precision'),
      brier_score: brierScore(outcomes),
      expected_calibration_error,
    },
    perClass,
    reliability: bins,
  };
}

const undefinedScores = {
  top_3_accuracy: null,
  top_5_accuracy: null,
  roc_auc: null,
  average_precision: null,
  brier_score: null,
} as const;

const isScored = (outcomes: Outcomes): outcomes is ScoredOutcomes => outcomes.probabilities !== null;

/** Share of rows whose true label is among the k most probable; of classes that tie, those that come first. */
function topAccuracy({ classes, probabilities, truth }: ScoredOutcomes, k: number): number | null {
  if (classes <= k || truth.length === 0) return null;
  let hits = 0;
  for (let r = 0; r < truth.length; r++) {
    const own = truth[r]!;
    if (own >= classes) continue;
    const from = r * classes;
    const score = probabilities[from + own]!;
    let before = 0;
    for (let c = 0; c < classes; c++) {
      const other = probabilities[from + c]!;
      if (other > score || (other === score && c < own)) before++;
    }
    if (before < k) hits++;
  }
  return hits / truth.length;
}

/** The rows whose label the model knows. */
export function knownRows(
  outcomes: ScoredOutcomes,
): Pick<ScoredOutcomes, 'classes' | 'probabilities' | 'truth'> {
  const { classes, truth, probabilities } = outcomes;
  const known: number[] = [];
  for (let r = 0; r < truth.length; r++) if (truth[r]! < classes) known.push(r);
  if (known.length === truth.length) return outcomes;
  const kept = new Float64Array(known.length * classes);
  known.forEach((r, i) => {
    kept.set(probabilities.subarray(r * classes, (r + 1) * classes), i * classes);
  });
  return { classes, probabilities: kept, truth: known.map((r) => truth[r]!) };
}

function meanOf(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
