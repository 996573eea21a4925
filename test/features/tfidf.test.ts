import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bulkTransform } from '../../src/features/bulk.js';
import { scannedTerms } from '../../src/features/scanned-terms.js';
import { storedTerms } from '../../src/features/stored-terms.js';
import { TfidfCollector } from '../../src/features/tfidf-fit.js';
import { columnCounts } from '../../src/sparse/frequency.js';
import { presets } from '../../src/tasks/presets.js';
import { decide } from '../../src/tasks/recipe.js';
import { textsOf } from '../../src/text/batch.js';
import { compareCodePoints } from '../../src/text/code-points.js';
import { fromSklearn, golden } from '../support/golden.js';

const all = (texts: readonly unknown[]) => Uint32Array.from(texts.keys());

/** The weights of each row by term: columns are numbered otherwise than scikit-learn does. */
const named = (
  {
    indptr,
    indices,
    values,
  }: { indptr: ArrayLike<number>; indices: ArrayLike<number>; values: Float32Array },
  terms: readonly string[],
) =>
  Array.from({ length: indptr.length - 1 }, (_, r) => {
    const places = Array.from({ length: indptr[r + 1]! - indptr[r]! }, (_, i) => indptr[r]! + i);
    return new Map(places.map((p) => [terms[indices[p]!], values[p]]));
  });

describe(`like ${golden.made_by}`, () => {
  test.each(Object.entries(golden.vectorizers))('%s', async (_name, expected) => {
    const collector = new TfidfCollector(fromSklearn(expected.options));
    for (const text of golden.texts) collector.add(text);
    const { vectorizer, vectorize } = (await collector.finish()).fit(all(golden.texts));
    const state = vectorizer.state();
    const rows = vectorize(all(golden.texts));
    const terms = state.terms.list();
    expect([...terms].sort(compareCodePoints)).toEqual(expected.terms);
    expected.idf.forEach((idf, c) => {
      expect(state.idf[terms.indexOf(expected.terms[c]!)]).toBeCloseTo(idf, 12);
    });
    // weights are computed in float64 and stored in float32
    expect(named(rows, terms)).toEqual(
      named({ ...expected, values: Float32Array.from(expected.values) }, expected.terms),
    );
    expect(vectorizer.transform(golden.texts)).toEqual(rows);
    const bulk = bulkTransform(vectorizer);
    for (let times = 0; times < 2; times++) expect(bulk(textsOf(golden.texts))).toEqual(rows);
    expect(bulk(textsOf(['', 'nothing of this: qwxz', golden.texts[1]!]))).toEqual(
      vectorizer.transform(['', 'nothing of this: qwxz', golden.texts[1]!]),
    );
  });
});

const options = (changes: object) => ({ ...decide(presets.default, []), stopWords: null, ...changes });

describe('properties', () => {
  const words = fc.constantFrom(
    'constructor',
    '__proto__',
    'a',
    'b',
    'naïve',
    '今天',
    '😀',
    'toString',
    'valueOf',
  );
  const texts = fc.array(
    fc.array(words, { maxLength: 12 }).map((list) => list.join(' ')),
    {
      minLength: 2,
      maxLength: 12,
    },
  );

  test('rows have norm 1 or are empty, columns rise, and transform gives what fitting gave', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom('word', 'char', 'char_wb'), async (list, analyzer) => {
        fc.pre(list.some((text) => text !== ''));
        const collector = new TfidfCollector(options({ analyzer }));
        for (const text of list) collector.add(text);
        const { vectorizer, vectorize } = (await collector.finish()).fit(all(list));
        const rows = vectorize(all(list));
        for (let r = 0; r < rows.rows; r++) {
          const [from, to] = [rows.indptr[r]!, rows.indptr[r + 1]!];
          const norm = Math.hypot(...rows.values.subarray(from, to));
          if (to > from) expect(norm).toBeCloseTo(1, 5);
          for (let p = from + 1; p < to; p++) expect(rows.indices[p]).toBeGreaterThan(rows.indices[p - 1]!);
        }
        expect(vectorizer.transform(list)).toEqual(rows);
        expect(bulkTransform(vectorizer)(textsOf(list))).toEqual(rows);
      }),
    );
  });

  test('only the training rows decide terms and idf', async () => {
    await fc.assert(
      fc.asyncProperty(texts, texts, async (train, rest) => {
        fc.pre(train.some((text) => text !== ''));
        const alone = new TfidfCollector(options({}));
        for (const text of train) alone.add(text);
        const together = new TfidfCollector(options({}));
        for (const text of [...train, ...rest]) together.add(text);
        const stateOf = async (collector: TfidfCollector) => {
          const state = (await collector.finish()).fit(all(train)).vectorizer.state();
          return { ...state, terms: state.terms.list() };
        };
        expect(await stateOf(together)).toEqual(await stateOf(alone));
      }),
    );
  });

  test('the terms of most rows come first, the earlier met where they are equal, and their JSON is theirs', async () => {
    const anything = fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { minLength: 1, maxLength: 9 });
    const analyzers = fc.constantFrom('word', 'char', 'char_wb');
    await fc.assert(
      fc.asyncProperty(fc.oneof(texts, anything), analyzers, async (list, analyzer) => {
        const collector = new TfidfCollector(options({ analyzer, ngramRange: [1, 3] }));
        for (const text of list) collector.add(text);
        const counts = await collector.finish();
        let fitted: ReturnType<typeof counts.fit>;
        try {
          fitted = counts.fit(all(list));
        } catch {
          return;
        }
        const { terms } = fitted.vectorizer.state();
        const rows = fitted.vectorize(all(list));
        const documents = columnCounts(rows);
        const firstRow = (c: number) => {
          const place = rows.indices.indexOf(c);
          return rows.indptr.findIndex((end) => end > place);
        };
        for (let c = 1; c < terms.length; c++) {
          expect(documents[c - 1]).toBeGreaterThanOrEqual(documents[c]!);
          if (documents[c - 1] === documents[c]) expect(firstRow(c - 1)).toBeLessThanOrEqual(firstRow(c));
        }
        expect(JSON.parse(Buffer.from(terms.encode()).toString())).toEqual(terms.list());
        const stored = storedTerms(Buffer.from(terms.encode()));
        expect(stored.length).toBe(terms.length);
        expect(stored.texts()).toEqual(textsOf(terms.list()));
        const scanned = scannedTerms(Buffer.from(terms.encode()));
        expect(scanned.length).toBe(terms.length);
        const some = terms.list().filter((_, column) => column % 2 === 0);
        expect([...scanned.columnsOf!([...some, 'not there', ''])]).toEqual(
          some.map((term) => [term, terms.list().indexOf(term)]),
        );
      }),
    );
  });

  test('code points compare as numbers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const points = (text: string) => Array.from(text, (c) => c.codePointAt(0)!);
        const [x, y] = [points(a), points(b)];
        let expected = x.length - y.length;
        for (let i = Math.min(x.length, y.length) - 1; i >= 0; i--)
          if (x[i] !== y[i]) expected = x[i]! - y[i]!;
        expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(expected));
      }),
    );
  });
});

describe('what cannot be fitted', () => {
  const fitOn = async (texts: string[], changes: object = {}) => {
    const collector = new TfidfCollector(options(changes));
    for (const text of texts) collector.add(text);
    return (await collector.finish()).fit(all(texts));
  };

  test('no terms at all', async () => {
    await expect(fitOn(['!!!', '...'])).rejects.toThrow(expect.objectContaining({ code: 'data' }));
  });

  test('no term between min_df and max_df', async () => {
    await expect(fitOn(['a b', 'c d'], { minDf: 2 })).rejects.toThrow('none of the terms is left');
  });

  test('a max_df below min_df', async () => {
    await expect(fitOn(['a b', 'a c'], { minDf: 2, maxDf: 0.5 })).rejects.toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
  });
});
