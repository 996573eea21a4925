import type { ReliabilityBin } from './calibration.js';
import { type ClassMetrics, type Evaluation, evaluate, type Metrics } from './classification.js';
import { decisionMetrics } from './decided-counts.js';
import type { Outcomes } from './outcomes.js';
import { type ClassScores, evaluateScores, type ScoreMetrics } from './scores.js';

/** Metrics that take the probabilities of all classes; they are not resampled. */
export const scoreMetricNames = [
  'top_3_accuracy',
  'top_5_accuracy',
  'roc_auc',
  'average_precision',
  'brier_score',
  'expected_calibration_error',
] as const satisfies readonly (keyof ScoreMetrics)[];

/** The metrics of an evaluation by name. */
export const metricNames = [
  'n',
  ...decisionMetrics,
  'log_loss',
  ...scoreMetricNames,
] as const satisfies readonly (keyof (Metrics & ScoreMetrics))[];

/** All that rows say of a model. */
export interface FullEvaluation extends Evaluation {
  metrics: Metrics & ScoreMetrics;
  /** The classes that the model knows have scores, too. */
  perClass: (ClassMetrics & Partial<ClassScores>)[];
  reliability: ReliabilityBin[];
}

/** Evaluates predictions with the probabilities of all classes; what takes these is null where they were not kept. */
export function evaluateFully(outcomes: Outcomes): FullEvaluation {
  const evaluation = evaluate(outcomes);
  const scores = evaluateScores(outcomes);
  return {
    ...evaluation,
    metrics: { ...evaluation.metrics, ...scores.metrics },
    perClass: evaluation.perClass.map((figures, c) => ({ ...figures, ...scores.perClass[c] })),
    reliability: scores.reliability,
  };
}
