import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../src/metrics/classification.js';
import { type Comparison, compare, flipsOfSlices } from '../../src/metrics/comparison.js';
import { mcnemar } from '../../src/metrics/mcnemar.js';
import { type Outcomes, outcomesOf } from '../../src/metrics/outcomes.js';
import { firstUnlike, paired } from '../../src/metrics/paired.js';
import { seededRandom } from '../../src/random.js';
import { golden } from '../support/golden.js';

const labels = ['a', 'b', 'c'];

/** Rows of three classes; `hits` says of which a model is right. */
function rowsOf(rows: number, hits: (r: number) => boolean, sure = (_: number) => 0.8): Outcomes {
  const truth = Uint32Array.from({ length: rows }, (_, r) => r % 3);
  const all = new Float64Array(3 * rows);
  for (let r = 0; r < rows; r++) {
    const said = hits(r) ? truth[r]! : (truth[r]! + 1) % 3;
    for (let c = 0; c < 3; c++) all[3 * r + c] = c === said ? sure(r) : (1 - sure(r)) / 2;
  }
  return outcomesOf(labels, 3, truth, all);
}

/** Right about `share` of the rows, drawn at random. */
function drawn(rows: number, share: number, seed: number): Outcomes {
  const random = seededRandom(seed);
  const [hits, sure] = [new Float64Array(rows), new Float64Array(rows)].map((all) => all.map(random));
  return rowsOf(
    rows,
    (r) => hits![r]! < share,
    (r) => 0.5 + sure![r]! / 2,
  );
}

const verdicts = ({ metrics }: Comparison) => Object.values(metrics).map(({ verdict }) => verdict);

const someOutcomes = fc
  .record({
    rows: fc.integer({ min: 1, max: 60 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    other: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.nat(1000),
  })
  .map(({ rows, share, other, seed }) => [drawn(rows, share, seed), drawn(rows, other, seed + 1)] as const);

test("McNemar's p-values are those of scipy's binomtest", () => {
  for (const [onlyA, onlyB, p] of golden.mcnemar) {
    expect(mcnemar(onlyA, onlyB) / p, `${onlyA} and ${onlyB}`).toBeCloseTo(1, 9);
    expect(mcnemar(onlyB, onlyA)).toBe(mcnemar(onlyA, onlyB));
  }
});

test('a model is the same as itself, on any rows', () => {
  fc.assert(
    fc.property(someOutcomes, ([outcomes]) => {
      const compared = compare(paired(outcomes, outcomes), { resamples: 20 });
      expect(verdicts(compared)).toEqual(['same', 'same', 'same']);
      expect(compared).toMatchObject({ verdict: 'same', changed: 0, negativeFlipRate: 0, mcnemar: { p: 1 } });
      expect(compared.metrics.log_loss.interval).toEqual([0, 0]);
    }),
    { numRuns: 40 },
  );
});

test('the other way around signs and verdicts change sides', () => {
  const other = { improved: 'regressed', regressed: 'improved', same: 'same', 'cannot tell': 'cannot tell' };
  fc.assert(
    fc.property(someOutcomes, ([a, b]) => {
      const [there, back] = [
        compare(paired(a, b), { resamples: 50 }),
        compare(paired(b, a), { resamples: 50 }),
      ];
      for (const name of ['accuracy', 'f1_macro', 'log_loss'] as const) {
        const [one, two] = [there.metrics[name], back.metrics[name]];
        expect(two.difference).toBeCloseTo(-one.difference!, 12);
        expect(two.interval![0]).toBeCloseTo(-one.interval![1], 12);
        expect(two.verdict).toBe(other[one.verdict]);
      }
      expect(back.mcnemar).toEqual({
        rightToWrong: there.mcnemar.wrongToRight,
        wrongToRight: there.mcnemar.rightToWrong,
        p: there.mcnemar.p,
      });
    }),
    { numRuns: 60 },
  );
});

test('figures are those of the evaluation, and the interval of the difference is that of paired rows', () => {
  const rows = 6000;
  const [a, b] = [drawn(rows, 0.8, 1), drawn(rows, 0.83, 2)];
  const { metrics, flips, changed } = compare(paired(a, b));
  for (const name of ['accuracy', 'f1_macro', 'log_loss'] as const) {
    expect(metrics[name].a).toBeCloseTo(evaluate(a).metrics[name]!, 12);
    expect(metrics[name].b).toBeCloseTo(evaluate(b).metrics[name]!, 12);
  }
  const off = Float64Array.from(
    a.truth,
    (own, r) => Number(b.predicted[r] === own) - Number(a.predicted[r] === own),
  );
  const mean = off.reduce((sum, x) => sum + x, 0) / rows;
  const deviation = Math.sqrt(off.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / rows;
  const { difference, interval, verdict } = metrics.accuracy;
  expect(difference).toBeCloseTo(mean, 12);
  expect((interval![1] - interval![0]) / (2 * 1.96 * deviation)).toBeCloseTo(1, 1);
  expect(verdict).toBe('improved');
  expect(changed).toBe(off.filter((x) => x !== 0).length);
  expect(flips.reduce((sum, flip) => sum + flip.wrongToRight - flip.rightToWrong, 0) / rows).toBeCloseTo(
    mean,
    12,
  );
});

test('what rows are too few for cannot be told, and more of the same kind tell it', () => {
  const pair = (rows: number) =>
    compare(
      paired(
        rowsOf(rows, (r) => r % 10 !== 0),
        rowsOf(rows, (r) => r % 10 !== 0 || r % 50 === 0),
      ),
    );
  const few = pair(150);
  expect(few.mcnemar).toMatchObject({ rightToWrong: 0, wrongToRight: 3 });
  expect(few.verdict).toBe('cannot tell');
  const needed = few.metrics.accuracy.rowsToTell!;
  expect(needed).toBeGreaterThan(150);
  expect(needed).toBeLessThan(2000);
  expect(pair(needed).verdict).toBe('improved');
});

test('as good as the same takes rows enough to say so', () => {
  const twin = (rows: number) =>
    compare(
      paired(
        rowsOf(
          rows,
          () => true,
          () => 0.9,
        ),
        rowsOf(
          rows,
          () => true,
          () => 0.901,
        ),
      ),
    ).metrics;
  expect(twin(90).accuracy).toMatchObject({ verdict: 'cannot tell', rowsToTell: 600 });
  expect(twin(600).accuracy).toMatchObject({ verdict: 'same', rowsToTell: null });
});

test('classes that one model does not know are compared, and their rows have no loss', () => {
  const a = rowsOf(300, () => true);
  const b = outcomesOf(
    ['b', 'a', 'c'],
    2,
    Uint32Array.from(a.truth, (own) => [1, 0, 2][own]!),
    new Float64Array(600).fill(0.5),
  );
  const pairs = paired(a, b);
  expect(firstUnlike(a, b)).toBeUndefined();
  const { metrics, flips } = compare(pairs);
  expect(metrics.log_loss.b).toBeCloseTo(Math.LN2, 12);
  expect(metrics.accuracy.b).toBeCloseTo(1 / 3, 12);
  expect(flips.map(({ label, rightToWrong }) => [label, rightToWrong])).toEqual([
    ['a', 100],
    ['b', 0],
    ['c', 100],
  ]);
  expect(
    firstUnlike(
      a,
      rowsOf(299, () => true),
    ),
  ).toBe(299);
});

test('50,000 rows are compared in less than two seconds', () => {
  const pairs = paired(drawn(50_000, 0.9, 1), drawn(50_000, 0.91, 2));
  const begun = performance.now();
  expect(compare(pairs).verdict).toBe('improved');
  expect((performance.now() - begun) / 1000).toBeLessThan(process.env.CI ? 6 : 2);
});

test('flips are divided by the slices of the rows, those that went wrong first', () => {
  // a is right about rows below 6, b about rows from 4 on
  const [a, b] = [rowsOf(12, (r) => r < 6), rowsOf(12, (r) => r >= 4)];
  const of = Uint32Array.from({ length: 12 }, (_, r) => Math.floor(r / 4));
  const source = { by: 'source', how: 'values' as const, distinct: 3, names: ['web', 'app', 'mail'], of };
  const whole = { ...source, by: 'kind', names: ['all'], of: new Uint32Array(12) };
  expect(flipsOfSlices(paired(a, b), [source, whole])).toEqual([
    { by: 'source', value: 'web', rows: 4, rightToWrong: 4, wrongToRight: 0 },
    { by: 'kind', value: 'all', rows: 12, rightToWrong: 4, wrongToRight: 6 },
    { by: 'source', value: 'app', rows: 4, rightToWrong: 0, wrongToRight: 2 },
    { by: 'source', value: 'mail', rows: 4, rightToWrong: 0, wrongToRight: 4 },
  ]);
  expect(flipsOfSlices(paired(a, a), [source, whole])).toEqual([]);
});
