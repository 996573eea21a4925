import type { Interval } from '../metrics/bootstrap.js';
import type { FullEvaluation } from '../metrics/evaluation.js';
import type { Slice } from '../metrics/slices.js';

/**
 * metrics.json: nested numbers by name and nothing else, so that tools can tell two of them apart number by number. What is
 * not defined is null.
 */
export function metricsJson(
  { metrics, perClass, unknownLabels }: Pick<FullEvaluation, 'metrics' | 'perClass' | 'unknownLabels'>,
  more: {
    intervals?: Record<string, Interval | null>;
    slices?: readonly Slice[];
    validation?: object | null;
    /** What calibration and thresholds changed. */
    decisions?: object | undefined;
  } = {},
): string {
  const { intervals, slices, validation, decisions } = more;
  const content = {
    ...metrics,
    per_class: Object.fromEntries(perClass.map(({ label, ...figures }) => [label, figures])),
    unknown_labels: unknownLabels,
    ...(intervals && {
      intervals: mapped(Object.entries(intervals), (interval) => interval && boundsOf(interval)),
    }),
    ...(slices && { slices: nested(slices) }),
    ...(validation !== undefined && { validation }),
    ...decisions,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Figures by what rows were divided by, and by value. */
function nested(slices: readonly Slice[]) {
  const divisions = [...new Set(slices.map(({ by }) => by))];
  return Object.fromEntries(
    divisions.map((division) => [
      division,
      mapped(
        slices.filter(({ by }) => by === division).map((slice) => [slice.value, slice]),
        ({ n, accuracy, f1_macro, difference }) => ({ n, accuracy, f1_macro, difference }),
      ),
    ]),
  );
}

const boundsOf = ([low, high]: Interval) => ({ low, high });
const mapped = <T, U>(entries: [string, T][], of: (value: T) => U): Record<string, U> =>
  Object.fromEntries(entries.map(([name, value]) => [name, of(value)]));
