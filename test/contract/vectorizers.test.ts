import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { readExamples } from '../../src/data/examples.js';
import { bulkTransform } from '../../src/features/bulk.js';
import type { FittedFeatures } from '../../src/features/fits.js';
import { vectorizerNames } from '../../src/features/kinds.js';
import { SentenceEncoder } from '../../src/features/sentence/encoder.js';
import { SentenceVectorizer } from '../../src/features/sentence.js';
import {
  type AnyVectorizer,
  type AnyVectorizerState,
  loadVectorizer,
} from '../../src/features/vectorizer.js';
import type { Csr } from '../../src/sparse/csr.js';
import { readDataset, writeDataset } from '../../src/store/dataset.js';
import { resolveSettings } from '../../src/tasks/presets.js';
import { textsOf } from '../../src/text/batch.js';
import { deviceFolder } from '../support/devices.js';
import { hasFastText, trainFastText } from '../support/fasttext.js';
import { makeSentenceModels, withoutSentences } from '../support/sentences.js';
import { temporaryFolder, tickets } from '../support/temp.js';
import { fitVectorizer, gloveText } from '../support/vectorizing.js';

const folder = temporaryFolder();
const texts: string[] = [];
await readExamples([tickets], { onBadRow: 'fail' }, ({ text }) => void texts.push(text));
texts.push('constructor __proto__ toString hasOwnProperty', '😀 ❤️ Straße naïve x x x', '!?');
const train = Array.from(texts.keys()).filter((r) => r % 3 !== 0);
const words = [
  ...new Set(
    texts
      .join(' ')
      .toLowerCase()
      .match(/[\p{L}\p{N}_]+/gu),
  ),
];

const glove = folder.file(
  'glove.txt',
  gloveText(
    words.filter((_, i) => i % 4 !== 0),
    6,
  ),
);
const fasttext = () =>
  `${trainFastText(folder.path, 'model', folder.file('lines.txt', `${texts.join('\n').toLowerCase()}\n`), 'skipgram', '-dim', '5', '-epoch', '1', '-bucket', '3000')}.bin`;

const sentences = withoutSentences ? undefined : makeSentenceModels(folder.path, texts);

/** What each is asked for, and whether words that no row had make a row, and a text of no words. */
const cases: Record<
  string,
  { given: Record<string, unknown>; unknown: 'nothing' | 'something'; empty?: 'row' }
> = {
  tfidf: { given: { vectorizer: 'tfidf' }, unknown: 'nothing' },
  'tfidf of characters': {
    given: { vectorizer: 'tfidf', analyzer: 'char_wb', ngramRange: [2, 4], norm: 'l1' },
    unknown: 'nothing',
  },
  hashing: { given: { vectorizer: 'hashing', nFeatures: 500 }, unknown: 'something' },
  fasttext: { given: { vectorizer: 'fasttext' }, unknown: 'nothing' },
  'fasttext, hashed': {
    given: { wordNgrams: 3, minn: 2, maxn: 4, bucket: 700 },
    unknown: 'something',
  },
  'fasttext of a bag': {
    given: { model: 'bag', wordNgrams: 2, minDf: 2, bucket: 30_000 },
    unknown: 'nothing',
  },
  sequence: { given: { vectorizer: 'sequence', maxLength: 12 }, unknown: 'something' },
  'embedding, mean': { given: { vectorizer: 'embedding', embeddings: glove }, unknown: 'nothing' },
  'embedding, tfidf': {
    given: { vectorizer: 'embedding', embeddings: glove, pooling: 'tfidf', embeddingWords: 'seen' },
    unknown: 'nothing',
  },
  'embedding, sif': {
    given: { vectorizer: 'embedding', embeddings: glove, pooling: 'sif', embeddingWords: 'all' },
    unknown: 'nothing',
  },
  ...(hasFastText && {
    'embedding with n-grams': {
      given: { vectorizer: 'embedding', embeddings: fasttext(), embeddingWords: 10, pooling: 'tfidf' },
      unknown: 'something' as const,
    },
  }),
  ...(sentences && {
    'sentence, mean': {
      given: { vectorizer: 'sentence', embeddings: sentences.wordpiece.path },
      unknown: 'something' as const,
      empty: 'row' as const,
    },
    'sentence, first token': {
      given: { vectorizer: 'sentence', embeddings: sentences.unigram.path },
      unknown: 'something' as const,
      empty: 'row' as const,
    },
  }),
};

test('every vectorizer has a case', () => {
  expect(new Set(Object.values(cases).map(({ given }) => resolveSettings(given).vectorizer))).toEqual(
    new Set(vectorizerNames.filter((name) => name !== 'sentence' || !withoutSentences)),
  );
});

/** A vectorizer as it comes back from its state. */
const revived = (state: AnyVectorizerState, { embeddings }: Record<string, unknown>): AnyVectorizer =>
  state.kind === 'sentence'
    ? new SentenceVectorizer(state, () => SentenceEncoder.open(String(embeddings), { devices: deviceFolder }))
    : loadVectorizer(state);

/** The rows of a matrix, each as its columns and values. */
const rowsOf = ({ rows, indptr, indices, values }: Csr) =>
  Array.from({ length: rows }, (_, r) => ({
    columns: indices.slice(indptr[r], indptr[r + 1]),
    values: values.slice(indptr[r], indptr[r + 1]),
  }));

describe.each(Object.entries(cases))('%s', (name, { given, unknown, empty: ofNothing }) => {
  let fitted: FittedFeatures;
  let vectorizer: AnyVectorizer;
  const all = Uint32Array.from(texts.keys());
  const fitOn = (...rest: Parameters<typeof fitVectorizer> extends [unknown, ...infer R] ? R : never) =>
    fitVectorizer<AnyVectorizer>(given, ...rest);

  beforeAll(async () => {
    fitted = await fitOn(texts, train);
    vectorizer = fitted.vectorizer;
  });

  test('a row for each text, its columns rising where they are features, its values numbers', async () => {
    const { rows, cols, indptr, indices, values } = await vectorizer.transform(texts);
    expect([rows, cols]).toEqual([texts.length, vectorizer.features]);
    expect(indptr).toHaveLength(rows + 1);
    expect([indices.length, values.length]).toEqual([indptr[rows], indptr[rows]]);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.some((value) => value !== 0)).toBe(true);
    for (let r = 0; r < rows; r++) {
      for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
        expect(indices[p]).toBeLessThan(cols);
        if (p > indptr[r]! && vectorizer.kind !== 'sequence')
          expect(indices[p]).toBeGreaterThan(indices[p - 1]!);
      }
    }
    expect(await vectorizer.transform([])).toMatchObject({ rows: 0, cols, indptr: Uint32Array.of(0) });
  });

  test('what was collected has the rows that it makes of the texts, trained on or not', async () => {
    expect(fitted.vectorize(all)).toEqual(await vectorizer.transform(texts));
    const some = Uint32Array.of(7, 3, 3, texts.length - 1);
    expect(fitted.vectorize(some)).toEqual(await vectorizer.transform(Array.from(some, (r) => texts[r]!)));
    expect(fitted.vectorize(all).values.length).toBeLessThanOrEqual(fitted.nonZeros);
    expect(fitted.vectorize(Uint32Array.from(train)).values).toHaveLength(fitted.trainNonZeros);
  });

  test('rows do not know each other: not their order, not how many there are', async () => {
    const together = rowsOf(await vectorizer.transform(texts));
    const backwards = rowsOf(await vectorizer.transform(texts.toReversed())).reverse();
    expect(backwards).toEqual(together);
    for (const [i, text] of texts.slice(-20).entries()) {
      expect(rowsOf(await vectorizer.transform([text]))).toEqual([together.at(i - 20)]);
    }
  });

  test('many at a time have the same rows', async () => {
    const bulk = bulkTransform(vectorizer);
    expect(await bulk(textsOf(texts))).toEqual(await vectorizer.transform(texts));
    expect(await bulk(textsOf(texts.slice(0, 5)))).toEqual(await vectorizer.transform(texts.slice(0, 5)));
  });

  test('an empty text has an empty row, and so has one of what is unknown, where that counts nothing', async () => {
    const [empty, blank, odd] = rowsOf(await vectorizer.transform(['', ' \t\n', 'ŧŧŧqŧŧŧ ŵŵŵxŵŵŵ']));
    expect(empty!.columns).toHaveLength(ofNothing === 'row' ? vectorizer.features : 0);
    if (ofNothing !== 'row') expect(blank).toEqual(empty);
    if (unknown === 'something') expect(odd!.columns.length).toBeGreaterThan(0);
    else {
      expect(odd).toEqual(empty);
      const [one, two] = rowsOf(await vectorizer.transform([texts[1]!, `ŧŧŧqŧŧŧ ${texts[1]}`]));
      if (!name.includes('characters')) expect(two).toEqual(one);
    }
  });

  test('it comes back from its files as it was, to the bit', async () => {
    const path = join(folder.path, name);
    const facts = {
      tool: { name: 'maas' as const, version: '0' },
      name,
      created: '',
      command: [],
      config: {},
    };
    const rows = { train: 0, validation: 0, test: 0 };
    await writeDataset(path, { vectorizer: vectorizer.state() }, { ...facts, rows });
    const { state } = await readDataset<{ vectorizer: AnyVectorizerState }>(path);
    const again = revived(state.vectorizer, given);
    expect(again.kind).toBe(vectorizer.kind);
    expect(await again.transform(texts)).toEqual(await vectorizer.transform(texts));
    const odd = ['', 'ŧŧŧqŧŧŧ ŵŵŵ', 'quite new words'];
    expect(await again.transform(odd)).toEqual(await vectorizer.transform(odd));
  });

  test('the same texts give the same state, by any number of threads', async () => {
    // enough for a thread beside
    const many = Array<string[]>(40).fill(texts).flat();
    const [one, two] = await Promise.all([1, 2].map((threads) => fitOn(many, train, threads)));
    expect(JSON.stringify(two!.vectorizer.state())).toEqual(JSON.stringify(one!.vectorizer.state()));
    expect(await one!.vectorizer.transform(texts)).toEqual(await vectorizer.transform(texts));
  });

  test('whatever the texts are', async () => {
    const anything = fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(anything, async (more) => {
        const collected = await fitOn([...texts.slice(0, 9), ...more], [0, 1, 2, 3]);
        expect(collected.vectorize(Uint32Array.from(more, (_, i) => 9 + i))).toEqual(
          await collected.vectorizer.transform(more),
        );
      }),
      { numRuns: 25 },
    );
  });
});
