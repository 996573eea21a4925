import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { csvLine } from '../../src/data/csv-text.js';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const labelled = readFileSync(tickets, 'utf8');
const body = labelled.slice(labelled.indexOf('\n') + 1);
/** A file that is worth a thread of its own, with rows that are bad, a text longer than any batch, and one without words. */
const before = labelled + body.repeat(6);
const csv = `${before}only one field\n${csvLine(['a very long text, "again" '.repeat(20_000), 'billing'])}--,returns\n${body.repeat(6)}`;
let large: string;

beforeAll(async () => {
  large = folder.file('large.csv', csv);
  expect(statSync(large).size).toBeGreaterThan(600_000);
  for (const vectorizer of ['tfidf', 'hashing']) {
    const options = ['--name', vectorizer, '--vectorizer', vectorizer, '--store', store];
    expect((await maas(['train', tickets, ...options])).code).toBe(0);
  }
});

test.each(['tfidf', 'hashing'])(
  'a large file has the rows of a stream, which no other thread scores: %s',
  async (model) => {
    const [file, stream] = await Promise.all([
      maas(['predict', model, large, '--store', store]),
      maas(['predict', model, '-', '--store', store], { input: csv }),
    ]);
    expect(file.code).toBe(0);
    expect(file.stdout).toBe(stream.stdout);
    expect(file.stdout.split('\n').filter((line) => line === 'only one field,,,')).toHaveLength(1);
    expect(file.stderr).toContain(`${large}:${before.split('\n').length}: it has 1 field`);
  },
);

test('where a bad row ends the work, the rows before it are answered', async () => {
  const bad = folder.file('ends.csv', `${before}only one field\n${body.repeat(9)}`);
  const ran = await maas(['predict', 'tfidf', bad, '--on-bad-row', 'fail', '--store', store]);
  expect(ran.code).toBe(3);
  const whole = await maas(['predict', 'tfidf', large, '--store', store]);
  const until = whole.stdout.indexOf('only one field');
  expect(until).toBeGreaterThan(100_000);
  expect(ran.stdout).toBe(whole.stdout.slice(0, until));
});

test('a large file is evaluated as a small one is', async () => {
  const json = async (...data: string[]) =>
    JSON.parse((await maas(['evaluate', 'tfidf', '--data', ...data, '--json', '--store', store])).stdout);
  const small = await json(folder.file('small.csv', labelled));
  const twice = await json(folder.file('twice.csv', labelled + body.repeat(9)));
  expect(twice.metrics.n).toBe(10 * small.metrics.n);
  expect(twice.metrics.accuracy).toBeCloseTo(small.metrics.accuracy, 12);
  expect(twice.metrics.log_loss).toBeCloseTo(small.metrics.log_loss, 12);
});

test('what the other thread cannot do is told by this one, and nothing is written', async () => {
  appendFileSync(join(store, 'models', 'hashing', '1', 'weights.safetensors'), 'x');
  const output = join(folder.path, 'never.csv');
  const ran = await maas(['predict', 'hashing', large, '-o', output, '--store', store]);
  expect(ran).toMatchObject({ code: 6, stdout: '' });
  expect(ran.stderr).toMatch(/^error: .*weights\.safetensors/m);
  expect(existsSync(output)).toBe(false);
  const shown = await maas(['predict', 'hashing', large, '--store', store]);
  expect(shown).toMatchObject({ code: 6, stdout: '' });
  const evaluated = await maas(['evaluate', 'hashing', '--data', large, '--store', store]);
  expect(evaluated.code).toBe(6);
});
