import { beforeAll, describe, expect, test } from 'vitest';
import { readExamples } from '../../src/data/examples.js';
import { packState } from '../../src/export/js/pack.js';
import { SequenceCollector, type SequenceOptions } from '../../src/features/sequence-fit.js';
import { bulkProbabilities } from '../../src/models/bulk.js';
import type { Examples } from '../../src/models/dense-fit.js';
import type { SequenceModelState } from '../../src/models/sequence-classifier.js';
import {
  fitSequence,
  type InitialEmbeddings,
  type SequenceFitOptions,
} from '../../src/models/sequence-fit.js';
import type { SequenceKind } from '../../src/models/sequence-models.js';
import type { Checkpoint } from '../../src/models/training/loop.js';
import { sha256 } from '../../src/store/artifact.js';
import { resolveSettings } from '../../src/tasks/presets.js';
import { decide } from '../../src/tasks/recipe.js';
import { tickets } from '../support/temp.js';

const small = { dim: 12, units: 10, filters: 9, epochs: 3, batchSize: 32, learningRate: 0.02, dropout: 0.2 };
const optionsOf = (kind: SequenceKind): SequenceFitOptions => ({
  ...resolveSettings({ model: kind }),
  ...small,
  kernelSizes: [2, 3],
  bidirectional: true,
});
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
  const collector = new SequenceCollector(decide(resolveSettings({ model: 'lstm' }), []) as SequenceOptions);
  const found: string[] = [];
  await readExamples([tickets], { onBadRow: 'fail' }, ({ text, label }) => {
    collector.add(text);
    found.push(label);
  });
  const names = [...new Set(found)];
  const part = (holds: (r: number) => boolean) => Uint32Array.from(found.keys()).filter(holds);
  const [most, rest] = [part((r) => r % 4 > 0), part((r) => r % 4 === 0)];
  const fitted = await (await collector.finish()).fit(most);
  const examples = (rows: Uint32Array): Examples => ({
    features: fitted.vectorize(rows),
    labels: Int32Array.from(rows, (r) => names.indexOf(found[r]!)),
  });
  [train, validation] = [examples(most), examples(rest)];
});

describe.each(['cnn', 'lstm'] as const)('%s', (kind) => {
  const trained = (
    given: Partial<SequenceFitOptions> = {},
    watched = none,
    hooks: Parameters<typeof fitSequence>[6] = {},
    threads = 2,
    starting?: InitialEmbeddings,
  ) => fitSequence(kind, train, 5, watched, { ...optionsOf(kind), ...given }, { threads }, hooks, starting);
  const stateOf = ({ classifier }: Awaited<ReturnType<typeof trained>>) =>
    classifier.state() as SequenceModelState;
  const bytes = (fitted: Awaited<ReturnType<typeof trained>>) => sha256(packState(stateOf(fitted)));

  test('the seed decides, and the number of threads does not', async () => {
    const first = await trained({ batchSize: 300, dim: 64 });
    for (const threads of [1, 3]) {
      const again = await trained({ batchSize: 300, dim: 64 }, none, {}, threads);
      expect(bytes(again)).toBe(bytes(first));
      expect(again.report).toEqual(first.report);
    }
    expect(bytes(await trained({ batchSize: 300, dim: 64, seed: 2 }))).not.toBe(bytes(first));
    const { history } = first.report;
    expect(history[2]!.loss).toBeLessThan(history[0]!.loss);
  });

  test('whenever it was interrupted, it ends with the same weights and the same history', async () => {
    const given = { schedule: 'cosine', warmup: 0.2, patience: 2, optimizer: 'adamw', clipNorm: 1 } as const;
    const checkpoints: Checkpoint[] = [];
    const save = async ({ progress, arrays }: Checkpoint) => {
      const copies = Object.entries(arrays).map(([name, values]) => [name, values.slice()] as const);
      checkpoints.push({ progress: structuredClone(progress), arrays: Object.fromEntries(copies) });
    };
    const whole = await trained(given, validation, { checkpoint: { seconds: 0, save } });
    expect(checkpoints.length).toBeGreaterThan(20);
    for (let i = 0; i < checkpoints.length; i += 9) {
      const again = await trained(given, validation, { resume: checkpoints[i] });
      expect(bytes(again), `from checkpoint ${i}`).toBe(bytes(whole));
      expect(again.report).toEqual(whole.report);
    }
  });

  test('it stops when nothing is gained any more, with the weights of the best epoch', async () => {
    const watched = { epochs: 40, patience: 2, monitor: 'log_loss' } as const;
    const given = { ...watched, schedule: 'constant', classWeight: 'balanced' } as const;
    const stopped = await trained(given, validation);
    expect(stopped.report.stopped).toBe('early');
    const short = await trained({ ...given, epochs: stopped.report.epoch, patience: null });
    expect(bytes(short)).toBe(bytes(stopped));
    const { accuracy } = stopped.report.history[stopped.report.epoch - 1]!.validation!;
    expect(accuracy).toBeGreaterThan(0.5);
  });

  test('many rows are scored as few are, to the precision of float32', async () => {
    const { classifier } = await trained();
    const expected = classifier.probabilities(validation.features);
    const found = (await bulkProbabilities(classifier))(validation.features);
    found.forEach((p, i) => {
      expect(p).toBeCloseTo(expected[i]!, 5);
    });
  });

  /** Vectors of 12 numbers for all terms but every third. */
  const someVectors = (): InitialEmbeddings => {
    const { cols } = train.features;
    const known = Uint8Array.from({ length: cols }, (_, i) => Math.min(1, i % 3));
    const values = Float32Array.from(
      { length: 12 * cols },
      (_, i) => known[Math.floor(i / 12)]! * Math.sin(i),
    );
    return { values, dim: 12, known };
  };

  test('embeddings may be given to begin with, and others are drawn as wide', async () => {
    const starting = someVectors();
    const { embedding } = stateOf(await trained({ epochs: 1, learningRate: 1e-6 }, none, {}, 2, starting));
    const used = new Set(train.features.indices);
    let [squares, count] = [0, 0];
    starting.values.forEach((number, i) => {
      const term = Math.floor(i / 12);
      if (starting.known[term] === 1) expect(embedding[i]).toBeCloseTo(number, 3);
      else if (used.has(term)) [squares, count] = [squares + embedding[i]! ** 2, count + 1];
      else expect(Math.abs(embedding[i]!)).toBe(0);
    });
    // the variance of a sine
    expect(squares / count).toBeGreaterThan(0.45);
    expect(squares / count).toBeLessThan(0.55);
    await expect(trained({ dim: 13 }, none, {}, 2, starting)).rejects.toThrow(
      'the embeddings have 12 numbers each, expected dim 13',
    );
  });

  test('embeddings that are frozen stay as they are, and the rest learns', async () => {
    const starting = someVectors();
    const { classifier, report } = await trained({ freezeEmbeddings: true }, none, {}, 2, starting);
    const { embedding } = classifier.state() as SequenceModelState;
    starting.values.forEach((number, i) => {
      if (starting.known[Math.floor(i / 12)] === 1) expect(embedding[i]).toBe(number);
    });
    expect(report.history.at(-1)!.loss).toBeLessThan(report.history[0]!.loss);
  });
});
