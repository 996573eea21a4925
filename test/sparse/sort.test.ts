import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortInPlace } from '../../src/sparse/sort.js';

test('numbers are sorted in place, however many and however large', () => {
  const largest = fc.constantFrom(1, 100, 75_000, 2 ** 32 - 1);
  const lists = largest.chain((max) => fc.uint32Array({ max, maxLength: 700 }));
  fc.assert(
    fc.property(lists, (numbers) => {
      const expected = numbers.slice().sort();
      sortInPlace(numbers);
      expect(numbers).toEqual(expected);
    }),
    { numRuns: 200, seed: 3 },
  );
});
