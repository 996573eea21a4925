import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { stratifiedFolds } from '../../src/data/folds.js';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = ['--store', join(folder.path, 'store')];
const { data: rows } = Papa.parse<{ text: string; label: string }>(readFileSync(tickets, 'utf8'), {
  header: true,
  skipEmptyLines: true,
});
const labels = rows.map(({ label }) => label);
const names = [...new Set(labels)].sort();
const classOf = Int32Array.from(labels, (label) => names.indexOf(label));

test('--cv adds mean and spread, and changes nothing of the model', async () => {
  const plain = await maas(['train', tickets, ...store, '--json']);
  const ran = await maas(['train', tickets, ...store, '--cv', '5', '--json']);
  expect(ran.code).toBe(0);
  const { cv, metrics, path, timings } = JSON.parse(ran.stdout);
  expect(metrics).toEqual(JSON.parse(plain.stdout).metrics);
  expect(timings.cv).toBeGreaterThan(0);
  expect(cv.folds).toBe(5);
  const accuracies = cv.scores.map((score: { accuracy: number }) => score.accuracy);
  const mean = accuracies.reduce((a: number, b: number) => a + b) / 5;
  expect(cv.mean.accuracy).toBeCloseTo(mean, 12);
  const variance = accuracies.reduce((sum: number, a: number) => sum + (a - mean) ** 2, 0) / 5;
  expect(cv.std.accuracy).toBeCloseTo(Math.sqrt(variance), 12);
  expect(cv.scores.reduce((sum: number, { n }: { n: number }) => sum + n, 0)).toBe(336);
  expect(JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')).cv).toEqual(cv);
  const report = readFileSync(join(path, 'report.md'), 'utf8');
  expect(report).toContain('## On 5 folds of the training rows');
  expect(report).toContain(`| accuracy | ${cv.mean.accuracy.toFixed(4)} | ${cv.std.accuracy.toFixed(4)} |`);
  const told = await maas(['train', tickets, ...store, '--cv', '5']);
  expect(told.stdout).toContain(
    `5 folds   accuracy ${cv.mean.accuracy.toFixed(4)} ± ${cv.std.accuracy.toFixed(4)}, F1 macro`,
  );
});

test.each([
  ['words', ['--min-df', '2']],
  ['counted', ['--analyzer', 'char_wb', '--ngram-range', '2,4', '--max-features', '3000', '--model', 'nb']],
])('a fold is a training on the other rows and nothing else: %s', async (name, recipe) => {
  await maas(['train', tickets, ...recipe, '--name', name, ...store]);
  const ran = await maas(['evaluate', name, '--data', tickets, '--cv', '3', ...store, '--json']);
  const { cv, data, metrics } = JSON.parse(ran.stdout);
  expect(data).toMatchObject({ kind: 'folds' });
  expect(metrics.n).toBe(420);
  const folds = stratifiedFolds(classOf, names.length, 3, 42);
  for (const [i, { train, held }] of folds.entries()) {
    const file = (part: string, of: Uint32Array) =>
      folder.file(`${part}${i}.csv`, Papa.unparse(Array.from(of, (r) => rows[r]!)));
    const alone = await maas([
      ...['train', file('train', train), '--test', file('test', held), ...recipe, '--name', 'fold', ...store],
      '--json',
    ]);
    expect(JSON.parse(alone.stdout).metrics).toMatchObject(cv.scores[i]);
  }
});

test.each([
  [['--model', 'nb']],
  [['--model', 'bag']],
  [['--model', 'majority']],
  [['--model', 'dense', '--epochs', '3', '--validation-size', '0.1', '--patience', '1']],
  [['--vectorizer', 'hashing', '--n-features', '4096']],
])('%s', async (recipe) => {
  const ran = await maas(['train', tickets, ...recipe, '--cv', '2', ...store, '--json']);
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.stdout).cv.scores).toHaveLength(2);
});

test('what cannot be divided is refused', async () => {
  const few = await maas(['train', tickets, '--cv', '337', ...store]);
  expect(few.code).toBe(3);
  expect(few.stderr).toContain('336 rows are too few for 337 folds');
  const one = await maas(['train', tickets, '--cv', '1', ...store]);
  expect(one.code).toBe(2);
  const dataset = join(folder.path, 'dataset');
  await maas(['preprocess', tickets, '-o', dataset, ...store]);
  const folded = await maas(['train', dataset, '--cv', '5', ...store]);
  expect(folded.code).toBe(2);
  expect(folded.stderr).toContain('expected a CSV file for --cv');
  const own = await maas(['evaluate', '--cv', '5', ...store]);
  expect(own.code).toBe(2);
  expect(own.stderr).toContain('expected --data with labelled rows');
});

test('a device that is not there is told before anything is read', async () => {
  const named = await maas(['train', tickets, '--name', 'onCuda', ...store, '--json']);
  const manifest = join(JSON.parse(named.stdout).path, 'manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"device": "auto"', '"device": "cuda"'));
  const nowhere = { env: { MAAS_DEVICES: join(folder.path, 'none') } };
  const asked = ['evaluate', 'onCuda', '--cv', '2', '--data', 'no-such-file.csv', ...store];
  const { code, stderr } = await maas(asked, nowhere);
  expect(stderr).toContain('cuda');
  expect(code).toBe(5);
});
