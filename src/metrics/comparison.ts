import { middle } from './bootstrap.js';
import { figuresOf } from './classification.js';
import type { Groups } from './groups.js';
import { mcnemar } from './mcnemar.js';
import { type Paired, resamplePairs } from './paired.js';

/** Metrics that two models are compared by: which way is better, and how far apart is as good as the same. */
export const comparedMetrics = {
  accuracy: { better: 1, same: 0.005 },
  f1_macro: { better: 1, same: 0.005 },
  log_loss: { better: -1, same: 0.01 },
} as const;
export type ComparedMetric = keyof typeof comparedMetrics;

export type Verdict = 'improved' | 'same' | 'regressed' | 'cannot tell';

/** One metric of two models on the same rows. */
export interface Difference {
  a: number | null;
  b: number | null;
  /** b less a. */
  difference: number | null;
  /** Holds the middle 95 % of the differences in resamples. */
  interval: [low: number, high: number] | null;
  verdict: Verdict;
  /** Where it cannot be told: about how many rows it would take, if what was found here holds; null where nobody knows. */
  rowsToTell: number | null;
}

/** Rows of a class about which two models differ. */
export interface Flips {
  label: string;
  rows: number;
  /** Right by the first model, wrong by the second. */
  rightToWrong: number;
  wrongToRight: number;
}

/** Rows of a slice about which two models differ. */
export interface SliceFlips extends Omit<Flips, 'label'> {
  /** What the rows were divided by, and what these have there. */
  by: string;
  value: string;
}

export interface Comparison {
  rows: number;
  /** By accuracy. */
  verdict: Verdict;
  metrics: Record<ComparedMetric, Difference>;
  /** Rows that one model alone is right about, and how likely such a division were by chance. */
  mcnemar: { rightToWrong: number; wrongToRight: number; p: number };
  /** Rows for which the models predict different classes. */
  changed: number;
  /** Share of all rows that the second model gets wrong and the first gets right. */
  negativeFlipRate: number | null;
  flips: Flips[];
}

/** Without any event among n rows, its share is below 3/n with 95 % confidence (Hanley and Lippman-Hand 1983). */
const RULE_OF_THREE = 3;
/** With fewer rows about which models differ McNemar's test cannot reach 5 %. */
const LEAST_CHANGED = 6;
const LEVEL = 0.05;
/** Half a 95 % interval in standard errors; and how many of them an effect takes to be found 4 times of 5. */
const [HALF, POWER] = [1.96, 1.96 + 0.84];

/**
 * Compares two models on the same rows. A metric has **improved** or **regressed** where the 95 % interval of its
 * difference (paired bootstrap, percentile method: Efron 1981) leaves out 0, for accuracy only if McNemar's exact test
 * agrees; it is the **same** where the interval holds nothing but what is as good as the same, on rows enough for that
 * (equivalence, Schuirmann 1987), or where the models say the same of every row. Log loss is over the rows whose label both
 * models know.
 */
export function compare(pairs: Paired, { resamples = 1000, seed = 42 } = {}): Comparison {
  const names = Object.keys(comparedMetrics) as ComparedMetric[];
  const resampled = names.map(() => new Float64Array(resamples));
  const observed = names.map((): [number | null, number | null] => [null, null]);
  resamplePairs(
    pairs,
    (tallies, resample) => {
      const [a, b] = tallies.map((tally) => figuresOf(tally).metrics);
      for (const [m, name] of names.entries()) {
        if (resample < 0) observed[m] = [a![name], b![name]];
        else resampled[m]![resample] = (b![name] ?? Number.NaN) - (a![name] ?? Number.NaN);
      }
    },
    { resamples, seed },
  );
  const { flips, changed, identical } = flipsOf(pairs);
  const rows = pairs.truth.length;
  const total = (side: 'rightToWrong' | 'wrongToRight') => flips.reduce((sum, flip) => sum + flip[side], 0);
  const [rightToWrong, wrongToRight] = [total('rightToWrong'), total('wrongToRight')];
  const p = mcnemar(rightToWrong, wrongToRight);
  const metrics = Object.fromEntries(
    names.map((name, m) => {
      const [a, b] = observed[m]!;
      const difference = a === null || b === null ? null : b - a;
      const interval = rows === 0 ? null : middle(resampled[m]!);
      const sure = name === 'log_loss' || (name === 'accuracy' ? p < LEVEL : changed >= LEAST_CHANGED);
      const enough = name === 'log_loss' || rows >= RULE_OF_THREE / comparedMetrics[name].same;
      const verdict =
        identical && rows > 0 ? 'same' : verdictOf(name, difference, interval, { sure, enough });
      const rowsToTell =
        verdict === 'cannot tell' ? rowsToTellOf(name, difference, interval, rows, changed) : null;
      return [name, { a, b, difference, interval, verdict, rowsToTell }];
    }),
  ) as Record<ComparedMetric, Difference>;
  return {
    rows,
    verdict: metrics.accuracy.verdict,
    metrics,
    mcnemar: { rightToWrong, wrongToRight, p },
    changed,
    negativeFlipRate: rows === 0 ? null : rightToWrong / rows,
    flips,
  };
}

/** Flips by class, of the classes that have rows. */
export function flipsOf({ labels, truth, predicted: [a, b], losses }: Paired) {
  const flips = labels.map((label): Flips => ({ label, rows: 0, rightToWrong: 0, wrongToRight: 0 }));
  let changed = 0;
  let identical = true;
  for (let r = 0; r < truth.length; r++) {
    const [own, before, after] = [truth[r]!, a[r]!, b[r]!];
    const flip = flips[own]!;
    flip.rows++;
    if (losses[2 * r] !== losses[2 * r + 1] && !Number.isNaN(losses[2 * r]!)) identical = false;
    if (before === after) continue;
    changed++;
    if (before === own) flip.rightToWrong++;
    if (after === own) flip.wrongToRight++;
  }
  return { flips: flips.filter(({ rows }) => rows > 0), changed, identical: identical && changed === 0 };
}

/** Flips by slice, those with the most rows that went wrong first; slices without a flip are left out. */
export function flipsOfSlices(
  { truth, predicted: [a, b] }: Paired,
  divisions: readonly Groups[],
): SliceFlips[] {
  return divisions
    .flatMap(({ by, names, of }) => {
      const groups = names.map(
        (value): SliceFlips => ({ by, value, rows: 0, rightToWrong: 0, wrongToRight: 0 }),
      );
      for (let r = 0; r < truth.length; r++) {
        const group = groups[of[r]!]!;
        group.rows++;
        if (a[r] === b[r]) continue;
        if (a[r] === truth[r]) group.rightToWrong++;
        if (b[r] === truth[r]) group.wrongToRight++;
      }
      return groups;
    })
    .filter(({ rightToWrong, wrongToRight }) => rightToWrong + wrongToRight > 0)
    .sort((x, y) => y.rightToWrong - x.rightToWrong || x.wrongToRight - y.wrongToRight);
}

function verdictOf(
  name: ComparedMetric,
  difference: number | null,
  interval: [number, number] | null,
  { sure, enough }: { sure: boolean; enough: boolean },
): Verdict {
  if (difference === null || interval === null) return 'cannot tell';
  const { better, same } = comparedMetrics[name];
  const [low, high] = interval;
  if (sure && low > 0) return better > 0 ? 'improved' : 'regressed';
  if (sure && high < 0) return better > 0 ? 'regressed' : 'improved';
  return enough && Math.max(-low, high) <= same ? 'same' : 'cannot tell';
}

/** Intervals narrow with the root of the rows, until they leave out 0 or fit into what is the same: the less of both. */
function rowsToTellOf(
  name: ComparedMetric,
  difference: number | null,
  interval: [number, number] | null,
  rows: number,
  changed: number,
): number | null {
  if (difference === null || interval === null) return null;
  const { same } = comparedMetrics[name];
  const deviation = (interval[1] - interval[0]) / 2 / HALF;
  const off = Math.abs(difference);
  const found = (distance: number) => rows * ((POWER * deviation) / distance) ** 2;
  const least = name === 'log_loss' ? 0 : Math.min(RULE_OF_THREE / same, (rows * LEAST_CHANGED) / changed);
  const goals = [
    ...(off > 0 ? [found(off)] : []),
    ...(off < same ? [Math.max(found(same - off), name === 'log_loss' ? 0 : RULE_OF_THREE / same)] : []),
  ];
  if (goals.length === 0) return null;
  const needed = Math.max(Math.min(...goals), least, 1.1 * rows);
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(needed)) - 1);
  return Math.ceil(needed / unit) * unit;
}
