import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stratifiedFolds } from '../../src/data/folds.js';
import { golden } from '../support/golden.js';

const labelled = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 10, maxLength: 200 })
  .map((list) => Int32Array.from(list));
const folds = fc.integer({ min: 2, max: 10 });
const countsOf = (labels: ArrayLike<number>, rows: Uint32Array, classes: number) =>
  Array.from({ length: classes }, (_, c) => rows.filter((r) => labels[r] === c).length);

test('each row is held out once, and trained on otherwise; those alone in their class never', () => {
  fc.assert(
    fc.property(labelled, folds, fc.nat(), (labels, k, seed) => {
      const made = stratifiedFolds(labels, 5, k, seed);
      const sizes = countsOf(labels, Uint32Array.from(labels.keys()), 5);
      const all = made.flatMap(({ held }) => [...held]).sort((a, b) => a - b);
      expect(all).toEqual([...labels.keys()].filter((r) => sizes[labels[r]!]! > 1));
      for (const { train, held } of made) {
        expect([...train, ...held].sort((a, b) => a - b)).toEqual([...labels.keys()]);
        expect([...train]).toEqual([...train].sort((a, b) => a - b));
        expect([...held]).toEqual([...held].sort((a, b) => a - b));
        // whatever is scored was learned from
        countsOf(labels, train, 5).forEach((count, c) => {
          expect(count > 0).toBe(sizes[c]! > 0);
        });
      }
      for (let c = 0; c < 5; c++) {
        const counts = made.map(({ held }) => countsOf(labels, held, 5)[c]!);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }
      const heldSizes = made.map(({ held }) => held.length);
      expect(Math.max(...heldSizes) - Math.min(...heldSizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test('as many rows of each class are in each fold as with StratifiedKFold', () => {
  expect(golden.folds).toHaveLength(4);
  for (const { k, labels, counts } of golden.folds) {
    const classes = counts[0]!.length;
    const made = stratifiedFolds(Int32Array.from(labels), classes, k, 1);
    expect(made.map(({ held }) => countsOf(labels, held, classes))).toEqual(counts);
  }
});

test('the seed decides', () => {
  const labels = Int32Array.from({ length: 60 }, (_, i) => i % 3);
  expect(stratifiedFolds(labels, 3, 5, 1)).toEqual(stratifiedFolds(labels, 3, 5, 1));
  expect(stratifiedFolds(labels, 3, 5, 1)).not.toEqual(stratifiedFolds(labels, 3, 5, 2));
});
