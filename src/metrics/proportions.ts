import type { Interval } from './bootstrap.js';

/** The 97.5th percentile of the normal distribution. */
const Z = 1.959963984540054;

/** 95 % interval of a proportion by its score test (Wilson 1927): of 3 hits in 3 rows it begins at 0.44, not at 1. */
export function wilsonInterval(hits: number, rows: number): Interval {
  const share = hits / rows;
  const shrink = 1 / (1 + Z ** 2 / rows);
  const middle = shrink * (share + Z ** 2 / (2 * rows));
  const half = shrink * Z * Math.sqrt((share * (1 - share)) / rows + (Z / (2 * rows)) ** 2);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Hits among rows; at least one row. */
export interface Share {
  hits: number;
  rows: number;
}

/** 95 % interval of `a` less `b` for independent proportions, from the Wilson intervals of both (Newcombe 1998, method 10). */
export function differenceInterval(a: Share, b: Share): Interval {
  const [p, q] = [a.hits / a.rows, b.hits / b.rows];
  const [lowA, highA] = wilsonInterval(a.hits, a.rows);
  const [lowB, highB] = wilsonInterval(b.hits, b.rows);
  return [p - q - Math.hypot(p - lowA, highB - q), p - q + Math.hypot(highA - p, q - lowB)];
}
