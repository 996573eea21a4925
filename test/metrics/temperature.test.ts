import { expect, test } from 'vitest';
import { meanLoss } from '../../src/metrics/classification.js';
import { outcomesOf } from '../../src/metrics/outcomes.js';
import { fitTemperature, tempered, untempered } from '../../src/metrics/temperature.js';
import { golden } from '../support/golden.js';

test.each(golden.temperatures)('the temperature is scikit-learn’s: $temperature', (expected) => {
  const classes = expected.logits[0]!.length;
  const rows = {
    logits: Float64Array.from(expected.logits.flat()),
    labels: Int32Array.from(expected.labels),
    classes,
  };
  const temperature = fitTemperature(rows) as number;
  // scikit-learn's search ends at 1e-6 of it
  expect(temperature / expected.temperature).toBeCloseTo(1, 5);
  const loss = (by: number) => {
    const names = Array.from({ length: classes }, (_, c) => String(c));
    return meanLoss(outcomesOf(names, classes, rows.labels, tempered(rows.logits, classes, by)))!;
  };
  expect(loss(temperature)).toBeCloseTo(expected.log_loss, 9);
  for (const beside of [1 - 1e-5, 1 + 1e-5]) {
    expect(loss(temperature)).toBeLessThanOrEqual(loss(temperature * beside));
  }
  const after = tempered(rows.logits, classes, temperature);
  expected.first_probabilities.flat().forEach((p, i) => {
    expect(after[i]).toBeCloseTo(p, 5);
  });
  // a number for each row changes nothing, however large the logits are
  const shifted = rows.logits.map((z, i) => 1000 * z + 1e5 * Math.floor(i / classes));
  expect((fitTemperature({ ...rows, logits: shifted }) as number) / temperature / 1000).toBeCloseTo(1, 8);
  const back = untempered(after, classes, temperature);
  tempered(rows.logits, classes, 1).forEach((p, i) => {
    expect(back[i]).toBeCloseTo(p, 12);
  });
});

test('where no temperature is best, that is said', () => {
  const labels = Int32Array.of(0, 1);
  const right = { logits: Float64Array.of(2, 1, -3, 4), labels, classes: 2 };
  expect(fitTemperature(right)).toBe('all right');
  const wrong = { logits: Float64Array.of(1, 2, 4, -3), labels, classes: 2 };
  expect(fitTemperature(wrong)).toBe('no better than chance');
});
