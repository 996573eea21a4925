import { seededRandom } from '../random.js';
import { binomial } from './binomial.js';
import { figuresOfCounts, type Interval, type LabelCounts, middle } from './bootstrap.js';
import type { Outcomes } from './outcomes.js';

/** The cells of a confusion matrix that have rows, by true label. */
export interface Cells {
  truth: Uint32Array;
  predicted: Uint32Array;
  /** Rows of each cell. */
  counts: Uint32Array;
}

/** Counts the rows of each group by true and by predicted label. */
export function cellsOfGroups(
  { labels, truth, predicted }: Outcomes,
  of: Uint32Array,
  groups: number,
): Cells[] {
  const width = labels.length;
  const found = Array.from({ length: groups }, () => new Map<number, number>());
  for (let r = 0; r < of.length; r++) {
    const cells = found[of[r]!]!;
    const cell = truth[r]! * width + predicted[r]!;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  return found.map((cells) => {
    const keys = Float64Array.from(cells.keys()).sort();
    return {
      truth: Uint32Array.from(keys, (cell) => Math.floor(cell / width)),
      predicted: Uint32Array.from(keys, (cell) => cell % width),
      counts: Uint32Array.from(keys, (cell) => cells.get(cell)!),
    };
  });
}

/** The rows of each label that these cells hold. */
export function labelCounts({ truth, predicted, counts }: Cells, labels: number): LabelCounts {
  const [support, predictions, hits] = [0, 0, 0].map(() => new Uint32Array(labels)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  counts.forEach((count, cell) => {
    support[truth[cell]!]! += count;
    predictions[predicted[cell]!]! += count;
    if (truth[cell] === predicted[cell]) hits[truth[cell]!] = count;
  });
  return { support, predictions, hits };
}

/**
 * 95 % intervals by the bootstrap of `bootstrapIntervals`: how many of a label's rows a draw takes from each cell is
 * multinomial, so that a draw costs as much as there are cells, however many rows they hold. Null where all draws are alike.
 */
export function intervalsOf(cells: Cells, labels: number, { resamples = 1000, seed = 42 } = {}) {
  const { truth, predicted, counts } = cells;
  const { support } = labelCounts(cells, labels);
  const random = seededRandom(seed);
  const drawn: LabelCounts = { support, predictions: new Uint32Array(labels), hits: new Uint32Array(labels) };
  const found = { accuracy: new Float64Array(resamples), f1_macro: new Float64Array(resamples) };
  for (let i = 0; i < resamples; i++) {
    drawn.predictions.fill(0);
    let [left, mass] = [0, 0];
    for (let cell = 0; cell < counts.length; cell++) {
      const label = truth[cell]!;
      if (mass === 0) {
        left = support[label]!;
        mass = left;
      }
      const count = counts[cell]!;
      const taken = count === mass ? left : binomial(left, count / mass, random);
      left -= taken;
      mass -= count;
      drawn.predictions[predicted[cell]!]! += taken;
      if (label === predicted[cell]) drawn.hits[label] = taken;
    }
    const { accuracy, f1_macro } = figuresOfCounts(drawn);
    found.accuracy[i] = accuracy;
    found.f1_macro[i] = f1_macro;
  }
  return { accuracy: proper(middle(found.accuracy)), f1_macro: proper(middle(found.f1_macro)) };
}

/** Rows that are all right, or all wrong, are so in every draw, which says nothing of others. */
const proper = (interval: Interval | null) => (interval && interval[0] < interval[1] ? interval : null);
