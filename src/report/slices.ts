import { csvLine } from '../data/csv-text.js';
import type { Interval } from '../metrics/bootstrap.js';
import type { Slice } from '../metrics/slices.js';

const bounds = (name: string) => [`${name}_low`, `${name}_high`];
const columns = [
  ...['by', 'value', 'n', 'accuracy', ...bounds('accuracy'), 'f1_macro', ...bounds('f1_macro')],
  ...['difference', ...bounds('difference')],
];

/** slices.csv: a line for each slice, worst first; what is not defined is empty. */
export const slicesCsv = (slices: readonly Slice[]): string =>
  csvLine(columns) +
  slices
    .map(({ by, value, n, accuracy, f1_macro, intervals, difference, differenceInterval }) =>
      csvLine([
        ...[by, value, n, accuracy, ...both(intervals.accuracy), f1_macro, ...both(intervals.f1_macro)],
        ...[difference ?? '', ...both(differenceInterval)],
      ]),
    )
    .join('');

const both = (interval: Interval | null) => interval ?? ['', ''];
