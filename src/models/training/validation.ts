import { evaluate, type Metrics } from '../../metrics/classification.js';

/** Metrics of rows whose labels are classes by number, from class probabilities, row-major [rows, classes]. */
export function metricsOf(probabilities: Float64Array, labels: Int32Array, classes: number): Metrics {
  const outcomes = Array.from(labels, (label, r) => {
    const row = probabilities.subarray(r * classes, (r + 1) * classes);
    let best = 0;
    for (let c = 1; c < classes; c++) if (row[c]! > row[best]!) best = c;
    return {
      label: String(label),
      predicted: String(best),
      score: row[best]!,
      labelScore: row[label] ?? null,
    };
  });
  return evaluate(
    outcomes,
    Array.from({ length: classes }, (_, c) => String(c)),
  ).metrics;
}
