import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../src/metrics/classification.js';
import { DecidedCounts, decisionMetrics } from '../../src/metrics/decided-counts.js';
import { outcomesOf } from '../../src/metrics/outcomes.js';
import { type Targets, tuneThresholds } from '../../src/metrics/thresholds.js';
import { decidedClass } from '../../src/predictions.js';

/** Labelled rows with probabilities of some classes, many of them equal to each other. */
const scoredRows = (classes: number) =>
  fc
    .array(
      fc.record({
        label: fc.integer({ min: 0, max: classes - 1 }),
        scores: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: classes, maxLength: classes }),
      }),
      { minLength: 2, maxLength: 40 },
    )
    .map((rows) => ({
      classes,
      labels: Int32Array.from(rows, ({ label }) => label),
      probabilities: Float64Array.from(
        rows.flatMap(({ scores }) => {
          const sum = scores.reduce((a, b) => a + b, 0);
          return scores.map((score) => (sum === 0 ? 1 / classes : score / sum));
        }),
      ),
    }));

const names = ['a', 'b', 'c', 'd'];

function figuresBy(
  rows: { classes: number; labels: Int32Array; probabilities: Float64Array },
  thresholds?: readonly (number | null)[],
) {
  const labels = names.slice(0, rows.classes);
  return evaluate(outcomesOf(labels, rows.classes, rows.labels, rows.probabilities, thresholds));
}

test('a class is decided for from its threshold on, else the most probable of those without one', () => {
  const decided = (p: number[], thresholds?: (number | null)[]) =>
    decidedClass(Float64Array.of(9, ...p), 1, p.length, thresholds);
  expect(decided([0.5, 0.5])).toBe(0);
  expect(decided([0.2, 0.8], [null, 0.9])).toBe(0);
  expect(decided([0.1, 0.9], [null, 0.9])).toBe(1);
  expect(decided([0.6, 0.3, 0.1], [null, null, 0.1])).toBe(2);
  expect(decided([0.4, 0.5, 0.1], [null, 0.6, null])).toBe(0);
  // of several that reach theirs, the largest multiple
  expect(decided([0.5, 0.3, 0.2], [null, 0.2, 0.1])).toBe(2);
  // where all have one, none has to reach it
  expect(decided([0.5, 0.3, 0.2], [0.9, 0.5, 0.4])).toBe(1);
});

test('figures that are kept while rows move are those of the rows', () => {
  const moves = fc.array(fc.record({ row: fc.nat(39), to: fc.nat(3) }), { maxLength: 30 });
  fc.assert(
    fc.property(scoredRows(4), moves, (rows, chosen) => {
      const decided = Uint32Array.from(rows.labels, () => 0);
      const counts = new DecidedCounts(rows.labels, decided, 4);
      for (const { row, to } of chosen) {
        const r = row % rows.labels.length;
        counts.move(r, decided[r]!, to);
        decided[r] = to;
      }
      const outcomes = outcomesOf(names, 4, rows.labels, rows.probabilities);
      const { metrics, perClass } = evaluate({ ...outcomes, predicted: decided });
      for (const name of decisionMetrics) expect(counts.metric(name)).toBeCloseTo(metrics[name] ?? 0, 9);
      perClass.forEach((figures, c) => {
        for (const name of ['precision', 'recall', 'f1'] as const) {
          expect(counts.figure(name, c)).toBe(figures[name] ?? 0);
        }
      });
    }),
  );
});

test('a floor of one class is met with the best of the other figure, or missed by the least', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(2, 3),
      fc.constantFrom('precision' as const, 'recall' as const),
      fc.constantFrom(0.5, 0.75, 0.9, 1),
      fc.gen(),
      (classes, figure, bound, gen) => {
        const rows = gen(scoredRows, classes);
        const other = figure === 'precision' ? 'recall' : 'precision';
        const thresholds = tuneThresholds(rows, { floors: [{ figure, class: 1, bound }] });
        expect(thresholds.map((threshold) => threshold === null)).toEqual(
          names.slice(0, classes).map((_, c) => c !== 1),
        );
        const of = (threshold: number) => {
          const found = figuresBy(
            rows,
            thresholds.map((each) => each && threshold),
          ).perClass[1]!;
          return [Math.max(0, bound - (found[figure] ?? 0)), found[other] ?? 0] as const;
        };
        const [missed, gained] = of(thresholds[1]!);
        // every threshold that makes a difference
        const all = [1, ...rows.probabilities.filter((p, i) => i % classes === 1 && p > 0)].map(of);
        const least = Math.min(...all.map(([each]) => each));
        expect(missed).toBeCloseTo(least, 9);
        const best = Math.max(...all.filter(([each]) => each < least + 1e-9).map(([, each]) => each));
        expect(gained).toBeCloseTo(best, 9);
      },
    ),
  );
});

test('a metric never falls, and floors come before it', () => {
  const targets = fc.constantFrom<Targets>(
    { floors: [], goal: { metric: 'f1_macro' } },
    { floors: [], goal: { metric: 'matthews_corrcoef' } },
    { floors: [], goal: { figure: 'f1', class: 1 } },
    { floors: [{ figure: 'recall', class: 0, bound: 0.9 }], goal: { metric: 'accuracy' } },
  );
  fc.assert(
    fc.property(fc.constantFrom(2, 3, 4), targets, fc.gen(), (classes, asked, gen) => {
      const rows = gen(scoredRows, classes);
      const thresholds = tuneThresholds(rows, asked);
      const judged = (found: ReturnType<typeof figuresBy>) => {
        const { goal } = asked;
        const value = goal && 'metric' in goal ? found.metrics[goal.metric] : found.perClass[1]!.f1;
        const missed = asked.floors.map(({ bound }) => Math.max(0, bound - (found.perClass[0]!.recall ?? 0)));
        return { missed: missed[0] ?? 0, value: value ?? 0 };
      };
      const [before, after] = [judged(figuresBy(rows)), judged(figuresBy(rows, thresholds))];
      expect(after.missed).toBeLessThanOrEqual(before.missed + 1e-9);
      if (Math.abs(after.missed - before.missed) < 1e-9) {
        expect(after.value).toBeGreaterThanOrEqual(before.value - 1e-9);
      }
      for (const threshold of thresholds) {
        if (threshold === null) continue;
        expect(threshold).toBeGreaterThan(0);
        expect(threshold).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('floors of both of two classes are met together where that can be', () => {
  const p = [0.05, 0.1, 0.2, 0.35, 0.45, 0.6, 0.7, 0.8, 0.9, 0.95];
  const labels = Int32Array.of(0, 0, 0, 0, 1, 0, 1, 1, 1, 1);
  const rows = { classes: 2, labels, probabilities: Float64Array.from(p.flatMap((q) => [1 - q, q])) };
  const thresholds = tuneThresholds(rows, {
    floors: [
      { figure: 'precision', class: 1, bound: 0.8 },
      { figure: 'recall', class: 1, bound: 0.9 },
    ],
  });
  expect(thresholds).toEqual([null, 0.4]);
  const { perClass } = figuresBy(rows, thresholds);
  expect(perClass[1]).toMatchObject({ precision: 5 / 6, recall: 1 });
});
