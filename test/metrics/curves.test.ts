import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { precisionRecallCurve, rocCurve, thinned } from '../../src/metrics/curves.js';
import { outcomesOf } from '../../src/metrics/outcomes.js';
import { averagePrecision, pooledScores, rocAuc, sortedScores } from '../../src/metrics/ranking.js';
import { scoreHistogram } from '../../src/metrics/score-histogram.js';
import { golden } from '../support/golden.js';

/** Scores of a class against the rest, as the second of two classes. */
const sortedOf = (truth: readonly number[], scores: readonly number[]) =>
  sortedScores(Float64Array.from(scores.flatMap((score) => [1 - score, score])), 2, truth, 1);

describe(`like ${golden.made_by}`, () => {
  test.each(golden.curves.map((expected) => [expected.truth.length, expected] as const))(
    '%d rows',
    (_rows, { truth, scores, fpr, tpr, precision, recall }) => {
      const sorted = sortedOf(truth, scores);
      const roc = rocCurve(sorted)!;
      expect([...roc.x]).toEqual(fpr);
      expect([...roc.y]).toEqual(tpr);
      const pr = precisionRecallCurve(sorted)!;
      // from the loosest threshold to the strictest there
      expect([...pr.x].reverse()).toEqual(recall);
      expect([...pr.y].reverse()).toEqual(precision);
    },
  );
});

test('the areas below the curves are the figures of the evaluation', () => {
  for (const { truth, scores } of golden.curves) {
    const sorted = sortedOf(truth, scores);
    const roc = rocCurve(sorted)!;
    let trapezoids = 0;
    for (let i = 1; i < roc.x.length; i++)
      trapezoids += ((roc.x[i]! - roc.x[i - 1]!) * (roc.y[i]! + roc.y[i - 1]!)) / 2;
    expect(trapezoids).toBeCloseTo(rocAuc(sorted)!, 12);
    const pr = precisionRecallCurve(sorted)!;
    let steps = 0;
    for (let i = 1; i < pr.x.length; i++) steps += (pr.x[i]! - pr.x[i - 1]!) * pr.y[i]!;
    expect(steps).toBeCloseTo(averagePrecision(sorted)!, 12);
  }
});

test('no rows of the class, or no others: no curve', () => {
  const [none, some] = [new Float64Array(0), Float64Array.of(0.5)];
  expect(rocCurve({ positives: none, negatives: some })).toBeNull();
  expect(rocCurve({ positives: some, negatives: none })).toBeNull();
  expect(precisionRecallCurve({ positives: none, negatives: some })).toBeNull();
  expect(precisionRecallCurve({ positives: some, negatives: none })).toEqual({
    x: Float64Array.of(0, 1),
    y: Float64Array.of(1, 1),
  });
});

test('a thinned curve keeps its ends, its extremes and its order, and few points', () => {
  const curve = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1000)), {
    minLength: 1,
    maxLength: 300,
  });
  fc.assert(
    fc.property(curve, (points) => {
      const sorted = points.sort((a, b) => a[0] - b[0]);
      const x = Float64Array.from(sorted, ([at]) => at);
      const y = Float64Array.from(sorted, ([, value]) => value);
      const kept = thinned({ x, y }, 10);
      expect(kept.length).toBeLessThanOrEqual(40);
      expect(kept[0]).toEqual([x[0], y[0]]);
      expect(kept.at(-1)).toEqual([x.at(-1), y.at(-1)]);
      expect(Math.max(...kept.map(([, value]) => value))).toBe(Math.max(...y));
      expect(Math.min(...kept.map(([, value]) => value))).toBe(Math.min(...y));
      // in the order of the curve: each point is found behind the one before
      let at = -1;
      for (const [px, py] of kept) {
        at = sorted.findIndex(([ox, oy], i) => i > at && ox === px && oy === py);
        expect(at).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test('pooled scores are those of every class together', () => {
  const probabilities = Float64Array.of(0.5, 0.3, 0.2, 0.1, 0.8, 0.1);
  expect(pooledScores(probabilities, 3, [0, 2])).toEqual({
    positives: Float64Array.of(0.1, 0.5),
    negatives: Float64Array.of(0.1, 0.2, 0.3, 0.8),
  });
});

test('a histogram has each row once, on the side that it is on', () => {
  const outcomes = outcomesOf(['a', 'b'], 2, [0, 1, 0], Float64Array.of(1, 0, 0.5, 0.5, 0.2, 0.8));
  const bins = scoreHistogram(outcomes, 4);
  expect(bins.map(({ right, wrong }) => [right, wrong])).toEqual([
    [0, 0],
    [0, 1],
    [0, 0],
    [1, 1],
  ]);
});
