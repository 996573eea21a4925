import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Certificate } from '../../src/export/certificate.js';
import { decodeSafetensors } from '../../src/store/safetensors.js';
import { exportModel } from '../../src/tasks/export.js';
import { presets, resolveSettings } from '../../src/tasks/presets.js';
import { train } from '../../src/tasks/train.js';
import { verifyExport } from '../../src/tasks/verify-export.js';
import { pythonWith } from '../support/python.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const few = { epochs: 1, seed: 7 };
const kinds: Record<string, Record<string, unknown>> = {
  sklearn: presets.sklearn,
  dense: { model: 'dense', hidden: [8, 4], ...few },
  buckets: { model: 'bag', wordNgrams: 2, bucket: 1000, stemmer: 'porter', ...few },
  cnn: { model: 'cnn', filters: 8, dim: 6, ...few },
  lstm: { model: 'lstm', units: 5, dim: 6, bidirectional: true, ...few },
};

beforeAll(async () => {
  for (const [name, given] of Object.entries(kinds)) {
    await train({ data: [tickets], store, name, settings: resolveSettings(given) });
  }
}, 30_000);

/** What a program of Python prints as JSON. */
const run = (python: string, program: string, ...args: string[]) =>
  JSON.parse(execFileSync(python, ['-W', 'ignore', '-c', program, ...args], { encoding: 'utf8' }));

const certificateOf = (path: string) =>
  JSON.parse(readFileSync(join(path, 'certificate.json'), 'utf8')) as Certificate;

describe('safetensors', () => {
  test.each(Object.keys(kinds))('%s comes back as it was', async (model) => {
    const { path, check } = await exportModel({ store, model, format: 'safetensors' });
    expect(check.maxAbsDelta).toBe(0);
    expect((await verifyExport({ folder: path })).check).toEqual(check);
  });

  test('arrays have the shapes that Keras and NumPy give them', () => {
    const shapes = (model: string) => {
      const path = join(store, 'exports', model, '1', 'safetensors', 'model.safetensors');
      const tensors = decodeSafetensors(readFileSync(path), path);
      return Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    };
    expect(shapes('cnn')).toMatchObject({
      'classifier.embedding': [expect.any(Number), 6],
      'classifier.convolutions.1.kernel': [4, 6, 8],
      'classifier.convolutions.1.bias': [8],
      'classifier.scores.kernel': [24, 5],
    });
    expect(shapes('lstm')).toMatchObject({
      'classifier.passes.1.kernel': [6, 20],
      'classifier.passes.1.recurrent': [5, 20],
      'classifier.passes.1.bias': [20],
      'classifier.scores.kernel': [10, 5],
    });
    expect(shapes('dense')).toMatchObject({ 'classifier.layers.1.kernel': [8, 4] });
  });

  const python = pythonWith('safetensors', 'numpy', 'sklearn');
  test.skipIf(!python)('Python computes the certificate from weights and vocabulary', async () => {
    const { path } = await exportModel({ store, model: 'sklearn', format: 'safetensors' });
    const program = `
import json, sys
import numpy as np
from safetensors.numpy import load_file
from sklearn.feature_extraction.text import TfidfVectorizer
weights = load_file(sys.argv[1] + '/model.safetensors')
rest = json.load(open(sys.argv[1] + '/model.json'))
certificate = json.load(open(sys.argv[1] + '/certificate.json'))
analyzer = rest['vectorizer']['analyzer']
vectorizer = TfidfVectorizer(vocabulary=rest['vectorizer']['terms'], lowercase=analyzer['lowercase'],
    ngram_range=tuple(analyzer['ngramRange']), norm=rest['vectorizer']['weights']['norm'])
vectorizer.idf_ = weights['vectorizer.idf']
logits = vectorizer.transform(certificate['texts']) @ weights['classifier.coef'] + weights['classifier.intercept']
e = np.exp(logits - logits.max(axis=1, keepdims=True))
print(json.dumps(float(np.abs(e / e.sum(axis=1, keepdims=True) - np.array(certificate['scores'])).max())))`;
    expect(run(python!, program, path)).toBeLessThan(1e-6);
  });
  if (!python)
    console.warn('skipped: no Python with safetensors and scikit-learn, so weights are read here alone');
});

describe('mlflow', () => {
  test('a model that ONNX cannot be from texts is refused with the reason', async () => {
    await expect(exportModel({ store, model: 'lstm', format: 'mlflow' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/words of a text/),
    });
  });

  test('the signature is that of the graph, and the same bytes come again', async () => {
    const first = await exportModel({ store, model: 'sklearn', format: 'mlflow' });
    const again = await exportModel({ store, model: 'sklearn', format: 'mlflow' });
    expect(again.files).toEqual(first.files);
    const described = parse(readFileSync(join(first.path, 'MLmodel'), 'utf8'));
    expect(Object.keys(described.flavors)).toEqual(['onnx', 'python_function']);
    expect(JSON.parse(described.signature.inputs)).toEqual([
      { type: 'string', name: 'text', required: true },
    ]);
    const { labels } = certificateOf(first.path);
    const columns = JSON.parse(described.signature.outputs).map(({ name }: { name: string }) => name);
    expect(columns).toEqual(['label', ...labels.map((label) => `probability_${label}`)]);
  });

  const python = pythonWith('onnx', 'onnxruntime', 'pandas');
  const withMlflow = pythonWith('mlflow', 'onnx', 'onnxruntime', 'pandas');
  test.skipIf(!python)('a table of texts becomes a table of labels and probabilities', async () => {
    const { path } = await exportModel({ store, model: 'sklearn', format: 'mlflow' });
    const { flavors } = parse(readFileSync(join(path, 'MLmodel'), 'utf8'));
    // without MLflow, its flavor's way with a table: the values in, each output as a column
    const program = `
import json, sys
import pandas as pd
table = pd.DataFrame({'text': json.load(open(sys.argv[1] + '/certificate.json'))['texts']})
if sys.argv[3] == 'mlflow':
    import mlflow
    found = mlflow.pyfunc.load_model(sys.argv[1]).predict(table)
else:
    import onnx, onnxruntime
    model = sys.argv[1] + '/' + sys.argv[2]
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model)
    names = [output.name for output in session.get_outputs()]
    values = session.run(names, {session.get_inputs()[0].name: table.astype(object).values})
    found = pd.DataFrame({name: value.reshape(-1) for name, value in zip(names, values)})
print(found.to_json(orient='records'))`;
    const loader = withMlflow ? 'mlflow' : 'onnxruntime';
    const rows = run(withMlflow ?? python!, program, path, flavors.python_function.data, loader);
    const { scores, labels } = certificateOf(path);
    expect(rows).toHaveLength(scores.length);
    scores.forEach((row, i) => {
      const deltas = row.map((p, c) => Math.abs(rows[i][`probability_${labels[c]}`] - p));
      expect(Math.max(...deltas)).toBeLessThan(1e-5);
      expect(rows[i].label).toBe(labels[row.indexOf(Math.max(...row))]);
    });
  });
  if (!python) console.warn('skipped: no Python with onnx, onnxruntime and pandas, so no table is tried');
  else if (!withMlflow)
    console.warn('MLflow is not installed, so its folder is loaded as its flavor does, by ONNX Runtime');
});
