import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stratifiedSplit } from '../../src/data/split.js';

const labels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 5, maxLength: 300 }).map((list) => {
  const seen = [...new Set(list)].sort();
  return { labels: Int32Array.from(list, (label) => seen.indexOf(label)), classes: seen.length };
});
const share = fc.constantFrom(0, 0.1, 0.2, 0.34, 0.5);

test('every row is in one part, every class is trained on, and shares hold in each class', () => {
  fc.assert(
    fc.property(labels, share, share, fc.nat(), ({ labels, classes }, testSize, validationSize, seed) => {
      const split = stratifiedSplit(labels, classes, { testSize, validationSize, seed });
      const all = [...split.train, ...split.validation, ...split.test].sort((a, b) => a - b);
      expect(all).toEqual([...labels.keys()]);
      expect(new Set(Array.from(split.train, (r) => labels[r])).size).toBe(classes);
      for (let c = 0; c < classes; c++) {
        const size = labels.filter((label) => label === c).length;
        const held = Array.from(split.test).filter((r) => labels[r] === c).length;
        expect(held).toBeLessThanOrEqual(Math.ceil(size * testSize + 1));
        expect(held).toBeGreaterThanOrEqual(Math.min(size - 1, Math.floor(size * testSize)) - 1);
      }
      expect(Math.abs(split.test.length - Math.round(testSize * labels.length))).toBeLessThanOrEqual(classes);
    }),
  );
});

test('the seed decides, and rows sorted by class are mixed', () => {
  const sorted = Int32Array.from({ length: 100 }, (_, i) => Math.floor(i / 50));
  const options = { testSize: 0.2, validationSize: 0, seed: 1 };
  expect(stratifiedSplit(sorted, 2, options)).toEqual(stratifiedSplit(sorted, 2, options));
  const { test: held } = stratifiedSplit(sorted, 2, options);
  expect(held).not.toEqual(stratifiedSplit(sorted, 2, { ...options, seed: 2 }).test);
  expect(Array.from(held).filter((r) => r < 50)).toHaveLength(10);
});
