import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnalyzerName, type AnalyzerOptions, createAnalyzer } from '../../src/text/analyzer.js';
import { createSpanAnalyzer } from '../../src/text/spans.js';
import { loadStemmer } from '../../src/text/stemmers.js';

const porter = await loadStemmer('porter');
const words: AnalyzerOptions = {
  analyzer: 'word',
  ngramRange: [1, 1],
  lowercase: true,
  tokenizer: 'unicode',
  stopWords: null,
  stemmer: null,
};
/** Each token of a text, and each term with the part of the text that it is made of. */
const spansOf = (text: string, options: Partial<AnalyzerOptions>, stem?: (word: string) => string) => {
  const { tokens, terms } = createSpanAnalyzer({ ...words, ...options }, stem)(text);
  return {
    tokens: tokens.map(({ start, end }) => text.slice(start, end)),
    terms: terms.map(({ term, from, to }) => [term, text.slice(tokens[from]!.start, tokens[to - 1]!.end)]),
  };
};

const odd = [
  'a',
  'B',
  'the',
  'running',
  ' ',
  '  ',
  '\t',
  '\n',
  '\u00a0',
  'İ',
  'Σ',
  'ΑΣ',
  'ſ',
  'é',
  'e\u0301',
];
const odder = [
  '退',
  '款',
  'ガ',
  'हिन्दी',
  '👍',
  '👩‍👩‍👧',
  '🇹🇷',
  '\ud83d',
  '\udc4d',
  '\u200d',
  "don't",
  '𐐀',
  'ǅ',
  '٣',
  '_',
];
const texts = fc
  .array(fc.oneof(fc.constantFrom(...odd, ...odder), fc.string({ unit: 'binary', maxLength: 3 })), {
    maxLength: 25,
  })
  .map((parts) => parts.join(''));
const ranges = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 }));

describe.each<AnalyzerName>(['word', 'char', 'char_wb'])('%s', (analyzer) => {
  test('the terms are those of the analyzer, and stand in the text', () => {
    const property = fc.property(
      texts,
      ranges,
      fc.record({
        lowercase: fc.boolean(),
        tokenizer: fc.constantFrom('unicode' as const, 'sklearn' as const),
      }),
      fc.constantFrom(null, ['the', 'a', '退']),
      fc.boolean(),
      (text, [min, more], given, stopWords, stemmed) => {
        const options: AnalyzerOptions = {
          ...words,
          ...given,
          analyzer,
          ngramRange: [min, min + more],
          stopWords,
        };
        const stem = stemmed ? porter : undefined;
        const { tokens, terms } = createSpanAnalyzer(options, stem)(text);
        expect(terms.map(({ term }) => term)).toEqual(createAnalyzer(options, stem)(text));
        let before = 0;
        for (const { start, end } of tokens) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          before = end;
        }
        for (const { from, to, term } of terms) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeGreaterThan(from);
          expect(to).toBeLessThanOrEqual(tokens.length);
          if (analyzer !== 'word' || stemmed || stopWords) continue;
          // a run of words reads, in lower case, as its term
          const own = tokens.slice(from, to).map(({ start, end }) => text.slice(start, end));
          const read = own.join(' ');
          if (!/[ΣİΑ]/.test(text)) expect(given.lowercase ? read.toLowerCase() : read).toBe(term);
        }
      },
    );
    fc.assert(property, { numRuns: 1000, seed: 1 });
  });
});

test('words point into the text where lower-casing makes it longer', () => {
  const { tokens, terms } = spansOf('İİ İstanbul, GÜZEL 👍 OK', {});
  expect(tokens).toEqual(['İİ', 'İstanbul', 'GÜZEL', '👍', 'OK']);
  expect(terms[1]).toEqual(['i̇stanbul', 'İstanbul']);
  expect(terms[4]).toEqual(['ok', 'OK']);
});

test('pairs of words reach over what is left out between them', () => {
  const { tokens, terms } = spansOf(
    'Refunds, the running',
    { ngramRange: [2, 2], stopWords: ['the'] },
    porter,
  );
  expect(tokens).toEqual(['Refunds', 'running']);
  expect(terms).toEqual([['refund run', 'Refunds, the running']]);
});

test('characters are code points, and İ is one although two are seen', () => {
  expect(spansOf('İ👍', { analyzer: 'char', ngramRange: [1, 2] })).toEqual({
    tokens: ['İ', '👍'],
    terms: [
      ['i', 'İ'],
      ['̇', 'İ'],
      ['👍', '👍'],
      ['i̇', 'İ'],
      ['̇👍', 'İ👍'],
    ],
  });
});

test('white space counts as one character', () => {
  expect(spansOf('a \n b', { analyzer: 'char', ngramRange: [3, 3] }).terms).toEqual([['a b', 'a \n b']]);
});

test('spaces around a word stand for its first and last character', () => {
  expect(spansOf(' 退款 x', { analyzer: 'char_wb', ngramRange: [1, 5] }).terms).toEqual([
    [' ', '退'],
    ['退', '退'],
    ['款', '款'],
    [' ', '款'],
    [' 退', '退'],
    ['退款', '退款'],
    ['款 ', '款'],
    [' 退款', '退款'],
    ['退款 ', '退款'],
    [' 退款 ', '退款'],
    [' ', 'x'],
    ['x', 'x'],
    [' ', 'x'],
    [' x', 'x'],
    ['x ', 'x'],
    [' x ', 'x'],
  ]);
});
