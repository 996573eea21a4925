import type { FullEvaluation } from '../metrics/evaluation.js';

/** Metrics as people read them, in the order in which reports tell them. */
export const metricTitles: Record<keyof FullEvaluation['metrics'], string> = {
  n: 'rows',
  accuracy: 'accuracy',
  balanced_accuracy: 'balanced accuracy',
  top_3_accuracy: 'accuracy (top 3)',
  top_5_accuracy: 'accuracy (top 5)',
  f1_macro: 'F1 (macro)',
  f1_micro: 'F1 (micro)',
  f1_weighted: 'F1 (weighted)',
  precision_macro: 'precision (macro)',
  precision_micro: 'precision (micro)',
  precision_weighted: 'precision (weighted)',
  recall_macro: 'recall (macro)',
  recall_micro: 'recall (micro)',
  recall_weighted: 'recall (weighted)',
  roc_auc: 'ROC AUC',
  average_precision: 'average precision',
  matthews_corrcoef: 'Matthews correlation',
  cohen_kappa: "Cohen's kappa",
  log_loss: 'log loss',
  brier_score: 'Brier score',
  expected_calibration_error: 'expected calibration error',
};
