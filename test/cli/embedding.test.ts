import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { readExamples } from '../../src/data/examples.js';
import { hasFastText, trainFastText } from '../support/fasttext.js';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';
import { gloveText } from '../support/vectorizing.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const run = (...args: string[]) => maas([...args, '--store', store]);
const json = async (...args: string[]) => {
  const { stdout, stderr, code } = await run(...args, '--json');
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
};
const texts: string[] = [];
const labels: string[] = [];
await readExamples([tickets], { onBadRow: 'fail' }, ({ text, label }) => {
  texts.push(text.toLowerCase());
  labels.push(label);
});
const words = [...new Set(texts.join(' ').match(/[\p{L}\p{N}_]+/gu))];
/** Numbers that lean to the classes of a word's rows, as words of like meaning have like vectors. */
const leaning = (word: string) =>
  [...new Set(labels)].map(
    (label) => labels.filter((own, r) => own === label && texts[r]!.includes(word)).length,
  );
const vectors = folder.file(
  'words.txt',
  gloveText(words.slice(30), 15).replace(/^(\S+) .*$/gm, (line, word) => [line, ...leaning(word)].join(' ')),
);
const zipped = folder.file('words.txt.gz', gzipSync(readFileSync(vectors)));
const flags = ['--vectorizer', 'embedding', '--embeddings', vectors];

describe('a model of word vectors', () => {
  let trained: { path: string; metrics: { accuracy: number }; embeddings: Record<string, unknown> };
  beforeAll(async () => {
    trained = await json('train', tickets, ...flags, '--name', 'means', '--embedding-words', '50');
  });

  test('is trained again to the last byte, and not with other vectors', async () => {
    expect(await json('reproduce', 'means')).toMatchObject({ identical: true });
    expect((await json('models', 'verify', 'means')).versions[0].golden).toMatchObject({ passed: true });
    const { code, stdout } = await run('reproduce', 'means', '--embeddings', zipped, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ differs: 'data', stages: [{ first: zipped }] });
  });

  test('says which vectors it is made of, and how many words have one', async () => {
    expect(trained).toMatchObject({ features: 20, metrics: { n: 84 } });
    expect(trained.metrics.accuracy).toBeGreaterThan(0.6);
    const { embeddings } = trained;
    expect(embeddings).toMatchObject({
      path: vectors,
      format: 'GloVe text',
      dim: 20,
      words: words.length - 30,
    });
    const { train, test } = embeddings.coverage as Record<string, { words: number; tokens: number }>;
    for (const share of [train!.words, train!.tokens, test!.words, test!.tokens]) {
      expect(share).toBeGreaterThan(0.1);
      expect(share).toBeLessThan(1);
    }
    const manifest = JSON.parse(readFileSync(join(trained.path, 'manifest.json'), 'utf8'));
    expect(manifest.embeddings).toEqual(embeddings);
    expect(readFileSync(join(trained.path, 'report.md'), 'utf8')).toMatch(
      /\| words with a vector \| [\d.]+ % of the training rows' words, [\d.]+ % with repeats; of the test rows'/,
    );
    expect((await run('models', 'show', 'means')).stdout).toMatch(
      /^vectors {3}.*words\.txt: [\d,]+ words of 20 numbers \(GloVe text\), [\d,]+ kept \([\d.]+ kB\)$/m,
    );
    const { stdout } = await run('train', tickets, ...flags, '--name', 'told');
    expect(stdout).toMatch(/^covered {3}[\d.]+ % of the training rows' words/m);
  });

  test('scores its held-out rows as it scores them from a file', async () => {
    expect((await json('evaluate', 'means')).metrics).toEqual(trained.metrics);
    const test = folder.file('test.csv', heldOut(trained.path));
    const onFile = await json('evaluate', 'means', '--data', test);
    expect(onFile.metrics).toEqual(trained.metrics);
  });

  test('predicts, a text that is empty for it, too', async () => {
    const { stdout, code } = await run('predict', 'means', '--text', 'qqqq');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^text,label,score\nqqqq,[a-z]+,0\.\d+$/m);
  });

  test('explains a text by leaving words out, of which unknown ones weigh nothing', async () => {
    const found = await json('explain', 'means', 'parcel qqqq late');
    expect(found).toMatchObject({ method: 'occlusion', unit: 'words' });
    expect(found.tokens.map(({ text }: { text: string }) => text)).toEqual(['parcel', 'qqqq', 'late']);
    expect(found.tokens[0].contribution).not.toBe(0);
    expect(found.tokens[1].contribution).toBe(0);
  });

  test.each(['js', 'tfjs'])('an export says the same: %s', async (format) => {
    const output = join(folder.path, `means-${format}`);
    const { check } = await json('export', 'means', '--format', format, '-o', output);
    expect(check.rows).toBe(32);
    expect(check.maxAbsDelta).toBeLessThan(1e-6);
  });

  test('the same again gives the same bytes, from zipped vectors, from a dataset, with one thread', async () => {
    const same = ['--embedding-words', '50'];
    const set = join(folder.path, 'set');
    await json('preprocess', tickets, ...flags, ...same, '-o', set);
    const again = [
      await json('train', tickets, ...flags.slice(0, 3), zipped, ...same, '--threads', '1'),
      await json('train', set, '--name', 'set'),
    ];
    const iterations = (path: string) =>
      JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')).config.maxIter;
    for (const { path, embeddings } of again) {
      expect(iterations(path)).toBe(iterations(trained.path));
      expect(embeddings.coverage).toEqual(trained.embeddings.coverage);
      for (const file of ['weights.safetensors', 'pipeline.json', 'vocabulary.json', 'predictions.csv']) {
        const [one, two] = [trained.path, path].map((folder) => readFileSync(join(folder, file)));
        expect(one!.equals(two!), file).toBe(true);
      }
    }
  });

  test('folds are fitted on vectors that are read once, each without the words of the rows that it is scored on', async () => {
    const { cv, metrics } = await json('train', tickets, ...flags, '--cv', '3', '--name', 'folded');
    expect(metrics).toEqual((await json('train', tickets, ...flags, '--name', 'unfolded')).metrics);
    expect(cv.scores).toHaveLength(3);
    expect(cv.mean.accuracy).toBeGreaterThan(0.5);
  });

  test('a search tries what it has a use for', async () => {
    const given = ['--name', 'searched', '--trials', '3', '--metric', 'accuracy'];
    const { stdout, stderr, code } = await run('tune', tickets, ...flags, ...given, '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).features).toBe(20);
  });

  test('a network learns from it, and goes the same way', async () => {
    const ofNetwork = ['--model', 'dense', '--hidden', '16', '--learning-rate', '0.01', '--name', 'network'];
    const { metrics } = await json('train', tickets, ...flags, ...ofNetwork);
    expect(metrics.accuracy).toBeGreaterThan(0.4);
    expect((await json('export', 'network', '-o', join(folder.path, 'network'))).check.maxAbsDelta).toBe(0);
  });
});

/** The rows of the tickets that a version held out. */
function heldOut(path: string): string {
  const rows = readFileSync(tickets, 'utf8').split('\r\n').length > 2 ? '\r\n' : '\n';
  const lines = readFileSync(tickets, 'utf8').split(rows);
  const held = readFileSync(join(path, 'predictions.csv'), 'utf8').trim().split('\n').slice(1);
  return [lines[0], ...held.map((row) => lines[Number(row.split(',').at(2)) - 1])].join('\n');
}

describe.skipIf(!hasFastText)('a model of a fastText model', () => {
  test('knows words that it never saw, and so does its export', async () => {
    const input = folder.file('lines.txt', `${texts.join('\n')}\n`);
    const model = trainFastText(folder.path, 'ft', input, 'skipgram', '-dim', '8', '-bucket', '5000');
    const given = ['--vectorizer', 'embedding', '--embeddings', `${model}.bin`, '--name', 'ngrams'];
    const { embeddings } = await json('train', tickets, ...given);
    expect(embeddings).toMatchObject({ format: 'fastText model', dim: 8 });
    expect(embeddings.subwords).toBeGreaterThan(1000);
    const answer = async (text: string) => (await json('predict', 'ngrams', '--text', text)).scores;
    expect(await answer('deliverish')).not.toEqual(await answer('!'));
    for (const format of ['js', 'tfjs']) {
      const output = join(folder.path, `ngrams-${format}`);
      const { check } = await json('export', 'ngrams', '--format', format, '-o', output);
      expect(check.maxAbsDelta).toBeLessThan(1e-6);
    }
  });
});

describe('what cannot be', () => {
  test.each([
    [
      ['--vectorizer', 'embedding'],
      2,
      'the vectorizer "embedding" needs word vectors, expected --embeddings <file>',
    ],
    [['--embeddings', vectors], 2, 'the vectorizer "tfidf" has no use for --embeddings'],
    [[...flags, '--ngram-range', '1,2'], 2, 'the vectorizer "embedding" has no use for --ngram-range'],
    [[...flags, '--min-df', '2'], 2, 'the vectorizer "embedding" has no use for --min-df'],
    [[...flags, '--stemmer', 'porter'], 2, 'the vectorizer "embedding" has no use for --stemmer'],
    [[...flags, '--pooling', 'max'], 2, 'expected one of mean, tfidf, sif'],
    [[...flags, '--embedding-words', 'some'], 2, 'expected a number of words, seen for none, or all'],
    [[...flags, '--model', 'nb'], 2, 'the model "nb" counts terms'],
    [[...flags, '--model', 'bag'], 2, 'the model "bag" learns the vectors of terms itself'],
    [[...flags, '--max-memory', '20MB'], 1, 'and there are 20 MB'],
    [['--vectorizer', 'embedding', '--embeddings', 'no.txt'], 3, 'no.txt: there is no such file'],
    [['--vectorizer', 'embedding', '--embeddings', tickets], 3, 'its first line is neither'],
  ] as [string[], number, string][])('%j', async (given, code, message) => {
    const ran = await run('train', tickets, ...given, '--name', 'refused');
    expect(ran.stderr).toContain(message);
    expect(ran.code).toBe(code);
  });

  test('vectors of other words are warned about', async () => {
    const few = folder.file('few.txt', gloveText(words.slice(0, 20), 5));
    const { stderr } = await run('train', tickets, ...flags.slice(0, 3), few, '--name', 'few');
    expect(stderr).toMatch(/only [\d.]+ % of the words of the training rows have a vector in .*few\.txt/);
  });
});

test('memory does not grow with the file of the vectors', async () => {
  const large = join(folder.path, 'large.txt');
  const out = createWriteStream(large);
  const numbers = Array.from({ length: 300 }, (_, d) => Math.cos(d).toFixed(6)).join(' ');
  for (let block = 0; block < 80; block++) {
    const lines = Array.from({ length: 1000 }, (_, i) => `w${block * 1000 + i} ${numbers}\n`).join('');
    if (!out.write(lines)) await once(out, 'drain');
  }
  for (const word of words) out.write(`${word} ${numbers.replace('1.0', `0.${word.length}`)}\n`);
  out.end();
  await finished(out);
  const rss = new URL('../../bench/rss.cjs', import.meta.url).pathname;
  const given = [
    '--vectorizer',
    'embedding',
    '--embeddings',
    large,
    '--embedding-words',
    'seen',
    '--name',
    'large',
  ];
  const { stderr, code } = await maas(['train', tickets, ...given, '--store', store], {
    env: { NODE_OPTIONS: `--require "${rss}"` },
  });
  expect(code, stderr).toBe(0);
  // 220 MB of vectors
  expect(Number(/RSS (\d+)/.exec(stderr)![1]) * 1024).toBeLessThan(200e6);
}, 120_000);
