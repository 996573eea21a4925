import { describe, expect, test } from 'vitest';
import { type Pooling, poolings } from '../../src/features/pooling.js';
import { openVectors } from '../../src/features/vectors/vector-file.js';
import { generatedLines, hasFastText, trainFastText } from '../support/fasttext.js';
import { golden } from '../support/golden.js';
import { temporaryFolder } from '../support/temp.js';
import { fitVectorizer, gloveText } from '../support/vectorizing.js';

const folder = temporaryFolder();

describe(`means like those made with ${golden.made_by}`, () => {
  const { words, vectors, train, rows } = golden.poolings;
  const text = words.map((word, i) => `${word} ${vectors[i]!.join(' ')}\n`).join('');
  const embeddings = folder.file('golden.txt', text);

  test.each(poolings)('%s', async (pooling: Pooling) => {
    const given = { vectorizer: 'embedding', embeddings, pooling, tokenizer: 'sklearn' };
    const { vectorizer } = await fitVectorizer(given, golden.texts, train);
    const { indptr, values } = vectorizer.transform(golden.texts);
    rows[pooling].forEach((expected, r) => {
      const row = values.slice(indptr[r], indptr[r + 1]);
      expect(row).toHaveLength(expected.length);
      for (const [d, value] of expected.entries()) expect(row[d]).toBeCloseTo(value, 5);
    });
  });
});

const texts = ['one two', 'two three', 'three four four', 'five', ''];
const numbers = folder.file(
  'numbers.txt',
  gloveText(['zero', 'one', 'two', 'three', 'four', 'five', 'six'], 3),
);

describe('which words have a vector later on', () => {
  const rowOf = async (embeddingWords: unknown, text: string) => {
    const given = { vectorizer: 'embedding', embeddings: numbers, embeddingWords };
    const { vectorizer, embeddings } = await fitVectorizer(given, texts, [0, 1]);
    return { row: vectorizer.transform([text]).values, kept: embeddings!.facts.kept };
  };

  test('seen: those of the training rows, and none of the other rows', async () => {
    expect(await rowOf('seen', 'four')).toMatchObject({ row: { length: 0 }, kept: 3 });
    expect((await rowOf('seen', 'four two')).row).toEqual((await rowOf('seen', 'two')).row);
  });

  test('a number: so many from the start of the file, too', async () => {
    expect(await rowOf(1, 'zero')).toMatchObject({ row: { length: 3 }, kept: 4 });
    expect(await rowOf(1, 'six')).toMatchObject({ row: { length: 0 } });
  });

  test('all', async () => {
    expect(await rowOf('all', 'six')).toMatchObject({ row: { length: 3 }, kept: 7 });
  });
});

test('how many words have a vector is told of any rows', async () => {
  const given = { vectorizer: 'embedding', embeddings: numbers, embeddingWords: 'seen' };
  const { embeddings } = await fitVectorizer(given, ['one two what', 'two two ever', 'six six one'], [0, 1]);
  const { facts, coverage } = embeddings!;
  expect(facts).toMatchObject({ path: numbers, format: 'GloVe text', dim: 3, words: 7, kept: 2, bytes: 24 });
  expect(coverage(Uint32Array.of(0, 1))).toEqual({ words: 2 / 4, tokens: 4 / 6 });
  expect(coverage(Uint32Array.of(2))).toEqual({ words: 1 / 2, tokens: 1 / 3 });
  expect(coverage(Uint32Array.of())).toEqual({ words: null, tokens: null });
});

test('columns that do not vary are 0, whatever the rounding', async () => {
  const embeddings = folder.file('flat.txt', 'one 0.1 1e6 1\ntwo 0.1 1e6 2\nthree 0.1 1e6 4\n');
  const { vectorizer } = await fitVectorizer({ vectorizer: 'embedding', embeddings }, [
    'one two',
    'two three',
    'one',
  ]);
  const { values } = vectorizer.transform(['one', 'three two three']);
  expect(Array.from(values).map((value, i) => (i % 3 === 2 ? value !== 0 : value === 0))).toEqual(
    Array(6).fill(true),
  );
});

test('no word with a vector is told', async () => {
  const given = { vectorizer: 'embedding', embeddings: numbers };
  await expect(fitVectorizer(given, ['nothing', 'known', 'one'], [0, 1])).rejects.toThrow(
    `no word of the training rows has a vector in ${numbers}`,
  );
});

describe.skipIf(!hasFastText)('n-grams of a fastText model', () => {
  const lines = generatedLines(200);
  const model = (buckets: number) => {
    const input = folder.file('lines.txt', `${lines.join('\n')}\n`);
    const args = ['skipgram', '-dim', '4', '-epoch', '1', '-bucket', String(buckets)];
    return `${trainFastText(folder.path, `model${buckets}`, input, ...args)}.bin`;
  };

  test('with all kept, any new word has the vector that it would have in training', async () => {
    const given = { vectorizer: 'embedding', embeddings: model(5000), embeddingWords: 'all' };
    const fresh = 'kalokalo mirase';
    const without = await fitVectorizer(given, lines);
    const within = await fitVectorizer(
      given,
      [...lines, fresh],
      lines.map((_, r) => r),
    );
    expect(within.vectorize(Uint32Array.of(lines.length))).toEqual(without.vectorizer.transform([fresh]));
  });

  test('otherwise those are kept that a kept word has, and words of them have a vector', async () => {
    const given = { vectorizer: 'embedding', embeddings: model(500_000), embeddingWords: 'seen' };
    const { vectorizer, embeddings } = await fitVectorizer(given, lines.slice(0, 5));
    const { subwords } = await (await openVectors(given.embeddings)).read(
      { words: new Set(), first: Number.POSITIVE_INFINITY, reserve: () => {} },
      {},
    );
    expect(embeddings!.facts.subwords).toBeLessThan(subwords!.kept.length / 2);
    const [word] = lines[0]!.split(' ');
    expect(vectorizer.transform([`${word}${word}`]).values).toHaveLength(4);
    expect(vectorizer.transform(['qqqqqqqq']).values).toHaveLength(0);
  });
});
