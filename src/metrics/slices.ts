import { bootstrapIntervals } from './bootstrap.js';
import { evaluate } from './classification.js';
import type { Groups } from './groups.js';
import type { Outcomes } from './outcomes.js';
import { differenceInterval } from './proportions.js';

export type Interval = [low: number, high: number];

/** How a model does on some of the rows. */
export interface Slice {
  /** What the rows were divided by: a column, `text_length` or `script`. */
  by: string;
  /** What these have there: a value, a range such as "12 to 40". */
  value: string;
  n: number;
  accuracy: number;
  /** Over the classes that these rows have or were predicted to have. */
  f1_macro: number | null;
  /** As those of the whole (`bootstrapIntervals`), from these rows alone; null where draws cannot differ. */
  intervals: { accuracy: Interval | null; f1_macro: Interval | null };
  /** Accuracy less that of all other rows, and its 95 % interval (Newcombe's); null where there are no others. */
  difference: number | null;
  differenceInterval: Interval | null;
}

/** What rows were divided by. */
export type SlicedBy = Pick<Groups, 'by' | 'how' | 'distinct'> & { slices: number };

export interface Slices {
  /** Worst first. */
  slices: Slice[];
  slicedBy: SlicedBy[];
}

/**
 * How a model does on each group of rows, worst first: by the upper bound of the difference from the other rows, so that a
 * group comes early for being surely worse, not for being small.
 */
export function slicesOf(outcomes: Outcomes, divisions: readonly Groups[]): Slices {
  const hits = hitsOf(outcomes);
  return {
    slices: divisions.flatMap((groups) => slicesBy(groups, outcomes, hits)).sort(worstFirst),
    slicedBy: divisions.map(({ by, how, distinct, names }) => ({ by, how, distinct, slices: names.length })),
  };
}

function slicesBy({ by, names, of }: Groups, outcomes: Outcomes, allHits: number): Slice[] {
  const allRows = of.length;
  return rowsByGroup(of, names.length).map((rows, group) => {
    const part = partOf(outcomes, rows);
    const { accuracy, f1_macro } = evaluate(part).metrics;
    const intervals = bootstrapIntervals(part);
    const [n, hits] = [rows.length, hitsOf(part)];
    const rest = { hits: allHits - hits, rows: allRows - n };
    return {
      ...{ by, value: names[group]!, n, accuracy: accuracy!, f1_macro },
      intervals: { accuracy: proper(intervals.accuracy), f1_macro: proper(intervals.f1_macro) },
      difference: rest.rows === 0 ? null : accuracy! - rest.hits / rest.rows,
      differenceInterval: rest.rows === 0 ? null : differenceInterval({ hits, rows: n }, rest),
    };
  });
}

/** Rows that are all right, or all wrong, are so in every draw, which says nothing of others. */
const proper = (interval: Interval | null) => (interval && interval[0] < interval[1] ? interval : null);

function worstFirst(a: Slice, b: Slice): number {
  const upper = ({ differenceInterval }: Slice) => differenceInterval?.[1] ?? 1;
  return upper(a) - upper(b) || a.accuracy - b.accuracy || b.n - a.n;
}

function rowsByGroup(of: Uint32Array, groups: number): Uint32Array[] {
  const counts = new Uint32Array(groups);
  for (const group of of) counts[group]!++;
  const rows = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let r = 0; r < of.length; r++) rows[of[r]!]![counts[of[r]!]!++] = r;
  return rows;
}

/** Some of the rows, without the probabilities of all classes. */
function partOf(
  { labels, classes, truth, predicted, score, labelScore }: Outcomes,
  rows: Uint32Array,
): Outcomes {
  const [own, said] = [new Uint32Array(rows.length), new Uint32Array(rows.length)];
  const [sure, ofLabel] = [new Float64Array(rows.length), new Float64Array(rows.length)];
  for (let i = 0; i < rows.length; i++) {
    const r = rows[i]!;
    own[i] = truth[r]!;
    said[i] = predicted[r]!;
    sure[i] = score[r]!;
    ofLabel[i] = labelScore[r]!;
  }
  return {
    labels,
    classes,
    truth: own,
    predicted: said,
    score: sure,
    labelScore: ofLabel,
    probabilities: null,
  };
}

function hitsOf({ truth, predicted }: Outcomes): number {
  let hits = 0;
  for (let r = 0; r < truth.length; r++) if (truth[r] === predicted[r]) hits++;
  return hits;
}
