import { expect, test } from 'vitest';
import { measureAbstention } from '../../src/metrics/abstention.js';
import { labelSet, measureCoverage, rowsFor, setFloor } from '../../src/metrics/conformal.js';
import { outcomesOf } from '../../src/metrics/outcomes.js';
import { tempered } from '../../src/metrics/temperature.js';
import { seededRandom } from '../../src/random.js';

test('the floor is the ⌈(n + 1)·coverage⌉-th highest score, where there are so many', () => {
  const scores = Float64Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
  expect(setFloor(scores, 0.9)).toBe(0.1);
  expect(setFloor(scores, 0.95)).toBe(0.05);
  expect(setFloor(scores, 0.951)).toBeUndefined();
  for (const coverage of [0.5, 0.8, 0.9, 0.95, 0.99]) {
    const rows = rowsFor(coverage);
    expect(setFloor(new Float64Array(rows).fill(0.5), coverage)).toBe(0.5);
    expect(setFloor(new Float64Array(rows - 1).fill(0.5), coverage)).toBeUndefined();
  }
});

test('a set has what reaches the floor, and what was decided for', () => {
  expect(labelSet([0.2, 0.5, 0.3], 1, 0.25)).toEqual([1, 2]);
  expect(labelSet([0.2, 0.5, 0.3], 1, 0.9)).toEqual([1]);
  expect(labelSet([0.2, 0.5, 0.3], 0, 0.4)).toEqual([1, 0]);
});

/** Rows with logits that say something of their labels, or nothing of these. */
function rows(count: number, seed: number) {
  const random = seededRandom(seed);
  const truth = Array.from({ length: count }, () => Math.floor(3 * random()));
  const logits = Float64Array.from(
    truth.flatMap((label) => [0, 1, 2].map((c) => 4 * random() + (c === label ? 1.5 : 0))),
  );
  return outcomesOf(['a', 'b', 'c'], 3, truth, tempered(logits, 3, 1));
}

test.each([0.8, 0.9, 0.99])('over draws of rows, sets for %d hold that share of the labels', (coverage) => {
  const draws = Array.from({ length: 200 }, (_, i) => {
    const floor = setFloor(rows(200, 2 * i + 1).labelScore.sort(), coverage)!;
    return measureCoverage(rows(200, 2 * i + 2), floor).covered!;
  });
  const mean = draws.reduce((sum, covered) => sum + covered, 0) / draws.length;
  // at least the coverage, and more by 1 / (n + 1) at the most where sets need not hold what was decided for
  expect(mean).toBeGreaterThan(coverage - 0.004);
  expect(mean).toBeLessThan(coverage + 0.015);
});

test('what is measured of sets and of abstaining is counted row by row', () => {
  const probabilities = Float64Array.of(0.6, 0.4, 0.3, 0.7, 0.55, 0.45, 0.9, 0.1);
  // the last label is none of the model's
  const outcomes = outcomesOf(['a', 'b', 'c'], 2, [0, 0, 1, 2], probabilities);
  expect(measureCoverage(outcomes, 0.42)).toEqual({ covered: 0.5, meanSetSize: 1.25, singletons: 0.75 });
  expect(measureCoverage({ ...outcomes, probabilities: null }, 0.42)).toEqual({
    covered: 0.5,
    meanSetSize: null,
    singletons: null,
  });
  expect(measureAbstention(outcomes, 0.6)).toEqual({
    minScore: 0.6,
    rows: 3,
    answered: 0.75,
    accuracy: 1 / 3,
  });
  expect(measureAbstention(outcomes, 0.95)).toEqual({ minScore: 0.95, rows: 0, answered: 0, accuracy: null });
});
