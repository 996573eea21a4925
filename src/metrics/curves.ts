import type { Sorted } from './ranking.js';

/** Points of a curve, in the order in which they are joined. */
export interface Curve {
  x: Float64Array;
  y: Float64Array;
}

/**
 * The ROC curve: rate of false positives (x) and of true positives (y) from the strictest threshold to the loosest, from (0, 0)
 * on, a point for each score that occurs, as scikit-learn's `roc_curve` without `drop_intermediate`. Null where there are no
 * rows of the class, or no others.
 */
export function rocCurve({ positives, negatives }: Sorted): Curve | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  const curve = pointsFor(positives.length + negatives.length + 1);
  let at = 1;
  for (const [hits, alarms] of thresholds(positives, negatives)) {
    curve.x[at] = alarms / negatives.length;
    curve.y[at++] = hits / positives.length;
  }
  return cut(curve, at);
}

/**
 * The precision-recall curve: recall (x) and precision (y) from the strictest threshold to the loosest, from (0, 1) on, a
 * point for each score that occurs, as scikit-learn's `precision_recall_curve` in the opposite order. Null where there are no rows of the class.
 */
export function precisionRecallCurve({ positives, negatives }: Sorted): Curve | null {
  if (positives.length === 0) return null;
  const curve = pointsFor(positives.length + negatives.length + 1);
  curve.y[0] = 1;
  let at = 1;
  for (const [hits, alarms] of thresholds(positives, negatives)) {
    curve.x[at] = hits / positives.length;
    curve.y[at++] = hits / (hits + alarms);
  }
  return cut(curve, at);
}

/**
 * A curve whose x never falls, with the points that a picture of so many columns can show: of each column the first, the
 * lowest, the highest and the last, so that ends and corners stay where they are (M4, Jugel et al. 2014).
 */
export function thinned({ x, y }: Curve, columns: number): [x: number, y: number][] {
  const columnOf = (i: number) => Math.min(columns - 1, Math.floor(x[i]! * columns));
  const points: [number, number][] = [];
  for (let from = 0; from < x.length; ) {
    let to = from;
    let [low, high] = [from, from];
    for (; to < x.length && columnOf(to) === columnOf(from); to++) {
      if (y[to]! < y[low]!) low = to;
      if (y[to]! > y[high]!) high = to;
    }
    const kept = new Set([from, Math.min(low, high), Math.max(low, high), to - 1]);
    for (const i of kept) points.push([x[i]!, y[i]!]);
    from = to;
  }
  return points;
}

/** Rows of the class and others at or above each score that occurs, from the highest down. */
function* thresholds(positives: Float64Array, negatives: Float64Array): Generator<[number, number]> {
  let [p, n] = [positives.length, negatives.length];
  while (p > 0 || n > 0) {
    const threshold = Math.max(positives[p - 1] ?? -Infinity, negatives[n - 1] ?? -Infinity);
    while (p > 0 && positives[p - 1] === threshold) p--;
    while (n > 0 && negatives[n - 1] === threshold) n--;
    yield [positives.length - p, negatives.length - n];
  }
}

const pointsFor = (length: number): Curve => ({ x: new Float64Array(length), y: new Float64Array(length) });

const cut = ({ x, y }: Curve, length: number): Curve => ({
  x: x.subarray(0, length),
  y: y.subarray(0, length),
});
