import { decidedClass } from '../predictions.js';
import { type ClassFigure, DecidedCounts, type DecisionMetric } from './decided-counts.js';

/** A figure of a class that is not to fall below a bound. */
export interface Floor {
  figure: 'precision' | 'recall';
  /** Number of the class. */
  class: number;
  bound: number;
}

/** What is to be as high as it can be: a metric, or a figure of one class. */
export type Goal = { metric: DecisionMetric } | { figure: ClassFigure; class: number };

/** What thresholds are tuned for. Without a goal, the recall of classes with a floor of precision, and the other way round. */
export interface Targets {
  floors: readonly Floor[];
  goal?: Goal | undefined;
}

/** Rows that thresholds are tuned on. */
export interface ScoredRows {
  /** Row-major [rows, classes]. */
  probabilities: Float64Array;
  labels: Int32Array;
  classes: number;
}

/** Times that all thresholds are gone through at the most: what later ones gain is luck. */
const MOST_ROUNDS = 5;
/** Differences of figures that are rounding. */
const EXACT = 1e-9;

/**
 * The thresholds of `decidedClass` that do best on rows: that meet the floors, or miss them by the least in sum, and have the
 * highest goal among those that do. One threshold after the other is set to its best value, given the others, until none
 * gains: of a single one that is the best there is, of several it may be that of a part of them.
 *
 * Where the most probable class does better for a goal than any thresholds that are found, there are none.
 *
 * Floors and goals of classes tune the thresholds of these classes; a metric tunes those of all, or of the second of two.
 */
export function tuneThresholds(rows: ScoredRows, targets: Targets): (number | null)[] {
  const { classes } = rows;
  const tuned = tunedClasses(targets, classes);
  // equal ones decide for the most probable class
  const first = tuned.length === classes ? Number((1 / classes).toPrecision(1)) : 0.5;
  const thresholds = Array.from({ length: classes }, (_, c) => (tuned.includes(c) ? first : null));
  const judge = judgeOf(targets);
  let best = judge(countsBy(rows, thresholds));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = best;
    for (const c of tuned) {
      const found = sweep(rows, thresholds, c, judge);
      if (!found || !isBetter(found.judgement, best)) continue;
      // where classes tie at a threshold, rows may decide otherwise than they were swept
      const judgement = judge(countsBy(rows, thresholds.with(c, found.threshold)));
      if (!isBetter(judgement, best)) continue;
      best = judgement;
      thresholds[c] = found.threshold;
    }
    if (best === before) break;
  }
  const none = thresholds.map(() => null);
  return targets.goal && isBetter(judge(countsBy(rows, none)), best) ? none : thresholds;
}

function countsBy({ probabilities, labels, classes }: ScoredRows, thresholds: readonly (number | null)[]) {
  const decided = Uint32Array.from(labels, (_, r) =>
    decidedClass(probabilities, r * classes, classes, thresholds),
  );
  return new DecidedCounts(labels, decided, classes);
}

function tunedClasses({ floors, goal }: Targets, classes: number): number[] {
  const named = new Set(floors.map((floor) => floor.class));
  if (goal && 'class' in goal) named.add(goal.class);
  else if (goal && classes > 2) for (let c = 0; c < classes; c++) named.add(c);
  else if (named.size === 0) named.add(1);
  return [...named].sort((a, b) => a - b);
}

/** By how much floors are missed, how high the goal is, and what decides between equals. */
type Judgement = readonly [missed: number, goal: number, f1: number];

const isBetter = (a: Judgement, b: Judgement): boolean => {
  if (Math.abs(a[0] - b[0]) > EXACT) return a[0] < b[0];
  if (Math.abs(a[1] - b[1]) > EXACT) return a[1] > b[1];
  return a[2] > b[2] + EXACT;
};

function judgeOf({ floors, goal }: Targets): (counts: DecidedCounts) => Judgement {
  const sum = (of: (floor: Floor) => number) => floors.reduce((total, floor) => total + of(floor), 0);
  return (counts) => {
    const missed = sum((floor) => Math.max(0, floor.bound - counts.figure(floor.figure, floor.class)));
    const f1 = sum((floor) => counts.figure('f1', floor.class));
    if (goal)
      return [
        missed,
        'metric' in goal ? counts.metric(goal.metric) : counts.figure(goal.figure, goal.class),
        f1,
      ];
    const other = { precision: 'recall', recall: 'precision' } as const;
    return [missed, sum((floor) => counts.figure(other[floor.figure], floor.class)), f1];
  };
}

/** The best threshold of a class while the others stay: as it falls, row after row goes over to the class. */
function sweep(
  { probabilities, labels, classes }: ScoredRows,
  thresholds: readonly (number | null)[],
  c: number,
  judge: (counts: DecidedCounts) => Judgement,
): { threshold: number; judgement: Judgement } | undefined {
  const rows = labels.length;
  const all = thresholds.every((threshold) => threshold !== null);
  const without = thresholds.map((threshold, other) => (other === c ? Number.POSITIVE_INFINITY : threshold));
  const decided = new Uint32Array(rows);
  /** The threshold at which each row goes over. */
  const turns = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const from = r * classes;
    const other = decidedClass(probabilities, from, classes, without);
    const threshold = thresholds[other]!;
    const multiple = threshold === null ? 0 : probabilities[from + other]! / threshold;
    decided[r] = other;
    const reached = all ? multiple : Math.max(multiple, 1);
    turns[r] = reached > 0 ? probabilities[from + c]! / reached : Number.POSITIVE_INFINITY;
  }
  const order = Uint32Array.from(turns.keys()).sort((a, b) => turns[b]! - turns[a]!);
  const counts = new DecidedCounts(labels, decided, classes);
  let best: { threshold: number; judgement: Judgement } | undefined;
  for (let at = 0; at < rows; at++) {
    const row = order[at]!;
    counts.move(row, decided[row]!, c);
    const [turn, next] = [turns[row]!, at + 1 < rows ? turns[order[at + 1]!]! : 0];
    if (turn === next || next >= 1) continue;
    const judgement = judge(counts);
    if (best && !isBetter(judgement, best.judgement)) continue;
    best = { threshold: between(next, Math.min(turn, 1)), judgement };
  }
  return best;
}

/** A number above `low` and up to `high`, near their middle, of as few digits as there are between them. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  for (let digits = 1; digits < 17; digits++) {
    const rounded = Number(middle.toPrecision(digits));
    if (rounded > low && rounded <= high) return rounded;
  }
  return middle > low ? middle : high;
}
