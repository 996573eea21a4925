import { describe, expect, test } from 'vitest';
import { evaluate, type Metrics, type Outcome } from '../../src/metrics/classification.js';
import { argmax } from '../../src/predictions.js';
import { golden } from '../support/golden.js';

describe(`like ${golden.made_by}`, () => {
  test.each(golden.metrics.map((expected) => [expected.truth.join(''), expected] as const))(
    '%s',
    (_name, expected) => {
      const outcomes: Outcome[] = expected.truth.map((label, row) => {
        const p = Float64Array.from(expected.probabilities[row]!);
        const best = argmax(p, 0, p.length);
        const own = expected.classes.indexOf(label);
        return {
          label,
          predicted: expected.classes[best]!,
          score: p[best]!,
          labelScore: own < 0 ? null : p[own]!,
        };
      });
      const { metrics } = evaluate(outcomes, expected.classes);
      for (const [name, value] of Object.entries(metrics) as [keyof Metrics, number][]) {
        if (name !== 'n') expect(value, name).toBeCloseTo(expected[name] as number, 12);
      }
    },
  );
});

const outcome = (label: string, predicted: string, labelScore: number | null = 0.5): Outcome => ({
  label,
  predicted,
  score: 0.5,
  labelScore,
});

test('what is undefined is null', () => {
  const { metrics } = evaluate([], ['a', 'b']);
  expect(metrics).toEqual({
    n: 0,
    accuracy: null,
    f1_macro: null,
    f1_micro: null,
    f1_weighted: null,
    precision_macro: null,
    recall_macro: null,
    log_loss: null,
  });
  const { perClass } = evaluate([outcome('a', 'a'), outcome('b', 'a')], ['a', 'b', 'c']);
  expect(perClass).toEqual([
    { label: 'a', precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
    { label: 'b', precision: null, recall: 0, f1: 0, support: 1 },
    { label: 'c', precision: null, recall: null, f1: null, support: 0 },
  ]);
});

test('labels that the model does not know are counted and wrong', () => {
  const outcomes = [outcome('a', 'a'), outcome('new', 'a', null), outcome('__proto__', 'b', null)];
  const { metrics, unknownLabels, confusion } = evaluate(outcomes, ['a', 'b']);
  expect(metrics.accuracy).toBeCloseTo(1 / 3);
  expect(metrics.log_loss).toBeCloseTo(Math.log(2));
  expect(Object.entries(unknownLabels)).toEqual([
    ['new', 1],
    ['__proto__', 1],
  ]);
  expect(confusion.labels).toEqual(['a', 'b', 'new', '__proto__']);
  expect(confusion.counts[2]).toEqual([1, 0, 0, 0]);
});
