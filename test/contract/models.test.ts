import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readExamples } from '../../src/data/examples.js';
import { goldenTexts } from '../../src/export/golden.js';
import type { FormatName } from '../../src/export/kinds.js';
import { tempered } from '../../src/metrics/temperature.js';
import { loadClassifier } from '../../src/models/classifier.js';
import { type ClassifierKind, classifierNames } from '../../src/models/kinds.js';
import { withTemperature } from '../../src/models/temperature.js';
import type { Pipeline } from '../../src/pipeline.js';
import { exportModel } from '../../src/tasks/export.js';
import { openModel } from '../../src/tasks/predict.js';
import { presets, resolveSettings } from '../../src/tasks/presets.js';
import { type TrainResult, train } from '../../src/tasks/train.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const texts: string[] = [];
const labels: string[] = [];
await readExamples([tickets], { onBadRow: 'fail' }, ({ text, label }) => {
  texts.push(text);
  labels.push(label);
});
const csv = (chosen: readonly string[]) =>
  `text,label\n${texts.flatMap((text, i) => (chosen.includes(labels[i]!) ? [`"${text.replaceAll('"', '""')}",${labels[i]}`] : [])).join('\n')}\n`;
const sets = {
  five: tickets,
  two: folder.file('two.csv', csv(['billing', 'delivery'])),
};

/** What each model is asked for beside its defaults, and the accuracy that it must reach on rows held out. */
const cases: Record<
  ClassifierKind | 'bag of buckets',
  { given: Record<string, unknown>; atLeast: number; formats: readonly FormatName[] }
> = {
  logistic: { given: {}, atLeast: 0.8, formats: ['js', 'tfjs', 'onnx', 'safetensors'] },
  dense: {
    given: { hidden: [32, 16], activation: 'tanh', learningRate: 0.01 },
    atLeast: 0.8,
    formats: ['js', 'tfjs', 'onnx', 'safetensors'],
  },
  bag: {
    given: { dim: 8, learningRate: 0.02 },
    atLeast: 0.8,
    formats: ['js', 'tfjs', 'onnx', 'safetensors'],
  },
  'bag of buckets': {
    given: { model: 'bag', dim: 8, learningRate: 0.02, wordNgrams: 2, minn: 2, maxn: 3, bucket: 20_000 },
    atLeast: 0.8,
    formats: ['js', 'tfjs', 'onnx', 'safetensors'],
  },
  nb: { given: { alpha: 0.1 }, atLeast: 0.75, formats: ['js', 'tfjs', 'onnx', 'safetensors'] },
  cnn: {
    given: { dim: 16, filters: 12, epochs: 20, learningRate: 0.01 },
    atLeast: 0.6,
    formats: ['js', 'tfjs', 'onnx', 'safetensors'],
  },
  lstm: {
    given: { dim: 16, units: 12, bidirectional: true, epochs: 20, learningRate: 0.01 },
    atLeast: 0.6,
    formats: ['js', 'tfjs', 'onnx', 'safetensors'],
  },
  majority: { given: {}, atLeast: 0.1, formats: ['js', 'onnx', 'safetensors'] },
};

describe.each(Object.entries(cases))('%s', (kind, { given, atLeast, formats }) => {
  const model = given.model ?? kind;
  describe.each(Object.entries(sets))('%s classes', (set, file) => {
    const name = `${kind.replaceAll(' ', '-')}-${set}`;
    let result: TrainResult;
    let pipeline: Pipeline;
    const scores = (some: readonly string[]) => pipeline.probabilities(some);

    beforeAll(async () => {
      const settings = resolveSettings({ model, ...given });
      result = await train({ data: [file], store, name, settings });
      pipeline = (await openModel(store, name)).pipeline as Pipeline;
    });

    test('it learns, and its scores sum to 1', () => {
      expect(result.metrics.accuracy).toBeGreaterThan(atLeast);
      const classes = result.classes.length;
      const found = scores(texts);
      expect(found).toHaveLength(texts.length * classes);
      for (let r = 0; r < texts.length; r++) {
        const row = found.subarray(r * classes, (r + 1) * classes);
        expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
        expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
      }
    });

    test('rows do not know each other: not their order, not how many there are', () => {
      const some = texts.slice(0, 20);
      const together = scores(some);
      const classes = result.classes.length;
      const backwards = scores(some.toReversed());
      some.forEach((text, r) => {
        const own = together.slice(r * classes, (r + 1) * classes);
        expect(scores([text])).toEqual(own);
        expect(backwards.slice((19 - r) * classes, (20 - r) * classes)).toEqual(own);
      });
    });

    test('unknown words are one and the same, and where order does not count, nothing', () => {
      const nothing = scores(['']);
      expect(nothing.every(Number.isFinite)).toBe(true);
      const unknown = scores(['qwxzqwxz']);
      // their characters are known, so that new words are not all alike
      if (kind === 'bag of buckets') return expect(unknown.every(Number.isFinite)).toBe(true);
      expect(scores(['vbnmvbnm'])).toEqual(unknown);
      if (pipeline.vectorizer.kind !== 'sequence') expect(unknown).toEqual(nothing);
      expect(scores([])).toHaveLength(0);
    });

    test('a temperature divides what its probabilities are made of', () => {
      const { classifier, vectorizer } = pipeline;
      const warm = loadClassifier(withTemperature(classifier.state(), 1.7));
      const found = warm.probabilities(vectorizer.transform(texts.slice(0, 40)));
      const { classes } = classifier;
      const expected = tempered(scores(texts.slice(0, 40)).map(Math.log), classes, 1.7);
      found.forEach((p, i) => {
        expect(p).toBeCloseTo(expected[i]!, 6);
      });
    });

    test('the same data and seed give the same model', async () => {
      const settings = resolveSettings({ model, ...given });
      await train({ data: [file], store, name: `${name}-again`, settings });
      const again = (await openModel(store, `${name}-again`)).pipeline as Pipeline;
      expect(again.probabilities(texts)).toEqual(scores(texts));
    });

    test.each(formats)('an export says the same: %s', async (format) => {
      const output = join(folder.path, `${name}-${format}`);
      const { check } = await exportModel({ store, model: name, format, output });
      expect(check.rows).toBe(goldenTexts(pipeline).length);
      expect(check.maxAbsDelta).toBeLessThanOrEqual(1e-5);
    });
  });
});

test('what tfjs-layers cannot hold is refused', async () => {
  const settings = resolveSettings({ model: 'dense', activation: 'gelu', epochs: 1 });
  await train({ data: [tickets], store, name: 'gelu', settings });
  await expect(exportModel({ store, model: 'gelu', format: 'tfjs' })).rejects.toThrow(
    'tfjs-layers loads no model with the activation gelu by tanh',
  );
  await exportModel({ store, model: 'gelu', format: 'js', output: join(folder.path, 'gelu') });
  await expect(exportModel({ store, model: 'majority-five', format: 'tfjs' })).rejects.toThrow(
    'the model "majority" has no layers to export',
  );
});

test('every model has a case', () => {
  expect(new Set(Object.entries(cases).map(([kind, { given }]) => given.model ?? kind))).toEqual(
    new Set(classifierNames),
  );
});

test('settings that a model has no use for are refused', () => {
  const refused: [Record<string, unknown>, string][] = [
    [{ model: 'nb', C: 3 }, 'the model "nb" has no use for C'],
    [{ model: 'logistic', hidden: [3] }, 'the model "logistic" has no use for hidden'],
    [{ model: 'dense', alpha: 3 }, 'the model "dense" has no use for alpha'],
    [{ model: 'majority', device: 'wasm' }, 'the model "majority" is counted on the processor'],
    [{ model: 'dense', hidden: '64,x' }, 'hidden is "64,x", expected whole numbers such as 128,64, or none'],
    [
      { model: 'bag', vectorizer: 'tfidf', wordNgrams: 2 },
      'the vectorizer "tfidf" has no use for wordNgrams',
    ],
    [
      { model: 'bag', ngramRange: [1, 2], wordNgrams: 2 },
      'the vectorizer "fasttext" has no use for ngramRange',
    ],
    [{ model: 'bag', analyzer: 'char', maxn: 3 }, 'the vectorizer "fasttext" has no use for analyzer'],
    [{ model: 'bag', minn: 3 }, 'minn is 3, expected a maxn of 3 or more, not 0'],
    [{ model: 'cnn', wordNgrams: 2 }, 'the vectorizer "sequence" has no use for wordNgrams'],
    [{ bucket: 2 ** 27 }, 'bucket is 134217728, expected a whole number from 1 to 67108864'],
    [{ model: 'dense', dropout: 1 }, 'dropout is 1, expected a share from 0 to below 1'],
  ];
  for (const [given, message] of refused) expect(() => resolveSettings(given)).toThrow(message);
  expect(resolveSettings({ model: 'bag', wordNgrams: '2' })).toMatchObject({
    ...{ vectorizer: 'fasttext', wordNgrams: 2, analyzer: 'word', norm: 'l1', bucket: 2_000_000 },
  });
  // values as they are anyway contradict nothing
  expect(resolveSettings(presets.sklearn)).toEqual(presets.sklearn);
  expect(resolveSettings({ model: 'dense', hidden: '128,64' }).hidden).toEqual([128, 64]);
  expect(resolveSettings({ model: 'dense', hidden: 'none' }).hidden).toEqual([]);
});
