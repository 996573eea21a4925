import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { largestDelta, readCertificate } from '../../src/export/certificate.js';
import type { Prediction } from '../../src/predictions.js';
import { sha256 } from '../../src/store/artifact.js';
import { exportModel } from '../../src/tasks/export.js';
import { openModel } from '../../src/tasks/predict.js';
import { resolveSettings } from '../../src/tasks/presets.js';
import { train } from '../../src/tasks/train.js';
import { verifyExport } from '../../src/tasks/verify-export.js';
import { chromium, openTab } from '../support/browser.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const twoClasses = folder.file(
  'two.csv',
  `text,label\n${'quick brown fox,animal\nlazy dog sleeps,animal\nred car,thing\nfast car engine,thing\n'.repeat(3)}`,
);
const models: Record<string, Record<string, unknown>> = {
  // at its optimum, so that no row stands on the edge between two classes by where the fit stopped
  logistic: { tol: 1e-6 },
  characters: { analyzer: 'char_wb', ngramRange: [2, 4], useIdf: false },
  nb: { model: 'nb' },
  dense: { model: 'dense', hidden: [8], epochs: 3 },
  bag: { model: 'bag', epochs: 3, bucket: 5000, wordNgrams: 2 },
  hashed: { vectorizer: 'hashing', nFeatures: 4096 },
  decided: { tuneThreshold: ['f1_macro'] },
};

beforeAll(async () => {
  for (const [name, given] of Object.entries(models)) {
    await train({ data: [tickets], store, name, settings: resolveSettings(given) });
  }
  await train({ data: [twoClasses], store, name: 'two', settings: resolveSettings({}) });
});

const sizeOf = (result: Awaited<ReturnType<typeof exportModel>>) => result.files['model.js']!.size;

describe.each([...Object.keys(models), 'two'])('%s', (model) => {
  test.each(['int8', 'float16'] as const)('%s is smaller, and verified', async (quantize) => {
    const output = join(folder.path, model, quantize);
    const result = await exportModel({ store, model, format: 'js', quantize, output });
    expect(result.cost!.bytes.after).toBeLessThan(result.cost!.bytes.before!);
    expect(result.check.maxAbsDelta).toBeLessThanOrEqual(result.check.tolerance);
    expect(result.check.tolerance).toBeLessThan(quantize === 'int8' ? 0.03 : 0.003);
    const { measured } = result.cost!;
    expect(Math.abs(measured!.accuracy.after - measured!.accuracy.before)).toBeLessThanOrEqual(0.002);
    expect(await verifyExport({ folder: output })).toMatchObject({ check: result.check });
  });
});

test('a vocabulary is pruned to so many terms, a share of them, or the size of the file', async () => {
  const { pipeline } = await openModel(store, 'logistic');
  const told: string[] = [];
  const listener = { info: (message: string) => void told.push(message) };
  const output = join(folder.path, 'pruned');
  const pruned = async (prune: { terms: number } | { share: number } | { bytes: number }) =>
    sizeOf(await exportModel({ store, model: 'logistic', format: 'js', prune, output }, listener));
  const { features } = pipeline.vectorizer;
  const some = await pruned({ terms: 20 });
  const half = await pruned({ share: 0.5 });
  const all = await pruned({ terms: features });
  expect(some).toBeLessThan(half);
  expect(half).toBeLessThan(all);
  expect(told).toEqual(
    [20, Math.ceil(features / 2), features].map((n) => `${n} of ${features} terms are kept`),
  );
  const bytes = Math.round((some + all) / 2);
  const fitted = await pruned({ bytes });
  expect(fitted).toBeLessThanOrEqual(bytes);
  expect(fitted).toBeGreaterThan(0.99 * bytes);
  await expect(pruned({ bytes: 1000 })).rejects.toMatchObject({ code: 'usage' });
});

test('sizes are those of the files, of this export and of the other', async () => {
  const asItIs = await exportModel({ store, model: 'nb', format: 'js' });
  const result = await exportModel({ store, model: 'nb', format: 'js', quantize: 'int8' });
  const { bytes } = result.cost!;
  expect(bytes.before! - bytes.after).toBe(sizeOf(asItIs) - sizeOf(result));
});

test('all terms in another order say what the pipeline says', async () => {
  for (const model of ['logistic', 'dense', 'bag']) {
    const output = join(folder.path, 'all', model);
    const { check } = await exportModel({ store, model, format: 'js', prune: { share: 1 }, output });
    expect(check).toMatchObject({ tolerance: 1e-5 });
  }
});

test('columns that are no terms are not pruned, and no other format is made smaller', async () => {
  const refused = { code: 'usage' };
  const share = { share: 0.5 };
  await expect(exportModel({ store, model: 'hashed', format: 'js', prune: share })).rejects.toMatchObject(
    refused,
  );
  await expect(exportModel({ store, model: 'nb', format: 'tfjs', prune: share })).rejects.toMatchObject(
    refused,
  );
  await expect(exportModel({ store, model: 'nb', format: 'onnx', quantize: 'int8' })).rejects.toMatchObject(
    refused,
  );
  await expect(exportModel({ store, model: 'nb', format: 'js', data: [tickets] })).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('--data alone, expected --quantize or --prune'),
  });
});

test('a pruned export that says something else than it did is found, far below its tolerance', async () => {
  const output = join(folder.path, 'changed');
  const { check } = await exportModel({ store, model: 'nb', format: 'js', prune: { share: 0.3 }, output });
  expect(check.tolerance).toBeGreaterThan(1e-3);
  const module = join(output, 'model.js');
  const text = readFileSync(module, 'utf8');
  const changed = text.replace(
    /\\"idf\\":\{\\"array\\":\\"Float64Array\\",\\"base64\\":\\"(.{8})/,
    (found, eight) => found.replace(eight, 'AAAAAAAA'),
  );
  expect(changed).not.toBe(text);
  writeFileSync(module, changed);
  const path = join(output, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  manifest.files['model.js'] = { sha256: sha256(changed), size: Buffer.byteLength(changed) };
  writeFileSync(path, JSON.stringify(manifest));
  await expect(verifyExport({ folder: output })).rejects.toMatchObject({ code: 'failed' });
});

test('rows that are not what they were are not measured on, others are', async () => {
  const data = folder.file('gone.csv', readFileSync(tickets, 'utf8'));
  await train({ data: [data], store, name: 'gone', settings: resolveSettings({}) });
  rmSync(data);
  const asked = { store, model: 'gone', format: 'js', quantize: 'int8' } as const;
  const { cost } = await exportModel(asked);
  expect(cost).toMatchObject({ unmeasured: expect.stringContaining('is not there') });
  expect(cost!.measured).toBeUndefined();
  const again = await exportModel({ ...asked, data: [tickets] });
  expect(again.cost!.measured!.rows).toBe(420);
  expect(again.cost!.measured!.accuracy.before).toBeGreaterThan(0.9);
});

test.skipIf(!chromium)('Chromium says what Node says', async () => {
  const output = join(folder.path, 'page');
  await exportModel({
    store,
    model: 'logistic',
    format: 'js',
    quantize: 'int8',
    prune: { share: 0.5 },
    output,
  });
  const { labels, texts, exported } = await readCertificate(output);
  const source = readFileSync(join(output, 'model.js')).toString('base64');
  const tab = await openTab('about:blank');
  try {
    const found: Prediction[] = await tab.evaluate(
      `import('data:text/javascript;base64,${source}').then(({ predictAll }) => predictAll(${JSON.stringify(texts)}))`,
    );
    found.forEach((prediction, text) => {
      expect(largestDelta({ labels, scores: [exported![text]!] }, [prediction])).toBeLessThan(1e-10);
    });
    expect(found).toHaveLength(texts.length);
  } finally {
    await tab.close();
  }
});
if (!chromium)
  console.warn('skipped: Chromium is not installed, so smaller exports are not tried in a browser');
