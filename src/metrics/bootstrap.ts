import { type Random, seededRandom } from '../random.js';
import { lossOfScore } from './classification.js';
import type { Outcomes } from './outcomes.js';

/** Metrics that intervals are given for. */
const intervalMetrics = ['accuracy', 'balanced_accuracy', 'f1_macro', 'log_loss'] as const;
export type IntervalMetric = (typeof intervalMetrics)[number];

export type Interval = [low: number, high: number];

/** Bounds that hold the middle 95 % of resamples; null where a metric is undefined. */
export type Intervals = Record<IntervalMetric, Interval | null>;

/**
 * 95 % intervals of metrics by the percentile method (Efron 1981) on a stratified bootstrap: of each true label as many
 * rows are drawn, with replacement, as there are, so that supports stay what they are.
 */
export function bootstrapIntervals(outcomes: Outcomes, { resamples = 1000, seed = 42 } = {}): Intervals {
  const strata = strataOf(outcomes);
  const random = seededRandom(seed);
  const found: Record<IntervalMetric, Float64Array> = {
    accuracy: new Float64Array(resamples),
    balanced_accuracy: new Float64Array(resamples),
    f1_macro: new Float64Array(resamples),
    log_loss: new Float64Array(resamples),
  };
  const predictions = new Uint32Array(outcomes.labels.length);
  const hits = new Uint32Array(outcomes.labels.length);
  const support = hits.map((_, c) => strata.starts[c + 1]! - strata.starts[c]!);
  for (let i = 0; i < resamples; i++) {
    const loss = draw(strata, predictions, hits, random);
    found.log_loss[i] = strata.known === 0 ? Number.NaN : loss / strata.known;
    const figures = figuresOfCounts({ support, predictions, hits });
    found.accuracy[i] = figures.accuracy;
    found.balanced_accuracy[i] = figures.balanced_accuracy;
    found.f1_macro[i] = figures.f1_macro;
  }
  // where no label has two rows, each draw is the rows themselves, which says nothing
  const varies = support.some((rows) => rows > 1);
  return Object.fromEntries(
    intervalMetrics.map((name) => [name, varies ? middle(found[name]) : null]),
  ) as Intervals;
}

/** Rows of each label in a draw: those that have it, those that it was predicted for, and those where both is so. */
export interface LabelCounts {
  support: Uint32Array;
  predictions: Uint32Array;
  hits: Uint32Array;
}

/** Figures of a draw; NaN where it has no rows. */
export function figuresOfCounts({ support, predictions, hits }: LabelCounts) {
  let [rows, right, recalls, present, f1, counted] = [0, 0, 0, 0, 0, 0];
  for (let c = 0; c < hits.length; c++) {
    const own = support[c]!;
    rows += own;
    right += hits[c]!;
    if (own > 0) {
      recalls += hits[c]! / own;
      present++;
    }
    if (own + predictions[c]! > 0) {
      f1 += (2 * hits[c]!) / (own + predictions[c]!);
      counted++;
    }
  }
  return { accuracy: right / rows, balanced_accuracy: recalls / present, f1_macro: f1 / counted };
}

/** Rows sorted by true label. */
interface Strata {
  /** Where the rows of each label begin, and the end. */
  starts: Uint32Array;
  predicted: Uint32Array;
  /** −ln of the probability of the true label; 0 where the model does not know it. */
  losses: Float64Array;
  /** Rows whose label the model knows. */
  known: number;
}

function strataOf({ labels, truth, predicted, labelScore }: Outcomes): Strata {
  const starts = new Uint32Array(labels.length + 1);
  for (let r = 0; r < truth.length; r++) starts[truth[r]! + 1]!++;
  for (let c = 0; c < labels.length; c++) starts[c + 1]! += starts[c]!;
  const next = starts.slice();
  const sorted = new Uint32Array(truth.length);
  const losses = new Float64Array(truth.length);
  let known = 0;
  for (let r = 0; r < truth.length; r++) {
    const at = next[truth[r]!]!++;
    sorted[at] = predicted[r]!;
    if (Number.isNaN(labelScore[r]!)) continue;
    losses[at] = lossOfScore(labelScore[r]!);
    known++;
  }
  return { starts, predicted: sorted, losses, known };
}

/** Draws the rows of each label anew: writes how often labels are predicted, and how often rightly; answers the sum of losses. */
function draw(
  { starts, predicted, losses }: Strata,
  predictions: Uint32Array,
  hits: Uint32Array,
  random: Random,
): number {
  predictions.fill(0);
  let loss = 0;
  for (let c = 0; c < hits.length; c++) {
    const from = starts[c]!;
    const rows = starts[c + 1]! - from;
    let right = 0;
    for (let i = 0; i < rows; i++) {
      const r = from + Math.floor(random() * rows);
      const label = predicted[r]!;
      predictions[label]!++;
      if (label === c) right++;
      loss += losses[r]!;
    }
    hits[c] = right;
  }
  return loss;
}

/** The 2.5th and the 97.5th percentile; null where values are undefined. Sorts the values. */
export function middle(values: Float64Array): Interval | null {
  if (values.some(Number.isNaN)) return null;
  values.sort();
  return [percentile(values, 0.025), percentile(values, 0.975)];
}

/** As numpy's `percentile`: linear between the two values beside. */
export function percentile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}
