import { argmax } from '../predictions.js';
import type { RowPrediction } from '../store/predictions.js';

/** A row's place and true label. */
export type PlacedLabel = Omit<RowPrediction, 'predicted' | 'score' | 'labelScore'>;

/** What class probabilities, row-major [rows, classes], say of rows, beside what is true of them. */
export function outcomesOf(
  labels: readonly string[],
  probabilities: Float64Array,
  rows: readonly PlacedLabel[],
): RowPrediction[] {
  const classOf = new Map(labels.map((label, c) => [label, c]));
  return rows.map(({ file, row, line, label }, r) => {
    const from = r * labels.length;
    const best = argmax(probabilities, from, labels.length);
    const own = classOf.get(label);
    return {
      file,
      row,
      line,
      label,
      predicted: labels[best]!,
      score: probabilities[from + best]!,
      labelScore: own === undefined ? null : probabilities[from + own]!,
    };
  });
}
