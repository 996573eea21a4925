import { csvLine } from '../data/csv-text.js';
import type { Confusion } from '../metrics/classification.js';

/** The confusion matrix as CSV: a line for each true label, a column for each predicted one. */
export function confusionCsv({ labels, counts }: Confusion): string {
  const rows = labels.map((label, i) => csvLine([label, ...counts[i]!]));
  return csvLine(['label', ...labels]) + rows.join('');
}

/** Two classes of which one is taken for the other. */
export interface ConfusedPair {
  label: string;
  predicted: string;
  rows: number;
  /** Of the rows with this label, those that were predicted so. */
  share: number;
}

/** The pairs of classes that are mistaken most often, most rows first. */
export function confusedPairs({ labels, counts }: Confusion, limit = 20): ConfusedPair[] {
  return counts
    .flatMap((row, i) => {
      const support = row.reduce((sum, rows) => sum + rows, 0);
      return row.flatMap((rows, j) =>
        rows > 0 && i !== j
          ? [{ label: labels[i]!, predicted: labels[j]!, rows, share: rows / support }]
          : [],
      );
    })
    .sort((a, b) => b.rows - a.rows)
    .slice(0, limit);
}
