import { evaluate, type Metrics } from '../../metrics/classification.js';
import { outcomesOf } from '../../metrics/outcomes.js';

/** Metrics of rows whose labels are classes by number, from class probabilities, row-major [rows, classes]. */
export function metricsOf(probabilities: Float64Array, labels: Int32Array, classes: number): Metrics {
  const names = Array.from({ length: classes }, (_, c) => String(c));
  return evaluate(outcomesOf(names, classes, labels, probabilities)).metrics;
}
