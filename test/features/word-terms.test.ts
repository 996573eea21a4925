import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WordTerms } from '../../src/features/word-terms.js';
import { type AnalyzerOptions, createAnalyzer, type Stem } from '../../src/text/analyzer.js';
import { textsOf } from '../../src/text/batch.js';

const base: AnalyzerOptions = {
  analyzer: 'word',
  ngramRange: [1, 2],
  lowercase: true,
  tokenizer: 'unicode',
  stopWords: null,
  stemmer: null,
};

// a short alphabet, so that words and runs of words come back; \u212a (Kelvin) and İ become others in lower case
const piece = fc.constantFrom(
  ...'a b B it It the _9 - é e\u0301 本 😀 \u212a İ \ud800'.split(' '),
  ...[' ', ' ', '  ', '\n'],
);
const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
const asciiText = text.map((value) => value.replaceAll(/[^\0-\x7f]/g, ''));

/** The columns by looking every term up. */
function lookedUp(terms: readonly string[], options: AnalyzerOptions, stem: Stem | undefined, value: string) {
  const analyze = createAnalyzer(options, stem);
  const columns = new Map(terms.map((term, column) => [term, column]));
  return analyze(value)
    .map((term) => columns.get(term))
    .filter((column) => column !== undefined)
    .sort((a, b) => a - b);
}

const stem: Stem = (word) => word.replace(/t$|e$/, '');

test.each([
  [{ ngramRange: [1, 1] }, undefined],
  [{ ngramRange: [1, 2], tokenizer: 'sklearn' }, undefined],
  [{ ngramRange: [2, 2] }, undefined],
  [{ ngramRange: [2, 4], lowercase: false }, undefined],
  [{ ngramRange: [1, 3], stopWords: ['it', 'é'] }, undefined],
  [{ ngramRange: [1, 2], stopWords: ['the'] }, stem],
] as const)('%o finds what looking each term up finds', (changed, stem) => {
  const options = { ...base, ...changed } as AnalyzerOptions;
  const analyze = createAnalyzer(options, stem);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(text, asciiText), { maxLength: 6 }),
      fc.array(fc.oneof(text, asciiText), { maxLength: 6 }),
      fc.func(fc.integer({ min: 0, max: 3 })),
      (learned, others, draw) => {
        // only some of the terms, so that n-grams are known whose words are not
        const terms = [...new Set(learned.flatMap(analyze))].filter((term) => draw(term) > 0);
        const found = new WordTerms(textsOf(terms), options, stem);
        for (const value of [...learned, ...others]) {
          expect([...found.columnsOf(value).sort()]).toEqual(lookedUp(terms, options, stem, value));
        }
      },
    ),
    { numRuns: 300, seed: 5 },
  );
});

test('long words, long texts and many words', () => {
  const options: AnalyzerOptions = { ...base, ngramRange: [1, 3] };
  const words = Array.from({ length: 5000 }, (_, i) => (i % 50 === 0 ? `w${i}`.repeat(200) : `w${i}`));
  const long = words.join(' ');
  const terms = [...new Set(createAnalyzer(options)(long))];
  const found = new WordTerms(textsOf(terms), options);
  expect([...found.columnsOf(long).sort()]).toEqual(terms.map((_, column) => column));
  expect([...found.columnsOf(`${long} 本 unknown`).sort()]).toEqual(terms.map((_, column) => column));
  expect([...found.columnsOf('w1 unknown w2')]).toEqual([terms.indexOf('w1'), terms.indexOf('w2')]);
  expect([...found.columnsOf('')]).toEqual([]);
});
