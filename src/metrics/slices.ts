import { figuresOfCounts, type Interval } from './bootstrap.js';
import { cellsOfGroups, intervalsOf, labelCounts } from './cells.js';
import type { Groups } from './groups.js';
import type { Outcomes } from './outcomes.js';
import { differenceInterval } from './proportions.js';

/** How a model does on some of the rows. */
export interface Slice {
  /** What the rows were divided by: a column, `text_length` or `script`. */
  by: string;
  /** What these have there: a value, a range such as "12 to 40". */
  value: string;
  n: number;
  accuracy: number;
  /** Over the classes that these rows have or were predicted to have. */
  f1_macro: number;
  /** 95 %, by a stratified bootstrap of these rows alone; null where draws cannot differ. */
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
 * group comes early for being surely worse, not for being small; those of fewer than 20 rows come last.
 */
export function slicesOf(outcomes: Outcomes, divisions: readonly Groups[]): Slices {
  const hits = hitsOf(outcomes);
  return {
    slices: divisions.flatMap((groups) => slicesBy(groups, outcomes, hits)).sort(worstFirst),
    slicedBy: divisions.map(({ by, how, distinct, names }) => ({ by, how, distinct, slices: names.length })),
  };
}

function slicesBy({ by, names, of }: Groups, outcomes: Outcomes, allHits: number): Slice[] {
  const labels = outcomes.labels.length;
  return cellsOfGroups(outcomes, of, names.length).map((cells, group) => {
    const drawn = labelCounts(cells, labels);
    const { accuracy, f1_macro } = figuresOfCounts(drawn);
    const [n, hits] = [sum(drawn.support), sum(drawn.hits)];
    const rest = { hits: allHits - hits, rows: of.length - n };
    return {
      ...{ by, value: names[group]!, n, accuracy, f1_macro, intervals: intervalsOf(cells, labels) },
      difference: rest.rows === 0 ? null : accuracy - rest.hits / rest.rows,
      differenceInterval: rest.rows === 0 ? null : differenceInterval({ hits, rows: n }, rest),
    };
  });
}

/** Rows that a slice must have to come before larger ones. */
const ENOUGH = 20;

function worstFirst(a: Slice, b: Slice): number {
  const upper = ({ differenceInterval }: Slice) => differenceInterval?.[1] ?? 1;
  const few = ({ n }: Slice) => Number(n < ENOUGH);
  return few(a) - few(b) || upper(a) - upper(b) || a.accuracy - b.accuracy || b.n - a.n;
}

function hitsOf({ truth, predicted }: Outcomes): number {
  let hits = 0;
  for (let r = 0; r < truth.length; r++) if (truth[r] === predicted[r]) hits++;
  return hits;
}

const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
