import { seededRandom, shuffle } from '../random.js';
import { allBelow } from '../sparse/sort.js';

/** Row indices of each part, each in rising order. Together they are all rows, each once. */
export interface Split {
  train: Uint32Array;
  validation: Uint32Array;
  test: Uint32Array;
}

/**
 * Divides rows so that each part has the classes in the proportions of the whole, by largest remainder; which rows
 * of a class go where is drawn with `seed`. Every class keeps at least one training row, so a class of one row is
 * not tested.
 *
 * @param labels class of each row, below `classes`
 * @param testSize share of the rows to hold out, 0 ≤ share < 1
 * @param validationSize share of the rows to set aside for choosing, likewise
 */
export function stratifiedSplit(
  labels: Uint32Array | Int32Array,
  classes: number,
  { testSize, validationSize, seed }: { testSize: number; validationSize: number; seed: number },
): Split {
  if (testSize + validationSize === 0) {
    return { train: allBelow(labels.length), validation: new Uint32Array(0), test: new Uint32Array(0) };
  }
  const random = seededRandom(seed);
  const members: number[][] = Array.from({ length: classes }, () => []);
  for (let row = 0; row < labels.length; row++) members[labels[row]!]!.push(row);
  for (const rows of members) shuffle(rows, random);
  const sizes = members.map((rows) => rows.length);
  const test = apportion(sizes, Math.round(testSize * labels.length));
  const left = sizes.map((size, c) => size - test[c]!);
  const validation = apportion(left, Math.round(validationSize * labels.length));
  const part = (from: number[], counts: number[]) =>
    Uint32Array.from(members.flatMap((rows, c) => rows.slice(from[c], from[c]! + counts[c]!))).sort();
  const afterTest = test;
  const afterBoth = test.map((n, c) => n + validation[c]!);
  return {
    test: part(
      sizes.map(() => 0),
      test,
    ),
    validation: part(afterTest, validation),
    train: part(
      afterBoth,
      sizes.map((size, c) => size - afterBoth[c]!),
    ),
  };
}

/**
 * How many to take from each class for `total` in all, or fewer where classes of one row give none: its share rounded
 * down, then one more for the largest remainders.
 */
function apportion(sizes: number[], total: number): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (all === 0 ? 0 : (size * total) / all));
  const taken = exact.map((share, c) => Math.min(Math.floor(share), sizes[c]! - 1));
  const order = exact.map((share, c) => ({ c, rest: share - Math.floor(share) }));
  order.sort((a, b) => b.rest - a.rest || a.c - b.c);
  let missing = total - taken.reduce((sum, n) => sum + n, 0);
  for (const { c } of order) {
    if (missing > 0 && taken[c]! < sizes[c]! - 1) {
      taken[c]!++;
      missing--;
    }
  }
  return taken.map((n) => Math.max(0, n));
}
