import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { dataSet } from '../support/sets.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const run = (...args: string[]) => maas([...args, '--store', store]);

describe('what a run needs', () => {
  test('is in the answer, close to what it takes', async () => {
    const words = (i: number) => Array.from({ length: 40 }, (_, w) => `w${(i * 31 + w * w * 7) % 20011}`);
    const rows = Array.from({ length: 60_000 }, (_, i) => `"${words(i).join(' ')}",${i % 2}`);
    const file = folder.file('wide.csv', `text,label\n${rows.join('\n')}\n`);
    const rss = new URL('../../bench/rss.cjs', import.meta.url).pathname;
    const ran = await maas(['train', file, '--json', '--quiet', '--preset', 'sklearn', '--store', store], {
      env: { NODE_OPTIONS: `--require "${rss}"` },
    });
    const { needs, features } = JSON.parse(ran.stdout);
    expect(needs).toMatchObject({ rows: 60_000, features });
    expect(needs.nonZeros).toBeGreaterThan(2_000_000);
    const taken = Number(/RSS (\d+)/.exec(ran.stderr)![1]) * 1024;
    expect(needs.bytes / taken).toBeGreaterThan(0.75);
    expect(needs.bytes / taken).toBeLessThan(1.35);
  }, 120_000);

  test('more than there may be is refused while the terms are counted, and leaves no version', async () => {
    const ran = await run('train', tickets, '--name', 'small', '--max-memory', '20MB', '--json');
    expect(ran.code).toBe(1);
    const { error } = JSON.parse(ran.stdout);
    expect(error.message).toMatch(
      /^counting the terms of [\d,]+ rows would take about [\d.]+ MB of memory, and there are 20 MB$/,
    );
    expect(error.hint).toContain('--vectorizer hashing');
    expect(error.details.limit).toBe(20e6);
    expect(existsSync(join(store, 'models', 'small', '1'))).toBe(false);
  });

  test.each(['0', 'much', '4 PB', '-1GB'])('%s is no size', async (size) => {
    const ran = await run('train', tickets, '--max-memory', size);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('expected a size such as 800MB or 4GB');
  });

  const imdb = dataSet('imdb');
  test.skipIf(!imdb)(
    'more than there may be is refused before rows are made and fitted',
    async () => {
      const ran = await run('preprocess', imdb!.test, '--max-memory', '330MB', '--ngram-range', '1,2');
      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(
        /non-zeros would take about \d+ MB of memory, and there are 330 MB|counting/,
      );
      expect(ran.stderr).toContain('--min-df 2');
    },
    120_000,
  );
});

test('a training from a dataset says what it needs, and is refused where that is too much', async () => {
  const set = join(folder.path, 'dataset');
  const made = [0, 1].map(async (i) =>
    JSON.parse((await run('preprocess', tickets, '-o', `${set}${i}`, '--json')).stdout),
  );
  for (const { needs } of await Promise.all(made)) expect(needs.rows).toBe(420);
  const [one, two] = [0, 1].map((i) => JSON.parse(readFileSync(join(`${set}${i}`, 'manifest.json'), 'utf8')));
  expect(one.files).toEqual(two.files);
  const trained = JSON.parse((await run('train', `${set}0`, '--json')).stdout);
  expect(trained.needs).toMatchObject({ rows: 420, features: trained.features });
  const refused = await run('train', `${set}0`, '--max-memory', '20MB');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /^error: 420 rows with [\d,]+ features and [\d,]+ non-zeros would take about/m,
  );
});

describe('--vectorizer hashing', () => {
  test('goes the whole way', async () => {
    const flags = ['--vectorizer', 'hashing', '--n-features', '4096', '--name', 'hashed', '--json'];
    const trained = JSON.parse((await run('train', tickets, ...flags)).stdout);
    expect(trained).toMatchObject({ features: 4096, version: 1 });
    expect(trained.metrics.accuracy).toBeGreaterThan(0.8);
    expect(existsSync(join(trained.path, 'vocabulary.json'))).toBe(false);
    const evaluated = JSON.parse((await run('evaluate', 'hashed', '--json')).stdout);
    expect(evaluated.metrics.accuracy).toBe(trained.metrics.accuracy);
    const onFile = JSON.parse((await run('evaluate', 'hashed', '--data', tickets, '--json')).stdout);
    expect(onFile.metrics.accuracy).toBeGreaterThan(0.9);
    const exported = await run('export', 'hashed', '-o', join(folder.path, 'hashed'));
    expect(exported.code).toBe(0);
    expect(exported.stdout).toContain('largest |Δp| 0.0e+0');
    const set = join(folder.path, 'set');
    expect((await run('preprocess', tickets, '-o', set, ...flags.slice(0, 4))).code).toBe(0);
    const again = JSON.parse((await run('train', set, '--name', 'hashed', '--json')).stdout);
    for (const file of ['weights.safetensors', 'predictions.csv']) {
      const [one, two] = [trained, again].map(({ path }) => readFileSync(join(path, file)));
      expect(one!.equals(two!), file).toBe(true);
    }
  });

  test('what it has no use for is refused', async () => {
    const ran = await run('train', tickets, '--vectorizer', 'hashing', '--min-df', '2');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('the vectorizer "hashing" has no use for --min-df');
    const other = await run('train', tickets, '--n-features', '100');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('the vectorizer "tfidf" has no use for --n-features');
  });
});
