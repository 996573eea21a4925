import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Device, openDevice } from '../../../src/compute/index.js';
import { readExamples } from '../../../src/data/examples.js';
import { TfidfCollector } from '../../../src/features/tfidf-fit.js';
import { type DenseFitOptions, type Examples, fitDense } from '../../../src/models/dense-fit.js';
import { type Checkpoint, PROGRESS_MS } from '../../../src/models/training/loop.js';
import { scheduleNames } from '../../../src/models/training/schedules.js';
import type { Step } from '../../../src/progress.js';
import { resolveSettings } from '../../../src/tasks/presets.js';
import { tickets } from '../../support/temp.js';

const options: DenseFitOptions = {
  ...resolveSettings({ model: 'dense', hidden: [8], dropout: 0.2 }),
  learningRate: 0.02,
  epochs: 4,
  seed: 1,
};
let device: Device;
let train: Examples;
let validation: Examples;
const none: Examples = {
  features: {
    rows: 0,
    cols: 0,
    indptr: new Uint32Array(1),
    indices: new Uint32Array(0),
    values: new Float32Array(0),
  },
  labels: new Int32Array(0),
};

beforeAll(async () => {
  device = await openDevice('wasm');
  const collector = new TfidfCollector(
    resolveSettings({}, 'sklearn') as ConstructorParameters<typeof TfidfCollector>[0],
  );
  const found: string[] = [];
  await readExamples([tickets], { onBadRow: 'fail' }, ({ text, label }) => {
    collector.add(text);
    found.push(label);
  });
  const names = [...new Set(found)];
  const part = (holds: (r: number) => boolean) => Uint32Array.from(found.keys()).filter(holds);
  const [most, rest] = [part((r) => r % 4 > 0), part((r) => r % 4 === 0)];
  const fitted = (await collector.finish()).fit(most);
  const examples = (rows: Uint32Array): Examples => ({
    features: fitted.vectorize(rows),
    labels: Int32Array.from(rows, (r) => names.indexOf(found[r]!)),
  });
  [train, validation] = [examples(most), examples(rest)];
});
afterAll(() => device.close());

const trained = (
  given: Partial<DenseFitOptions>,
  watched = none,
  hooks: Parameters<typeof fitDense>[6] = {},
) => fitDense('dense', train, 5, watched, { ...options, ...given }, device, hooks);
const bytes = ({ classifier }: Awaited<ReturnType<typeof trained>>) =>
  Buffer.concat(
    classifier
      .state()
      .layers.flatMap(({ kernel, bias }) => [Buffer.from(kernel.buffer), Buffer.from(bias.buffer)]),
  );

test('the seed decides, and no tensor is left behind', async () => {
  const before = device.tf.memory().numTensors;
  const first = await trained({});
  expect(device.tf.memory().numTensors).toBe(before);
  expect(bytes(await trained({})).equals(bytes(first))).toBe(true);
  expect(bytes(await trained({ seed: 2 })).equals(bytes(first))).toBe(false);
  const { history, ...report } = first.report;
  expect(report).toEqual({ solver: 'adam', stopped: 'epochs', epoch: 4 });
  expect(history.map(({ epoch, validation }) => [epoch, validation])).toEqual(
    [1, 2, 3, 4].map((n) => [n, null]),
  );
  expect(history[3]!.loss).toBeLessThan(0.7 * history[0]!.loss);
});

test('whenever it was interrupted, it ends with the same weights and the same history', async () => {
  const given = { schedule: 'cosine', warmup: 0.2, patience: 2, optimizer: 'adamw', clipNorm: 1 } as const;
  const checkpoints: Checkpoint[] = [];
  // a clone would share the memory of the arrays
  const save = async ({ progress, arrays }: Checkpoint) => {
    const copies = Object.entries(arrays).map(([name, values]) => [name, values.slice()] as const);
    checkpoints.push({ progress: structuredClone(progress), arrays: Object.fromEntries(copies) });
  };
  const whole = await trained(given, validation, { checkpoint: { seconds: 0, save } });
  const steps = Math.ceil(train.labels.length / options.batchSize);
  expect(checkpoints.length).toBeGreaterThan(4 * steps);
  for (let i = 0; i < checkpoints.length; i += 5) {
    const again = await trained(given, validation, { resume: checkpoints[i] });
    expect(bytes(again).equals(bytes(whole)), `from checkpoint ${i}`).toBe(true);
    expect(again.report).toEqual(whole.report);
  }
});

test('it stops when nothing is gained any more, with the weights of the best epoch', async () => {
  const given = { epochs: 60, patience: 3, monitor: 'log_loss', learningRate: 0.05 } as const;
  const { report, ...stopped } = await trained(given, validation);
  expect(report.stopped).toBe('early');
  const losses = report.history.map(({ validation }) => validation!.log_loss!);
  expect(losses.indexOf(Math.min(...losses))).toBe(report.epoch - 1);
  expect(report.history).toHaveLength(report.epoch + 3);
  const short = await trained({ ...given, epochs: report.epoch, patience: null });
  expect(bytes({ report, ...stopped }).equals(bytes(short))).toBe(true);
});

test('progress tells steps, epoch, loss, metric, speed and what is left', async () => {
  const told: Step[] = [];
  // who takes as long as the pause between two tellings to hear of a step is told of the next
  const hear = (step: Step) => {
    told.push(step);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PROGRESS_MS);
  };
  await trained({ epochs: 2 }, validation, { listener: { step: hear } });
  const steps = 2 * Math.ceil(train.labels.length / options.batchSize);
  expect(told.map(({ done }) => done)).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
  for (const { stage, total, unit } of told) {
    expect({ stage, total, unit }).toEqual({ stage: 'fit', total: steps, unit: 'steps' });
  }
  expect(told.at(-1)!.note).toMatch(/^epoch 2\/2, loss \d\.\d+, accuracy 0\.\d+, \d+ rows\/s, \d+ s left$/);
});

test('features that no row has cost nothing, and weigh nothing', async () => {
  const wide = ({ features, labels }: Examples): Examples => ({
    features: {
      ...features,
      cols: 3 * features.cols,
      indices: features.indices.map((column) => 3 * column + 1),
    },
    labels,
  });
  const given = { ...options, patience: 2 };
  const narrow = await fitDense('dense', train, 5, validation, given, device, {});
  const { classifier, report } = await fitDense('dense', wide(train), 5, wide(validation), given, device, {});
  expect(report).toEqual(narrow.report);
  const [first, ...rest] = classifier.state().layers;
  const [expected, ...others] = narrow.classifier.state().layers;
  expect(rest).toEqual(others);
  first!.kernel.forEach((weight, i) => {
    const [row, unit] = [Math.floor(i / 8), i % 8];
    const own = row % 3 === 1 ? expected!.kernel[((row - 1) / 3) * 8 + unit]! : 0;
    if (weight !== own) throw new Error(`weight ${i} is ${weight}, expected ${own}`);
  });
});

test('to watch validation rows, there must be some', async () => {
  await expect(trained({ patience: 2 })).rejects.toThrow(
    'there are no validation rows to watch the accuracy of',
  );
  await expect(trained({ schedule: 'plateau' })).rejects.toThrow('there are no validation rows');
});

test('where nothing is gained, the schedule plateau halves the rate', async () => {
  const { report } = await trained({ epochs: 12, schedule: 'plateau', learningRate: 0.1 }, validation);
  const rates = report.history.map(({ learningRate }) => learningRate / 0.1);
  expect(rates[0]).toBe(1);
  expect(rates.at(-1)).toBeLessThan(0.6);
  for (const rate of rates) expect(Math.log2(rate)).toBeCloseTo(Math.round(Math.log2(rate)));
});

test.each(scheduleNames)('every schedule learns: %s', async (schedule) => {
  const { report } = await trained({ schedule, epochs: 6 }, validation);
  expect(report.history.at(-1)!.validation!.accuracy).toBeGreaterThan(0.6);
});

test('a loss that is no number ends it: with the last good weights, or with an error where there are none', async () => {
  await expect(trained({ optimizer: 'sgd', learningRate: 1e38 })).rejects.toThrow(
    'the loss is no number any more in epoch 1',
  );
  const warnings: string[] = [];
  const given = { optimizer: 'sgd', activation: 'linear', hidden: [8, 8], dropout: 0, epochs: 30 } as const;
  const listener = { warn: (message: string) => void warnings.push(message) };
  // a rate at which it goes wrong, but not at once
  for (let learningRate = 0.1; learningRate < 1e6; learningRate *= 1.5) {
    const run = await trained({ ...given, learningRate, warmup: 0.9 }, none, { listener }).catch(
      () => undefined,
    );
    if (!run) break;
    if (run.report.stopped !== 'diverged') continue;
    const { epoch, history } = run.report;
    expect(epoch).toBe(history.length);
    expect(warnings).toEqual([
      `the loss is no number any more in epoch ${epoch + 1}; the weights of epoch ${epoch} are kept: lower --learning-rate, or set --clip-norm 1`,
    ]);
    for (const { kernel, bias } of run.classifier.state().layers) {
      expect([...kernel, ...bias].every(Number.isFinite)).toBe(true);
    }
    const clipped = await trained({ ...given, learningRate: 0.5, warmup: 0.9, clipNorm: 1 });
    expect(clipped.report.stopped).toBe('epochs');
    return;
  }
  throw new Error('no rate went wrong after the first epoch');
});
