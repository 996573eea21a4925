import { describe, expect, test } from 'vitest';
import { Numbered } from '../../src/data/numbered.js';
import { evaluate } from '../../src/metrics/classification.js';
import { evaluateFully } from '../../src/metrics/evaluation.js';
import { joined, type Outcomes, outcomesOf } from '../../src/metrics/outcomes.js';
import { golden } from '../support/golden.js';

describe(`like ${golden.made_by}`, () => {
  test.each(golden.metrics.map((expected) => [expected.truth.join(''), expected] as const))(
    '%s',
    (_name, expected) => {
      const labels = new Numbered(expected.classes);
      const truth = expected.truth.map((label) => labels.of(label));
      const probabilities = Float64Array.from(expected.probabilities.flat());
      const { metrics } = evaluateFully(
        outcomesOf(labels.names, expected.classes.length, truth, probabilities),
      );
      for (const [name, value] of Object.entries(metrics)) {
        if (name === 'n') continue;
        if (expected[name] === null) expect(value, name).toBeNull();
        else expect(value, name).toBeCloseTo(expected[name] as number, 12);
      }
    },
  );
});

/** Rows whose true labels and predictions these are, each with probability 1/2. */
function outcomes(classes: string[], rows: [label: string, predicted: string][]): Outcomes {
  const labels = new Numbered(classes);
  const truth = rows.map(([label]) => labels.of(label));
  return {
    labels: labels.names,
    classes: classes.length,
    truth,
    predicted: Uint32Array.from(rows, ([, predicted]) => classes.indexOf(predicted)),
    score: new Float64Array(rows.length).fill(0.5),
    labelScore: Float64Array.from(truth, (label) => (label < classes.length ? 0.5 : Number.NaN)),
    probabilities: null,
  };
}

test('what is undefined is null', () => {
  const { metrics } = evaluate(outcomes(['a', 'b'], []));
  expect(metrics).toEqual({
    n: 0,
    accuracy: null,
    balanced_accuracy: null,
    f1_macro: null,
    f1_micro: null,
    f1_weighted: null,
    precision_macro: null,
    precision_micro: null,
    precision_weighted: null,
    recall_macro: null,
    recall_micro: null,
    recall_weighted: null,
    matthews_corrcoef: null,
    cohen_kappa: null,
    log_loss: null,
  });
  const rows = outcomes(
    ['a', 'b', 'c'],
    [
      ['a', 'a'],
      ['b', 'a'],
    ],
  );
  const { perClass } = evaluate(rows);
  expect(perClass).toEqual([
    { label: 'a', precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
    { label: 'b', precision: null, recall: 0, f1: 0, support: 1 },
    { label: 'c', precision: null, recall: null, f1: null, support: 0 },
  ]);
});

test('labels that the model does not know are counted and wrong', () => {
  const rows = outcomes(
    ['a', 'b'],
    [
      ['a', 'a'],
      ['new', 'a'],
      ['__proto__', 'b'],
    ],
  );
  const { metrics, unknownLabels, confusion } = evaluate(rows);
  expect(metrics.accuracy).toBeCloseTo(1 / 3);
  expect(metrics.log_loss).toBeCloseTo(Math.log(2));
  expect(Object.entries(unknownLabels)).toEqual([
    ['new', 1],
    ['__proto__', 1],
  ]);
  expect(confusion.labels).toEqual(['a', 'b', 'new', '__proto__']);
  expect(confusion.counts[2]).toEqual([1, 0, 0, 0]);
});

test('labels that only other rows have are no part of it', () => {
  const rows = outcomes(['a', 'b'], [['a', 'a']]);
  const { perClass, unknownLabels } = evaluate({ ...rows, labels: ['a', 'b', 'elsewhere'] });
  expect(perClass.map(({ label }) => label)).toEqual(['a', 'b']);
  expect(unknownLabels).toEqual({});
});

test('outcomes one after the other are those of all rows', () => {
  const names = ['a', 'b', 'new'];
  const probabilities = Float64Array.of(0.9, 0.1, 0.2, 0.8, 0.5, 0.5);
  const whole = outcomesOf(names, 2, [1, 2, 0], probabilities);
  const parts = [
    outcomesOf(names, 2, [1], probabilities.subarray(0, 2)),
    outcomesOf(names, 2, [2, 0], probabilities.subarray(2)),
  ];
  expect(joined(names, 2, parts)).toEqual({ ...whole, truth: Uint32Array.of(1, 2, 0) });
  expect([...whole.predicted]).toEqual([0, 1, 0]);
  expect([...whole.labelScore]).toEqual([0.1, Number.NaN, 0.5]);
});
