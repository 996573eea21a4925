import { describe, expect, test } from 'vitest';
import { openDevice } from '../../src/compute/index.js';
import { readExamples } from '../../src/data/examples.js';
import { TfidfCollector } from '../../src/features/tfidf-fit.js';
import { fitLogistic, historyFor } from '../../src/models/logistic.js';
import { fromSklearn, golden } from '../support/golden.js';
import { tickets } from '../support/temp.js';

const rows: { text: string; label: string }[] = [];
await readExamples([tickets], { onBadRow: 'fail' }, ({ text, label }) => rows.push({ text, label }));

describe.each(['wasm', 'cpu'] as const)(`like ${golden.made_by} on %s`, (name) => {
  test.each(Object.entries(golden.regressions))('%s', async (_case, expected) => {
    const device = await openDevice(name);
    const used = rows.filter(({ label }) => expected.labels.includes(label));
    const collector = new TfidfCollector(fromSklearn({}));
    for (const { text } of used) collector.add(text);
    const every = Uint32Array.from(used.keys());
    const features = (await collector.finish()).fit(every).vectorize(every);
    const labels = Int32Array.from(used, ({ label }) => expected.labels.indexOf(label));
    const before = device.tf.memory().numTensors;
    const { classifier, report } = await fitLogistic(
      features,
      labels,
      expected.labels.length,
      {
        C: expected.options.C ?? 1,
        classWeight: expected.options.class_weight ?? null,
        maxIter: 2000,
        tol: 1e-6,
      },
      device,
    );
    expect(device.tf.memory().numTensors).toBe(before);
    expect(report.converged).toBe(true);
    expect(features.cols).toBe(expected.features);
    expect(Math.abs(report.objective / expected.objective - 1)).toBeLessThan(1e-6);
    const probabilities = classifier.probabilities(features);
    expected.first_probabilities.flat().forEach((p, i) => {
      expect(probabilities[i]).toBeCloseTo(p, 3);
    });
  });
});

test.each(['wasm', 'cpu'] as const)(
  'a fit that begins at another one ends at the same optimum: %s',
  async (name) => {
    const device = await openDevice(name);
    const names = [...new Set(rows.map(({ label }) => label))].sort();
    const collector = new TfidfCollector(fromSklearn({}));
    for (const { text } of rows) collector.add(text);
    const every = Uint32Array.from(rows.keys());
    const features = (await collector.finish()).fit(every).vectorize(every);
    for (const classes of [names.length, 2]) {
      const labels = Int32Array.from(rows, ({ label }) => names.indexOf(label) % classes);
      const fitWith = (C: number, start?: Float32Array) =>
        fitLogistic(
          features,
          labels,
          classes,
          { C, classWeight: null, maxIter: 2000, tol: 1e-6 },
          device,
          {},
          start,
        );
      const cold = await fitWith(30);
      const { solution } = await fitWith(10);
      const warm = await fitWith(30, solution);
      expect(Math.abs(warm.report.objective / cold.report.objective - 1)).toBeLessThan(1e-6);
      const again = await fitWith(30, warm.solution);
      expect(Math.abs(again.report.objective / cold.report.objective - 1)).toBeLessThan(1e-6);
      expect(again.report.evaluations).toBeLessThan(cold.report.evaluations / 2);
    }
  },
);

test('a fit that ran out of iterations says so', async () => {
  const device = await openDevice('wasm');
  const warnings: string[] = [];
  const features = {
    rows: 3,
    cols: 2,
    indptr: Uint32Array.of(0, 1, 2, 4),
    indices: Uint32Array.of(0, 1, 0, 1),
    values: Float32Array.of(1, 1, 0.6, 0.8),
  };
  const { report } = await fitLogistic(
    features,
    Int32Array.of(0, 1, 2),
    3,
    { C: 100, classWeight: null, maxIter: 2, tol: 1e-6 },
    device,
    { warn: (message) => warnings.push(message) },
  );
  expect(report).toMatchObject({ converged: false, iterations: 2 });
  expect(warnings).toEqual([expect.stringContaining('did not converge in 2 iterations')]);
});

test('a problem beyond the memory of the device is refused before it is begun', async () => {
  const device = await openDevice('wasm');
  const cols = 6_000_000;
  const features = {
    rows: 2,
    cols,
    indptr: Uint32Array.of(0, cols, 2 * cols),
    indices: Uint32Array.from({ length: 2 * cols }, (_, i) => i % cols),
    values: new Float32Array(2 * cols).fill(1),
  };
  const options = { C: 1, classWeight: null, maxIter: 2, tol: 1e-4 };
  await expect(fitLogistic(features, Int32Array.of(0, 1), 30, options, device)).rejects.toMatchObject({
    code: 'failed',
    message: '6,000,000 features for 30 classes are too many for the memory of the device wasm',
  });
});

test('curvature is remembered for more steps the less that costs beside a pass', () => {
  expect(historyFor({ cols: 1000, nonZeros: 1e6 }, 2)).toBe(20);
  expect(historyFor({ cols: 100_000, nonZeros: 1e6 }, 2)).toBe(13);
  expect(historyFor({ cols: 100_000, nonZeros: 1e6 }, 20)).toBe(5);
  expect(historyFor({ cols: 0, nonZeros: 0 }, 2)).toBe(5);
});
