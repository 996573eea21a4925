import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootstrapIntervals } from '../../src/metrics/bootstrap.js';
import { groupsOfNumbers, groupsOfValues } from '../../src/metrics/groups.js';
import { SurestMistakes } from '../../src/metrics/mistakes.js';
import { type Outcomes, outcomesOf } from '../../src/metrics/outcomes.js';
import { differenceInterval, wilsonInterval } from '../../src/metrics/proportions.js';
import { slicesOf } from '../../src/metrics/slices.js';
import { seededRandom } from '../../src/random.js';
import { golden } from '../support/golden.js';

/** Rows of classes of which the model says these, each with a probability of its own. */
function said(truth: readonly number[], predicted: readonly number[], labels = ['a', 'b', 'c'], seed = 1) {
  const random = seededRandom(seed);
  const all = new Float64Array(truth.length * labels.length);
  predicted.forEach((label, r) => {
    const sure = 0.5 + random() / 2;
    for (let c = 0; c < labels.length; c++) {
      all[r * labels.length + c] = c === label ? sure : (1 - sure) / (labels.length - 1);
    }
  });
  return outcomesOf(labels, labels.length, Uint32Array.from(truth), all);
}

/** Values as places among the different ones. */
function numbered(values: readonly string[]): [names: string[], places: Uint32Array] {
  const names = [...new Set(values)];
  return [names, Uint32Array.from(values, (value) => names.indexOf(value))];
}

describe(`like ${golden.made_by}, pandas and scipy`, () => {
  test.each(golden.slices.map((rows) => [rows.number.length, rows] as const))('%i rows', (_, rows) => {
    const quarters = groupsOfNumbers('quarter', Float64Array.from(rows.number));
    const values = groupsOfValues('value', ...numbered(rows.value));
    const { slices } = slicesOf(said(rows.truth, rows.predicted), [quarters, values]);
    expect(slices.length).toBe(rows.slices.length);
    for (const [by, least, greatest, value, n, accuracy, f1, difference] of rows.slices) {
      const short = (number: number) => Number(number.toPrecision(6));
      const range = least === greatest ? String(least) : `${short(least)} to ${short(greatest)}`;
      const found = slices.find((slice) => slice.value === (by === 'quarter' ? range : value));
      expect(found, `${by} ${value} ${range}`).toMatchObject({ by, n });
      expect(found!.accuracy).toBeCloseTo(accuracy, 12);
      expect(found!.f1_macro).toBeCloseTo(f1, 12);
      expect(found!.difference).toBeCloseTo(difference, 12);
    }
  });

  test.each(golden.wilson)('Wilson interval of %i in %i', (hits, rows, low, high) => {
    const found = wilsonInterval(hits, rows);
    expect(found[0]).toBeCloseTo(low, 12);
    expect(found[1]).toBeCloseTo(high, 12);
  });
});

test("a difference of proportions has the intervals of Newcombe's paper (1998, table II, method 10)", () => {
  const cases = [
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [10, 10, 0, 10, 0.6075, 1],
  ] as const;
  for (const [hitsA, rowsA, hitsB, rowsB, low, high] of cases) {
    const found = differenceInterval({ hits: hitsA, rows: rowsA }, { hits: hitsB, rows: rowsB });
    expect(found[0]).toBeCloseTo(low, 4);
    expect(found[1]).toBeCloseTo(high, 4);
  }
});

test('a few wrong rows do not come before many that are surely worse', () => {
  const truth = [...Array(300).keys()].map((r) => r % 2);
  // of y half are wrong, of z both, of x none
  const values = truth.map((_, r) => (r < 2 ? 'z' : r < 102 ? 'y' : 'x'));
  const wrong = truth.map((_, r) => r < 2 || (r < 102 && r % 4 < 2));
  const outcomes = said(
    truth,
    truth.map((label, r) => (wrong[r] ? 1 - label : label)),
  );
  const { slices, slicedBy } = slicesOf(outcomes, [groupsOfValues('source', ...numbered(values))]);
  expect(slices.map(({ value }) => value)).toEqual(['y', 'x', 'z']);
  expect(slicedBy).toEqual([{ by: 'source', how: 'values', distinct: 3, slices: 3 }]);
  const [y, x, z] = slices;
  expect(y!.difference).toBeCloseTo(0.5 - 198 / 200, 12);
  expect(y!.differenceInterval![1]).toBeLessThan(-0.35);
  expect(z).toMatchObject({ n: 2, accuracy: 0, f1_macro: 0, intervals: { accuracy: null } });
  expect(x).toMatchObject({ accuracy: 1, intervals: { accuracy: null, f1_macro: null } });
});

test('intervals are those of a bootstrap of the rows of the slice alone', () => {
  const random = seededRandom(3);
  const truth = Array.from({ length: 3000 }, () => Math.floor(random() ** 2 * 3));
  const values = truth.map((_, r) => (r % 3 === 0 ? 'x' : 'y'));
  const outcomes = said(
    truth,
    truth.map((label) => (random() < 0.7 ? label : Math.floor(random() * 3))),
  );
  for (const { value, intervals, n } of slicesOf(outcomes, [groupsOfValues('source', ...numbered(values))])
    .slices) {
    const rows = [...truth.keys()].filter((r) => values[r] === value);
    const alone = said(
      rows.map((r) => truth[r]!),
      rows.map((r) => outcomes.predicted[r]!),
    );
    const drawn = bootstrapIntervals(alone);
    // bounds of 1,000 draws are drawn themselves
    const near = 0.5 * Math.sqrt((0.2 * 0.8) / n);
    for (const metric of ['accuracy', 'f1_macro'] as const) {
      for (const bound of [0, 1]) {
        expect(Math.abs(intervals[metric]![bound]! - drawn[metric]![bound]!)).toBeLessThan(near);
      }
    }
  }
});

test('a slice of all rows has nothing to be compared with, and labels that the model does not know are wrong', () => {
  const outcomes: Outcomes = {
    ...said([0, 1, 0, 1], [0, 1, 0, 0]),
    labels: ['a', 'b', 'c', 'new'],
    truth: [0, 1, 3, 1],
  };
  const { slices } = slicesOf(outcomes, [groupsOfValues('all', ...numbered(['', '', '', '']))]);
  expect(slices).toMatchObject([
    { value: '(empty)', n: 4, accuracy: 0.5, difference: null, differenceInterval: null },
  ]);
  // a: 2 · 1 / (3 + 1), b: 2 · 1 / (1 + 2), new: 0
  expect(slices[0]!.f1_macro).toBeCloseTo((0.5 + 2 / 3 + 0) / 3, 12);
});

test('many values are the most frequent ones and the others, many numbers are quarters', () => {
  const values = [...Array(100).keys()].flatMap((i) => Array(i < 20 ? 3 : 1).fill(`v${i}`));
  const groups = groupsOfValues('user', ...numbered(values));
  expect(groups).toMatchObject({ how: 'most frequent values', distinct: 100 });
  expect(groups.names.length).toBe(21);
  expect(groups.names.at(-1)).toBe('(others: 80)');
  expect(groups.of.filter((group) => group === 20).length).toBe(80);

  // what a gate names is told by itself
  const needed = groupsOfValues('user', ...numbered(values), ['v99', 'v3', 'nobody']);
  expect(needed.names.slice(20)).toEqual(['v99', '(others: 79)']);
  expect(needed.of.at(-1)).toBe(20);

  const ages = groupsOfValues('age', ...numbered(['', ...[...Array(40).keys()].map((i) => String(i - 4))]));
  expect(ages.names).toEqual(['-4 to 5', '6 to 15', '16 to 25', '26 to 35', '(empty)']);
  expect(ages).toMatchObject({ how: 'quartiles', distinct: 41 });
  expect([...ages.of].slice(0, 2)).toEqual([4, 0]);
});

test('every row is in the group that its number is named by', () => {
  const property = fc.property(
    fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.NaN)), { minLength: 1 }),
    (numbers) => {
      const { names, of } = groupsOfNumbers('n', Float64Array.from(numbers));
      expect(new Set(of)).toEqual(new Set(names.keys()));
      numbers.forEach((number, r) => {
        const [low, high = low] = names[of[r]!]!.split(' to ').map(Number);
        if (Number.isNaN(number)) expect(names[of[r]!]).toBe('(empty)');
        else expect(number >= low! && number <= high!).toBe(true);
      });
    },
  );
  fc.assert(property, { numRuns: 300, seed: 1 });
});

test('the surest mistakes are those of all rows, in whatever parts they come', () => {
  const property = fc.property(fc.array(fc.nat(5), { maxLength: 60 }), fc.nat(8), (scores, size) => {
    const rows = scores.length;
    const truth = Uint32Array.from({ length: rows }, (_, r) => r % 2);
    const all = Float64Array.from({ length: 2 * rows }, (_, i) => {
      const sure = 0.5 + scores[i >> 1]! / 10;
      return i % 2 === 0 ? sure : 1 - sure;
    });
    const whole = outcomesOf(['a', 'b'], 2, truth, all);
    const expected = [...scores.keys()]
      .filter((r) => whole.predicted[r] !== truth[r])
      .sort((a, b) => whole.score[b]! - whole.score[a]! || a - b)
      .slice(0, 5);
    const found = new SurestMistakes(5);
    for (let r = 0; r < rows; r += size + 1) {
      const part = outcomesOf(
        ['a', 'b'],
        2,
        truth.slice(r, r + size + 1),
        all.slice(2 * r, 2 * (r + size + 1)),
      );
      found.add(
        part,
        r,
        Array.from(part.predicted, (_, i) => `text ${r + i}`),
      );
    }
    expect(found.worst.map(({ row }) => row)).toEqual(expected);
    for (const { row, label, predicted, score, labelScore, text } of found.worst) {
      expect([label, predicted, text]).toEqual(['b', 'a', `text ${row}`]);
      expect(score + labelScore!).toBeCloseTo(1, 12);
    }
  });
  fc.assert(property, { numRuns: 300, seed: 1 });
});
