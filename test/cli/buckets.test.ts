import { join } from 'node:path';
import { expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = ['--store', join(folder.path, 'store')];
const buckets = ['--word-ngrams', '2', '--minn', '2', '--maxn', '4', '--bucket', '50000'];

test('a bag of words, pairs of words and characters is trained, scored in folds, and knows new words by their characters', async () => {
  const flags = [...buckets, '--model', 'bag', '--epochs', '100', '--cv', '3'];
  const trained = await maas(['train', tickets, ...store, ...flags, '--json']);
  expect(trained.code).toBe(0);
  const { metrics, cv, path } = JSON.parse(trained.stdout);
  expect(metrics.accuracy).toBeGreaterThan(0.8);
  expect(cv.mean.accuracy).toBeGreaterThan(0.75);
  const again = await maas(['evaluate', '--json', ...store]);
  expect(JSON.parse(again.stdout).metrics).toEqual(metrics);
  const scores = async (text: string) =>
    JSON.parse((await maas(['predict', '--text', text, '--json', ...store])).stdout).scores;
  expect(await scores('passwordz')).not.toEqual(await scores(''));
  const threads = await maas(['train', tickets, ...store, ...flags, '--threads', '1', '--json']);
  expect(JSON.parse(threads.stdout).metrics).toEqual(metrics);
  const shown = await maas(['models', 'show', path, '--json', ...store]);
  expect(JSON.parse(shown.stdout).config).toMatchObject({ vectorizer: 'fasttext', maxn: 4, bucket: 50_000 });
});

test('it is vectorized once and trained from that', async () => {
  const made = await maas([
    'preprocess',
    tickets,
    ...store,
    ...buckets,
    '--norm',
    'l1',
    '--no-use-idf',
    '--json',
  ]);
  const dataset = JSON.parse(made.stdout).path;
  const model = ['--model', 'bag', '--epochs', '5', '--norm', 'l1', '--no-use-idf', '--json'];
  const from = await maas(['train', dataset, ...store, ...model]);
  const direct = await maas(['train', tickets, ...store, ...model, ...buckets, '--no-sublinear-tf']);
  expect([from.code, direct.code]).toEqual([0, 0]);
  expect(JSON.parse(from.stdout).features).toBe(JSON.parse(direct.stdout).features);
  const other = await maas(['train', dataset, ...store, '--word-ngrams', '3']);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain('has decided');
});

test('a search holds to it', async () => {
  const flags = ['--model', 'logistic', ...buckets, '--trials', '2', '--json'];
  const { code, stdout } = await maas(['tune', tickets, ...store, ...flags]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).metrics.accuracy).toBeGreaterThan(0.8);
});
