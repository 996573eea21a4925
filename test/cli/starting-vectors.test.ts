import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readExamples } from '../../src/data/examples.js';
import { hasFastText, trainFastText } from '../support/fasttext.js';
import { bin, maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const run = (...args: string[]) => maas([...args, '--store', store]);
const json = async (...args: string[]) => {
  const { stdout, stderr, code } = await run(...args, '--json');
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
};
const small = ['--units', '16', '--learning-rate', '0.01', '--epochs', '6'];
const weights = (model: string) => readFileSync(join(store, 'models', model, '1', 'weights.safetensors'));

describe.skipIf(!hasFastText)('networks whose embeddings begin with vectors of fastText', async () => {
  const texts: string[] = [];
  await readExamples([tickets], { onBadRow: 'fail' }, ({ text }) => {
    texts.push(text.toLowerCase());
  });
  const input = folder.file('lines.txt', `${texts.join('\n')}\n`);
  const trained = ['skipgram', '-dim', '20', '-minCount', '3', '-bucket', '2000'] as const;
  const model = hasFastText ? trainFastText(folder.path, 'ft', input, ...trained) : '';
  const vectors = ['--embeddings', `${model}.vec`];

  test('say what they begin with, take its size, and need it no more', async () => {
    const copy = join(folder.path, 'copy.vec');
    copyFileSync(`${model}.vec`, copy);
    const given = ['--model', 'lstm', ...small, '--embeddings', copy];
    const result = await json('train', tickets, ...given, '--name', 'read', '--cv', '2');
    expect(result.embeddings).toMatchObject({ path: copy, format: 'word2vec text', dim: 20, subwords: 0 });
    const { tokens, words } = result.embeddings.coverage.train;
    // what is there twice has a number, what is there three times a vector
    expect(words).toBeGreaterThan(0.3);
    expect(tokens).toBeGreaterThan(words);
    expect(tokens).toBeLessThan(1);
    expect(result.metrics.accuracy).toBeGreaterThan(0.5);
    expect(result.cv.scores).toHaveLength(2);
    rmSync(copy);
    const shown = await json('models', 'show', 'read');
    expect(shown.config).toMatchObject({ dim: 20, vectorizer: 'sequence', analyzer: 'word' });
    expect((await json('evaluate', 'read')).metrics).toEqual(result.metrics);
    expect((await run('predict', 'read', '--text', 'where is my parcel')).code).toBe(0);
    const exported = await json('export', 'read', '--format', 'js', '-o', join(folder.path, 'js'));
    expect(exported.check.maxAbsDelta).toBeLessThan(1e-5);
  });

  test('with a fastText model, words of too few texts have a vector, too', async () => {
    const given = ['--model', 'cnn', '--filters', '8', '--epochs', '2', '--embeddings', `${model}.bin`];
    const { embeddings } = await json('train', tickets, ...given, '--name', 'ngrams', '--min-df', '1');
    expect(embeddings).toMatchObject({ format: 'fastText model', dim: 20 });
    // of the words of the vocabulary, all
    expect(embeddings.coverage.train).toEqual({ words: 1, tokens: 1 });
    expect(embeddings.coverage.test).toEqual({ words: 1, tokens: 1 });
  });

  test('may leave them as they are', async () => {
    const given = ['--model', 'cnn', '--filters', '8', '--epochs', '2', ...vectors];
    await json('train', tickets, ...given, '--freeze-embeddings', '--name', 'frozen');
    await json('train', tickets, ...given, '--name', 'moved');
    const vocabulary = JSON.parse(
      readFileSync(join(store, 'models', 'frozen', '1', 'vocabulary.json'), 'utf8'),
    );
    const terms: string[] = Array.isArray(vocabulary) ? vocabulary : vocabulary.terms;
    const place = terms.indexOf('order');
    const line = readFileSync(`${model}.vec`, 'utf8')
      .split('\n')
      .find((found) => found.startsWith('order '))!;
    const expected = Float32Array.from(line.trim().split(' ').slice(1), Number);
    const found = (name: string) => weights(name).includes(Buffer.from(expected.buffer));
    expect(place).toBeGreaterThanOrEqual(0);
    expect(found('frozen')).toBe(true);
    expect(found('moved')).toBe(false);
  });

  test('go on after an interruption with the same vectors, wherever they lie, and with no others', async () => {
    const args = ['train', tickets, '--model', 'lstm', ...small, '--epochs', '12', '--store', store];
    expect((await maas([...args, ...vectors, '--name', 'whole'])).code).toBe(0);
    const killed = [...args, '--name', 'killed', '--checkpoint-seconds', '0'];
    const child = spawn(process.execPath, [bin, ...killed, ...vectors], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const checkpoint = join(store, 'checkpoints', 'killed.safetensors');
    while (!existsSync(checkpoint) && child.exitCode === null) await new Promise((r) => setTimeout(r, 5));
    child.kill('SIGKILL');
    await ended;
    expect(child.signalCode, 'it was over before it was killed').toBe('SIGKILL');
    const text = readFileSync(`${model}.vec`, 'utf8');
    const other = folder.file('other.vec', text.replace(/(?<=^order )\S+/m, '0.5'));
    const refused = await maas([...killed, '--embeddings', other, '--resume']);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain('was left by a training with other data, settings or another device');
    const same = folder.file('same.vec', text);
    const resumed = await maas([...killed, '--embeddings', same, '--resume']);
    expect(resumed.stderr).toMatch(/^the training goes on after epoch \d+ and \d+ steps of the next$/m);
    expect(weights('killed').equals(weights('whole'))).toBe(true);
  });

  test('are searched with the size of the vectors', async () => {
    const given = ['--models', 'cnn', '--filters', '4', '--epochs', '1', '--trials', '2', ...vectors];
    await json('tune', tickets, ...given, '--name', 'tuned');
    expect((await json('models', 'show', 'tuned')).config.dim).toBe(20);
  });

  test.each([
    [['--model', 'lstm', '--dim', '64', ...vectors], 'have 20 numbers, expected no dim 64'],
    [['--model', 'lstm', '--analyzer', 'char', ...vectors], 'expected no analyzer char'],
    [['--model', 'cnn', '--ngram-range', '2,2', ...vectors], 'expected no ngramRange 2,2'],
    [['--model', 'cnn', '--freeze-embeddings'], 'freezeEmbeddings leaves word vectors as they are'],
    [['--freeze-embeddings'], 'the model "logistic" has no use for --freeze-embeddings'],
  ])('%j contradict each other', async (given, message) => {
    const { code, stderr } = await run('train', tickets, ...given, '--name', 'refused');
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test('a dataset holds none', async () => {
    const given = ['--vectorizer', 'sequence', ...vectors, '-o', join(folder.path, 'set')];
    const { code, stderr } = await run('preprocess', tickets, ...given);
    expect(stderr).toContain('a dataset of sequences holds no word vectors');
    expect(code).toBe(2);
  });
});
