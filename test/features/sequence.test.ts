import { expect, test } from 'vitest';
import { collectors } from '../../src/features/fits.js';
import { FIRST, SequenceVectorizer, UNKNOWN } from '../../src/features/sequence.js';
import { resolveSettings } from '../../src/tasks/presets.js';
import { decide } from '../../src/tasks/recipe.js';
import type { TrainSettings } from '../../src/tasks/settings.js';

async function fitted(texts: string[], given: Partial<TrainSettings>, rows = Uint32Array.from(texts.keys())) {
  const settings = decide(resolveSettings({ vectorizer: 'sequence', minDf: 1, ...given }), texts);
  const collector = collectors.sequence({ ...settings, stopWords: null }, undefined);
  for (const text of texts) collector.add(text);
  const found = await (await collector.finish()).fit(rows);
  const vectorizer = found.vectorizer as SequenceVectorizer;
  const state = vectorizer.state();
  return { ...found, vectorizer, terms: state.terms.list(), state };
}
const rowsOf = ({ rows, indptr, indices }: { rows: number; indptr: Uint32Array; indices: Uint32Array }) =>
  Array.from({ length: rows }, (_, r) => [...indices.subarray(indptr[r], indptr[r + 1])]);

const texts = ['the cat saw the dog', 'The dog ran', '', '!', 'a dog a day'];

test('terms are numbered by the rows they are in, and stand in their order', async () => {
  const { terms, vectorizer, vectorize, nonZeros, trainNonZeros } = await fitted(texts, {});
  expect(terms).toEqual(['dog', 'the', 'cat', 'saw', 'ran', 'a', 'day']);
  expect(vectorizer.features).toBe(terms.length + FIRST);
  const rows = vectorize(Uint32Array.of(0, 1, 2, 3, 4));
  expect(rowsOf(rows)).toEqual([[3, 4, 5, 3, 2], [3, 2, 6], [], [], [7, 2, 7, 8]]);
  expect(vectorizer.transform(texts)).toEqual(rows);
  expect([nonZeros, trainNonZeros]).toEqual([12, 12]);
});

test('the rows of training alone decide; what they lack is unknown', async () => {
  const { terms, vectorizer, vectorize } = await fitted(texts, {}, Uint32Array.of(4, 1));
  expect(terms).toEqual(['dog', 'a', 'day', 'the', 'ran']);
  expect(rowsOf(vectorize(Uint32Array.of(0)))).toEqual([[5, UNKNOWN, UNKNOWN, 5, 2]]);
  expect(rowsOf(vectorizer.transform(['constructor __proto__ dog']))).toEqual([[UNKNOWN, UNKNOWN, 2]]);
});

test('lengths, frequencies and numbers of terms have their limits', async () => {
  const short = await fitted(texts, { maxLength: 3 });
  expect(short.terms).toEqual(['the', 'dog', 'cat', 'saw', 'ran', 'a']);
  expect(rowsOf(short.vectorize(Uint32Array.of(0)))[0]).toHaveLength(3);
  expect((await fitted(texts, { minDf: 2 })).terms).toEqual(['dog', 'the']);
  expect((await fitted(texts, { maxDf: 2 })).terms).not.toContain('dog');
  // "a" is there twice, and so sorts before words that are there once
  expect((await fitted(texts, { maxFeatures: 3 })).terms).toEqual(['dog', 'the', 'a']);
  await expect(fitted(texts, { minDf: 4 })).rejects.toThrow('none of the terms is left');
  await expect(fitted(['', '?'], {})).rejects.toThrow('no text holds a single term');
});

test('n-grams of one length, and characters, keep their order, too', async () => {
  const pairs = await fitted(['a b c', 'b c d'], { ngramRange: [2, 2] });
  expect(pairs.terms).toEqual(['b c', 'a b', 'c d']);
  expect(rowsOf(pairs.vectorizer.transform(['b c d a b']))).toEqual([[2, 4, UNKNOWN, 3]]);
  const characters = await fitted(['abc', 'cab'], { analyzer: 'char' });
  expect(rowsOf(characters.vectorizer.transform(['bax']))).toEqual([[3, 2, UNKNOWN]]);
});

test('its state brings it back', async () => {
  const { vectorizer, state } = await fitted(texts, {});
  const again = SequenceVectorizer.revive(JSON.parse(JSON.stringify(state)));
  expect(again.transform(texts)).toEqual(vectorizer.transform(texts));
});

test('terms of a single row are unknown, unless there are no others or it is asked for', async () => {
  expect((await fitted(texts, { minDf: 'auto' })).terms).toEqual(['dog', 'the']);
  expect(resolveSettings({ model: 'cnn' }).minDf).toBe('auto');
  const warnings: string[] = [];
  const unlike = ['red car', 'lazy dog', 'my'];
  const settings = decide(resolveSettings({ model: 'cnn' }), unlike);
  const collector = collectors.sequence({ ...settings, stopWords: null }, undefined);
  for (const text of unlike) collector.add(text);
  const fit = await collector.finish();
  const listener = { warn: (message: string) => warnings.push(message) };
  const { vectorizer } = await fit.fit(Uint32Array.of(0, 1), { listener });
  expect((vectorizer as SequenceVectorizer).state().terms.list()).toEqual(['red', 'car', 'lazy', 'dog']);
  expect(warnings).toEqual(['no term is in two training rows, so that those of one are kept (--min-df 1)']);
  await expect(fitted(unlike, { minDf: 2 })).rejects.toThrow('none of the terms is left');
});

test('models of sequences take sequences, and others do not', () => {
  const refused: [Record<string, unknown>, string][] = [
    [
      { model: 'lstm', vectorizer: 'tfidf' },
      'the model "lstm" reads terms in their order, expected the vectorizer sequence, not tfidf',
    ],
    [
      { model: 'dense', vectorizer: 'sequence' },
      'the model "dense" counts terms, whatever their order, expected no vectorizer sequence',
    ],
    [
      { model: 'lstm', ngramRange: [1, 2] },
      'keeps the order of terms of one length, expected no ngramRange 1,2',
    ],
    [{ model: 'lstm', sublinearTf: false, norm: 'l1' }, 'the vectorizer "sequence" has no use for norm'],
    [{ maxLength: 3 }, 'the vectorizer "tfidf" has no use for maxLength'],
  ];
  for (const [given, message] of refused) expect(() => resolveSettings(given)).toThrow(message);
  expect(resolveSettings({ model: 'lstm' })).toMatchObject({ vectorizer: 'sequence', ngramRange: [1, 1] });
});
