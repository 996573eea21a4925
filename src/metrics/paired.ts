import { seededRandom } from '../random.js';
import { figuresOf, lossOfScore, type Tally } from './classification.js';
import type { Outcomes } from './outcomes.js';

/** What two models said of the same rows. */
export interface Paired {
  /** The classes of both, and labels that only rows have. */
  labels: readonly string[];
  truth: Uint32Array;
  /** What each predicted, as places in `labels`. */
  predicted: readonly [Uint32Array, Uint32Array];
  /** −ln of the probability of the true label, [rows, 2]; NaN where one of the models does not know it. */
  losses: Float64Array;
}

/** The first row whose true label is not the same, or undefined where the rows agree. */
export function firstUnlike(a: Outcomes, b: Outcomes): number | undefined {
  const rows = Math.max(a.truth.length, b.truth.length);
  for (let r = 0; r < rows; r++) if (a.labels[a.truth[r]!] !== b.labels[b.truth[r]!]) return r;
  return undefined;
}

/** Outcomes of two models, whose rows are the same in the same order, with labels that they share. */
export function paired(a: Outcomes, b: Outcomes): Paired {
  // in an order that does not depend on which model comes first
  const labels = [...new Set([...a.labels, ...b.labels])].sort();
  const places = new Map(labels.map((label, place) => [label, place]));
  const ofA = Uint32Array.from(a.labels, (label) => places.get(label)!);
  const ofB = Uint32Array.from(b.labels, (label) => places.get(label)!);
  const rows = a.truth.length;
  const losses = new Float64Array(2 * rows);
  for (let r = 0; r < rows; r++) {
    const [own, other] = [a.labelScore[r]!, b.labelScore[r]!];
    const known = !Number.isNaN(own) && !Number.isNaN(other);
    losses[2 * r] = known ? lossOfScore(own) : Number.NaN;
    losses[2 * r + 1] = known ? lossOfScore(other) : Number.NaN;
  }
  return {
    labels,
    truth: Uint32Array.from(a.truth, (label) => ofA[label]!),
    predicted: [a.predicted.map((label) => ofA[label]!), b.predicted.map((label) => ofB[label]!)],
    losses,
  };
}

/** What one resample, or the rows themselves, say of both models. */
export type TallyPair = readonly [Tally, Tally];

export interface Resampling {
  resamples?: number;
  seed?: number;
}

/**
 * Paired bootstrap (Efron 1979): of each true label as many rows are drawn, with replacement, as there are, and for both
 * models the same ones. `visit` gets the rows themselves first, then each resample, in arrays that are used again.
 *
 * Rows with the same label and the same two predictions are counted together, so that a draw costs one count.
 */
export function resamplePairs(
  pairs: Paired,
  visit: (tallies: TallyPair, resample: number) => void,
  { resamples = 1000, seed = 42 }: Resampling = {},
): void {
  const { labels, starts, cells, cellOf, losses, known } = strataOf(pairs);
  const counts = new Uint32Array(cells.length);
  const support = Uint32Array.from(labels, (_, c) => starts[c + 1]! - starts[c]!);
  const empty = () => ({
    ...{ labels, support, known, loss: 0 },
    predictions: new Uint32Array(labels.length),
    hits: new Uint32Array(labels.length),
  });
  const tallies = [empty(), empty()] as const;
  const tell = (lossA: number, lossB: number, resample: number) => {
    for (const [model, tally] of tallies.entries()) {
      tally.predictions.fill(0);
      tally.hits.fill(0);
      tally.loss = model === 0 ? lossA : lossB;
      for (let i = 0; i < cells.length; i++) {
        const { truth, predicted } = cells[i]!;
        tally.predictions[predicted[model]!]! += counts[i]!;
        if (predicted[model] === truth) tally.hits[truth]! += counts[i]!;
      }
    }
    visit(tallies, resample);
  };

  let [lossA, lossB] = [0, 0];
  for (let r = 0; r < cellOf.length; r++) {
    counts[cellOf[r]!]!++;
    lossA += losses[2 * r]!;
    lossB += losses[2 * r + 1]!;
  }
  tell(lossA, lossB, -1);
  const random = seededRandom(seed);
  for (let i = 0; i < resamples; i++) {
    counts.fill(0);
    lossA = 0;
    lossB = 0;
    for (let c = 0; c < labels.length; c++) {
      const from = starts[c]!;
      const rows = support[c]!;
      for (let k = 0; k < rows; k++) {
        const r = from + Math.floor(random() * rows);
        counts[cellOf[r]!]!++;
        lossA += losses[2 * r]!;
        lossB += losses[2 * r + 1]!;
      }
    }
    tell(lossA, lossB, i);
  }
}

/** Differences of a figure, the second model's less the first's: of the rows themselves, and of the resamples; NaN where undefined. */
export function differences(
  pairs: Paired,
  figure: (figures: ReturnType<typeof figuresOf>) => number | null,
  { resamples = 1000, seed = 42 }: Resampling = {},
): { observed: number; resampled: Float64Array } {
  const resampled = new Float64Array(resamples);
  let observed = Number.NaN;
  const off = ([a, b]: TallyPair) =>
    (figure(figuresOf(b)) ?? Number.NaN) - (figure(figuresOf(a)) ?? Number.NaN);
  resamplePairs(
    pairs,
    (tallies, resample) => {
      if (resample < 0) observed = off(tallies);
      else resampled[resample] = off(tallies);
    },
    { resamples, seed },
  );
  return { observed, resampled };
}

/** Rows sorted by true label. */
function strataOf({ labels, truth, predicted, losses }: Paired) {
  const starts = new Uint32Array(labels.length + 1);
  for (let r = 0; r < truth.length; r++) starts[truth[r]! + 1]!++;
  for (let c = 0; c < labels.length; c++) starts[c + 1]! += starts[c]!;
  const next = starts.slice();
  const cells: { truth: number; predicted: [number, number] }[] = [];
  const numbers = new Map<number, number>();
  const cellOf = new Uint32Array(truth.length);
  const sorted = new Float64Array(losses.length);
  let known = 0;
  for (let r = 0; r < truth.length; r++) {
    const [own, a, b] = [truth[r]!, predicted[0][r]!, predicted[1][r]!];
    const key = (own * labels.length + a) * labels.length + b;
    let cell = numbers.get(key);
    if (cell === undefined) {
      cell = cells.length;
      cells.push({ truth: own, predicted: [a, b] });
      numbers.set(key, cell);
    }
    const at = next[own]!++;
    cellOf[at] = cell;
    if (Number.isNaN(losses[2 * r]!)) continue;
    sorted[2 * at] = losses[2 * r]!;
    sorted[2 * at + 1] = losses[2 * r + 1]!;
    known++;
  }
  return { labels, starts, cells, cellOf, losses: sorted, known };
}
