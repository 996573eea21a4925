import { expect, test } from 'vitest';
import { evaluateFully, metricNames } from '../../src/metrics/evaluation.js';
import { outcomesOf } from '../../src/metrics/outcomes.js';
import { checkGateClasses, parseGates } from '../../src/tasks/gate-syntax.js';

const one = (text: string) => parseGates([text])[0]!;

test.each([
  ['f1_macro >= 0.85', { figure: 'f1_macro', operator: '>=', bound: 0.85, champion: false }],
  ['accuracy>90%', { figure: 'accuracy', operator: '>', bound: 0.9 }],
  ['log_loss <= champion', { operator: '<=', champion: true, bound: 0, confidence: null }],
  ['log_loss < champion + .01', { operator: '<', champion: true, bound: 0.01 }],
  ['f1_macro >= champion - 0.5% @95%', { champion: true, bound: -0.005, confidence: 0.95 }],
  ['matthews_corrcoef >= -1e-2', { bound: -0.01 }],
  ['recall(urgent) >= 0.9', { figure: 'recall', label: 'urgent', bound: 0.9 }],
  ['f1(a (b) >= c) >= champion @ 90 %', { figure: 'f1', label: 'a (b) >= c', confidence: 0.9 }],
  ['precision(" x ") >= 0.5', { label: ' x ' }],
  ['accuracy[source=web] >= 0.8', { figure: 'accuracy', label: null, slice: { by: 'source', value: 'web' } }],
  ['f1_macro [text_length = 1 to 40] > .5', { slice: { by: 'text_length', value: '1 to 40' }, bound: 0.5 }],
  ['difference[q="a [b]>= 1"] >= -5%', { slice: { by: 'q', value: 'a [b]>= 1' }, bound: -0.05 }],
])('%s', (text, gate) => {
  expect(one(text)).toMatchObject(gate);
});

test.each([
  ['f1_macro', 'cannot be read'],
  ['f1_macro = 0.8', 'cannot be read'],
  ['f1_macro >= challenger', 'cannot be read'],
  ['f1_macro >= 0.8 @95%', 'cannot be read'],
  ['f2 >= 0.8', 'asks for "f2", which is no metric'],
  ['accuracy(urgent) >= 0.8', 'which is no metric of a class'],
  ['log_loss[source=web] <= 1', 'which is no metric of a slice'],
  ['accuracy[source] >= 0.8', 'cannot be read'],
  ['accuracy[source=web] >= champion', 'holds a slice to the champion, expected a number'],
  ['roc_auc >= champion @95%', 'which is not resampled'],
  ['f1_macro >= champion @20%', 'expected 50 % to below 100 %'],
])('%s is refused', (text, message) => {
  expect(() => one(text)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) }),
  );
});

test('what a gate may ask for is what an evaluation has', () => {
  const { metrics } = evaluateFully(outcomesOf(['a', 'b'], 2, [], new Float64Array(0)));
  expect([...metricNames].sort()).toEqual(Object.keys(metrics).sort());
  expect(() => one('f2 >= 0.8')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('f1_macro, f1_micro') }),
  );
  expect(() => checkGateClasses(parseGates(['recall(c) >= 0.1']), ['a', 'b'])).toThrow(
    expect.objectContaining({ code: 'usage', hint: 'the classes are a, b' }),
  );
});
