import { expect, test } from 'vitest';
import { bootstrapIntervals } from '../../src/metrics/bootstrap.js';
import { evaluate } from '../../src/metrics/classification.js';
import { outcomesOf } from '../../src/metrics/outcomes.js';
import { seededRandom } from '../../src/random.js';

/** Rows of two classes, of which the model is right about so many of each. */
function rowsOf(right: readonly [number, number], rows: number, seed = 1) {
  const random = seededRandom(seed);
  const truth = Uint32Array.from({ length: 2 * rows }, (_, r) => Number(r >= rows));
  const probabilities = Float64Array.from(truth).fill(0);
  const all = new Float64Array(4 * rows);
  for (let r = 0; r < probabilities.length; r++) {
    const own = truth[r]!;
    const hit = r % rows < right[own]!;
    const sure = 0.5 + random() / 2;
    all[2 * r + own] = hit ? sure : 1 - sure;
    all[2 * r + 1 - own] = hit ? 1 - sure : sure;
  }
  return outcomesOf(['a', 'b'], 2, truth, all);
}

test('the interval of an accuracy is that of binomial counts in each class', () => {
  const rows = 2000;
  const intervals = bootstrapIntervals(rowsOf([1800, 1200], rows));
  // a sum of two binomial counts, near enough to normal at this size
  const deviation = Math.sqrt(0.9 * 0.1 + 0.6 * 0.4) / (2 * Math.sqrt(rows));
  const [low, high] = intervals.accuracy!;
  expect(low).toBeCloseTo(0.75 - 1.96 * deviation, 2.5);
  expect(high).toBeCloseTo(0.75 + 1.96 * deviation, 2.5);
  expect(high - low).toBeCloseTo(2 * 1.96 * deviation, 2.5);
  expect(intervals.balanced_accuracy![0]).toBeCloseTo(low, 12);
});

test('every metric lies in its interval, which a seed determines', () => {
  const outcomes = rowsOf([260, 150], 300);
  const intervals = bootstrapIntervals(outcomes);
  const { metrics } = evaluate(outcomes);
  for (const [name, interval] of Object.entries(intervals)) {
    const value = metrics[name as keyof typeof metrics]!;
    expect(interval![0], name).toBeLessThan(value);
    expect(interval![1], name).toBeGreaterThan(value);
  }
  expect(bootstrapIntervals(outcomes)).toEqual(intervals);
  expect(bootstrapIntervals(outcomes, { seed: 43 })).not.toEqual(intervals);
});

test('more rows make it narrower', () => {
  const width = (rows: number) => {
    const [low, high] = bootstrapIntervals(rowsOf([0.9 * rows, 0.8 * rows], rows)).f1_macro!;
    return high - low;
  };
  expect(width(200) / width(3200)).toBeGreaterThan(3);
  expect(width(200) / width(3200)).toBeLessThan(5.3);
});

test('rows whose label the model does not know are wrong, and have no loss', () => {
  const known = rowsOf([50, 50], 50);
  const outcomes = {
    ...known,
    labels: ['a', 'b', 'new'],
    truth: Uint32Array.from(known.truth, (label, r) => (r % 50 < 10 ? 2 : label)),
    labelScore: known.labelScore.map((score, r) => (r % 50 < 10 ? Number.NaN : score)),
  };
  const { accuracy, log_loss } = bootstrapIntervals(outcomes);
  expect(accuracy).toEqual([0.8, 0.8]);
  expect(log_loss![1]).toBeLessThan(Math.LN2);
});

test('a single row of each label says nothing of others', () => {
  expect(Object.values(bootstrapIntervals(rowsOf([1, 0], 1)))).toEqual([null, null, null, null]);
});

test('without rows nothing is defined', () => {
  const none = outcomesOf(['a', 'b'], 2, [], new Float64Array(0));
  expect(Object.values(bootstrapIntervals(none))).toEqual([null, null, null, null]);
});
