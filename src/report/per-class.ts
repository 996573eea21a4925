import { csvLine } from '../data/csv-text.js';
import type { FullEvaluation } from '../metrics/evaluation.js';

const figures = ['precision', 'recall', 'f1', 'support', 'roc_auc', 'average_precision'] as const;

/** per_class.csv: a line for each class; a figure that is not defined is empty. */
export const perClassCsv = (perClass: FullEvaluation['perClass']): string =>
  csvLine(['label', ...figures]) +
  perClass.map((each) => csvLine([each.label, ...figures.map((name) => each[name] ?? '')])).join('');
