import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rungsFor, Samples, survivors } from '../../src/tasks/tuning/halving.js';

test('rungs grow threefold where there are rows enough, and end with all rows of all folds', () => {
  expect(rungsFor(300, 2, 5, 5)).toEqual([{ share: 1, folds: [0, 1, 2, 3, 4] }]);
  expect(rungsFor(5000, 2, 5, 5)).toEqual([
    { share: 1 / 3, folds: [0] },
    { share: 1, folds: [0] },
    { share: 1, folds: [1, 2, 3, 4] },
  ]);
  expect(rungsFor(100_000, 2, 5, 1)).toEqual([
    { share: 1 / 9, folds: [0] },
    { share: 1 / 3, folds: [0] },
    { share: 1, folds: [0] },
  ]);
  // many classes need many rows
  expect(rungsFor(12_000, 500, 5, 5)[0]).toEqual({ share: 1, folds: [0] });
});

test('the best third goes on, one at the least', () => {
  const best = (a: number, b: number) => b - a;
  expect(survivors([3, 1, 2, 9, 5, 4, 7, 8, 6], best)).toEqual([9, 8, 7]);
  expect(survivors([1, 2, 3, 4], best)).toEqual([4, 3]);
  expect(survivors([5], best)).toEqual([5]);
  expect(survivors([], best)).toEqual([]);
});

test('a smaller sample is part of a larger one, keeps every class, and the sides of a fold apart', () => {
  const rows = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 40, maxLength: 300 });
  fc.assert(
    fc.property(rows, fc.nat(), (list, seed) => {
      const labels = Uint32Array.from(list);
      const samples = new Samples(labels, 4, 5, seed);
      const rowsOf = (share: number, part: 'train' | 'held') => {
        const { rows, folds } = samples.of(share);
        return Array.from(folds[0]![part], (place) => rows[place]!);
      };
      const whole = rowsOf(1, 'train');
      const held = new Set(rowsOf(1, 'held'));
      let smaller: number[] = [];
      for (const share of [1 / 9, 1 / 3, 1]) {
        const train = rowsOf(share, 'train');
        expect(new Set(train).size).toBe(train.length);
        expect(train).toEqual(expect.arrayContaining(smaller));
        expect(train.length).toBeGreaterThanOrEqual(Math.floor(share * whole.length));
        expect(new Set(train.map((r) => labels[r]))).toEqual(new Set(whole.map((r) => labels[r])));
        for (let c = 0; c < 4; c++) {
          const all = whole.filter((r) => labels[r] === c).length;
          expect(train.filter((r) => labels[r] === c)).toHaveLength(
            share === 1 ? all : Math.ceil(share * all),
          );
        }
        expect(train.some((r) => held.has(r))).toBe(false);
        expect(rowsOf(share, 'held').every((r) => held.has(r))).toBe(true);
        smaller = train;
      }
    }),
    { numRuns: 50 },
  );
});
