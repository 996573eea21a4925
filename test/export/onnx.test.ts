import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { largestDelta } from '../../src/export/certificate.js';
import { loadFormat } from '../../src/export/formats.js';
import { DOTTED_I } from '../../src/export/onnx/characters.js';
import type { Pipeline } from '../../src/pipeline.js';
import { exportModel } from '../../src/tasks/export.js';
import { openModel } from '../../src/tasks/predict.js';
import { presets, resolveSettings } from '../../src/tasks/presets.js';
import { train } from '../../src/tasks/train.js';
import { verifyExport } from '../../src/tasks/verify-export.js';
import { pythonWith } from '../support/python.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const C = 3;
const few = { epochs: 2, seed: 7 };

/** Models whose graphs take texts. */
const fromText: Record<string, Record<string, unknown>> = {
  default: { C },
  sklearn: presets.sklearn,
  cased: { C, lowercase: false, tokenizer: 'sklearn', ngramRange: [1, 2] },
  stopped: { C, stopWords: 'english', ngramRange: [1, 3], sublinearTf: true },
  char: { C, analyzer: 'char', ngramRange: [1, 3] },
  char_wb: { C, analyzer: 'char_wb', ngramRange: [2, 4], norm: 'l1' },
  letters: { C, analyzer: 'char_wb', ngramRange: [1, 2] },
  wide: { C, analyzer: 'char_wb', ngramRange: [5, 5], norm: 'none' },
  nb: { model: 'nb' },
  dense: { model: 'dense', hidden: [8, 4], activation: 'gelu', ...few },
  bag: { model: 'bag', ...few },
  majority: { model: 'majority' },
  everyThreshold: { C, tuneThreshold: ['f1_macro'] },
  oneThreshold: { C, tuneThreshold: ['recall(billing) >= 0.99'] },
};
/** Models whose graphs take features, and a word of the reason. */
const fromFeatures: Record<string, [Record<string, unknown>, RegExp]> = {
  stemmed: [{ C, stemmer: 'porter' }, /stemmer porter/],
  hashing: [{ C, vectorizer: 'hashing', nFeatures: 1024 }, /hashes/],
  buckets: [{ model: 'bag', wordNgrams: 2, bucket: 1000, ...few }, /buckets/],
  cnn: [{ model: 'cnn', filters: 8, dim: 8, ...few }, /words of a text/],
  lstm: [{ model: 'lstm', units: 6, dim: 8, bidirectional: true, ...few }, /words of a text/],
};
const pipelines: Record<string, Pipeline> = {};
const paths: Record<string, string> = {};
const warnings: Record<string, string[]> = {};

beforeAll(async () => {
  const all = { ...fromText, ...Object.fromEntries(Object.entries(fromFeatures).map(([k, [v]]) => [k, v])) };
  for (const [name, given] of Object.entries(all)) {
    await train({ data: [tickets], store, name, settings: resolveSettings(given) });
    pipelines[name] = (await openModel(store, name)).pipeline as Pipeline;
  }
}, 60_000);

/** Texts of the words that a model knows, in any case, between whatever Unicode has but NUL, where strings end in C. */
function textsFor(pipeline: Pipeline, count: number): string[] {
  const { vectorizer } = pipeline.state();
  const terms =
    'terms' in vectorizer ? vectorizer.terms.list().slice(0, 200) : ['where', 'is', 'my', 'parcel'];
  const term = fc
    .constantFrom(...terms)
    .chain((word) => fc.constantFrom(word, word.toUpperCase(), `${word[0]}`));
  const odd = fc.constantFrom(
    DOTTED_I,
    'Σ',
    'ΑΣ',
    'ς',
    'ß',
    'ǅ',
    'K',
    '\u0307',
    'Ⓜ',
    '㊗',
    '漢か\u3099',
    '𐐀',
    '\u200d',
    '_',
    '\u2028',
  );
  const any = fc
    .string({ unit: 'binary', maxLength: 3 })
    .map((text) => text.replaceAll('\0', '\t').toWellFormed());
  const piece = fc.oneof(
    { weight: 4, arbitrary: term },
    odd,
    any,
    fc.constantFrom(' ', '  ', '\t\n', '\u00a0', '\u0085'),
  );
  const text = fc.array(fc.tuple(piece, fc.constantFrom('', ' ', ' ')), { maxLength: 20 });
  return fc.sample(text, { numRuns: count, seed: 11 }).map((pieces) => pieces.flat().join(''));
}

/** Largest difference between what a pipeline and its export say of texts. */
async function deltaOf(name: string, texts: string[]): Promise<number> {
  const pipeline = pipelines[name]!;
  const onnx = await loadFormat('onnx');
  const expected = pipeline.predict(texts);
  const scores = expected.map((prediction) => Object.values(prediction.scores));
  const found = await onnx.predict(paths[name]!, texts, undefined);
  expect(found.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
  return largestDelta({ labels: [...pipeline.labels], scores } as never, found);
}

describe.each(Object.keys(fromText))('%s', (name) => {
  test('takes texts, and says what the pipeline says of any', async () => {
    const { path, check, files } = await exportModel({ store, model: name, format: 'onnx', inputs: 'text' });
    paths[name] = path;
    expect(Object.keys(files).sort()).toEqual(['certificate.json', 'labels.json', 'model.onnx']);
    expect(check.maxAbsDelta).toBeLessThan(1e-5);
    expect(await deltaOf(name, textsFor(pipelines[name]!, 200))).toBeLessThan(1e-5);
  });
});

describe.each(Object.keys(fromFeatures))('%s', (name) => {
  test('takes features, since texts would not be exact', async () => {
    const reason = fromFeatures[name]![1];
    await expect(exportModel({ store, model: name, format: 'onnx', inputs: 'text' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(reason),
    });
    const told: string[] = [];
    const listener = { warn: (message: string) => void told.push(message) };
    const { path } = await exportModel({ store, model: name, format: 'onnx' }, listener);
    paths[name] = path;
    warnings[name] = told;
    expect(told).toEqual([expect.stringMatching(reason)]);
    expect(await deltaOf(name, textsFor(pipelines[name]!, 30))).toBeLessThan(1e-5);
  });
});

test.each(['everyThreshold', 'oneThreshold'])(
  '%s: mlflow and safetensors decide by them, too',
  async (name) => {
    const texts = textsFor(pipelines[name]!, 100);
    const labels = pipelines[name]!.predict(texts).map(({ label }) => label);
    const likeliest = pipelines[name]!.predict(texts).map(({ scores }) => {
      const [[label]] = Object.entries(scores).sort(([, a], [, b]) => b - a) as [[string, number]];
      return label;
    });
    expect(labels).not.toEqual(likeliest);
    for (const format of ['mlflow', 'safetensors'] as const) {
      const { path } = await exportModel({ store, model: name, format });
      const found = await (await loadFormat(format)).predict(path, texts, undefined);
      expect(found.map(({ label }) => label)).toEqual(labels);
    }
  },
);

test('features can be asked for, and are told by nobody then', async () => {
  const told: string[] = [];
  const { path } = await exportModel(
    { store, model: 'default', format: 'onnx', inputs: 'features', output: join(folder.path, 'asked') },
    { warn: (message) => void told.push(message) },
  );
  expect(told).toEqual([]);
  expect(existsSync(join(path, 'vectorizer.js'))).toBe(true);
  const { check } = await verifyExport({ folder: path });
  expect(check.maxAbsDelta).toBeLessThan(1e-5);
  await expect(exportModel({ store, format: 'js', inputs: 'text' })).rejects.toMatchObject({ code: 'usage' });
});

test('what ONNX Runtime does otherwise with characters is refused where a term has them', async () => {
  const words: Record<string, [string, RegExp | undefined]> = {
    greek: ['λόγος σοφία', /Σ/],
    turkish: ['İstanbul İzmir', /İ/],
    circled: ['ⓐbc ⓑcd', undefined],
    characters: ['ⓐbc ⓑcd', undefined],
    young: ['\ua7c8alt \ua7c8ort', /lower case of/],
    ended: [`a\0b ${'many words '.repeat(40)}`, /NUL/],
  };
  for (const [name, [text, reason]] of Object.entries(words)) {
    const rows = `text,label\n${`${text},there\nplain words,here\n`.repeat(6)}`;
    const analyzer = name === 'characters' || name === 'ended' ? 'char' : 'word';
    const settings = resolveSettings({ C, minDf: 1, analyzer });
    await train({ data: [folder.file(`${name}.csv`, rows)], store, name, settings });
    const exported = exportModel({ store, model: name, format: 'onnx', inputs: 'text' });
    if (reason) await expect(exported).rejects.toMatchObject({ message: expect.stringMatching(reason) });
    else {
      paths[name] = (await exported).path;
      pipelines[name] = (await openModel(store, name)).pipeline as Pipeline;
      expect(await deltaOf(name, ['Ⓐ ⒶBC xⒷ', text.toUpperCase(), 'ⓐbc'])).toBeLessThan(1e-5);
    }
  }
});

const python = pythonWith('onnx', 'onnxruntime');
test.skipIf(!python)('Python finds the graphs sound, and they say the same there', () => {
  const given = Object.keys(fromText).map((name) => {
    const texts = textsFor(pipelines[name]!, 100);
    const expected = pipelines[name]!.predict(texts).map(({ label, scores }) => [
      label,
      Object.values(scores),
    ]);
    return { name, path: join(paths[name]!, 'model.onnx'), texts, expected };
  });
  const program = `
import json, sys
import numpy as np, onnx, onnxruntime
found = {}
for case in json.load(open(sys.argv[1])):
    onnx.checker.check_model(case['path'], full_check=True)
    model = onnx.load(case['path'])
    assert all(node.op_type != 'ZipMap' and node.domain != 'ai.onnx.ml' for node in model.graph.node)
    session = onnxruntime.InferenceSession(case['path'], providers=['CPUExecutionProvider'])
    labels, probabilities = session.run(None, {'text': np.array(case['texts'], dtype=object)})
    expected = np.array([scores for _, scores in case['expected']])
    found[case['name']] = [float(np.abs(probabilities - expected).max()), float(np.mean(labels == np.array([label for label, _ in case['expected']])))]
for path in sys.argv[2:]:
    onnx.checker.check_model(path, full_check=True)
    onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
print(json.dumps(found))`;
  const graphs = Object.keys(fromFeatures).map((name) => join(paths[name]!, 'model.onnx'));
  const cases = folder.file('cases.json', JSON.stringify(given));
  const found = JSON.parse(
    execFileSync(python!, ['-W', 'ignore', '-c', program, cases, ...graphs], { encoding: 'utf8' }),
  ) as Record<string, [delta: number, same: number]>;
  expect(Object.keys(found)).toEqual(Object.keys(fromText));
  for (const [delta, same] of Object.values(found)) {
    expect(delta).toBeLessThan(1e-5);
    expect(same).toBe(1);
  }
});
if (!python)
  console.warn('skipped: no Python with onnx and onnxruntime, so the graphs are tried in JavaScript alone');

test('the file names what made it', () => {
  const bytes = readFileSync(join(paths.default!, 'model.onnx'));
  expect(bytes.toString('latin1')).toMatch(/exported by maas/);
});
