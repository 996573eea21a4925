import { csvLine } from '../data/csv-text.js';
import type { Confusion } from '../metrics/classification.js';

/** The confusion matrix as CSV: a line for each true label, a column for each predicted one. */
export function confusionCsv({ labels, counts }: Confusion): string {
  const rows = labels.map((label, i) => csvLine([label, ...counts[i]!]));
  return csvLine(['label', ...labels]) + rows.join('');
}

/** The pairs of classes that are mistaken most often, most rows first. */
export function confusedPairs(
  { labels, counts }: Confusion,
  limit: number,
): { label: string; predicted: string; rows: number }[] {
  return counts
    .flatMap((row, i) =>
      row.map((rows, j) => ({ label: labels[i]!, predicted: labels[j]!, rows, wrong: i !== j })),
    )
    .filter(({ rows, wrong }) => wrong && rows > 0)
    .sort((a, b) => b.rows - a.rows)
    .slice(0, limit)
    .map(({ label, predicted, rows }) => ({ label, predicted, rows }));
}
