import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readExamples } from '../../src/data/examples.js';
import { termsOfNodes } from '../../src/features/counted-terms.js';
import { openCounting } from '../../src/features/counting.js';
import { type CountedTerms, NONE, TermCounter } from '../../src/features/term-counter.js';
import { listedTerms } from '../../src/features/terms.js';
import { type AnalyzerOptions, createAnalyzer } from '../../src/text/analyzer.js';
import { loadStemmer } from '../../src/text/stemmers.js';
import { dataSet } from '../support/sets.js';

const base: AnalyzerOptions = {
  analyzer: 'word',
  ngramRange: [1, 1],
  lowercase: true,
  tokenizer: 'unicode',
  stopWords: null,
  stemmer: null,
};
const porter = await loadStemmer('porter');

const cases: Record<string, Partial<AnalyzerOptions>> = {
  words: {},
  "scikit-learn's words": { tokenizer: 'sklearn' },
  'pairs of words': { ngramRange: [1, 2], tokenizer: 'sklearn' },
  'runs of two to four words, case kept': { ngramRange: [2, 4], lowercase: false },
  'stop words and stems': { ngramRange: [1, 2], stopWords: ['the', 'a', 'ab'], stemmer: 'porter' },
  characters: { analyzer: 'char', ngramRange: [1, 3] },
  'three to five characters': { analyzer: 'char', ngramRange: [3, 5] },
  'padded characters': { analyzer: 'char_wb', ngramRange: [2, 5] },
  'padded characters, long': { analyzer: 'char_wb', ngramRange: [4, 4] },
};

/** Counts of each row by term. */
function countsOf({ chunks, rows, ...terms }: CountedTerms): Map<string, number>[] {
  const every = terms.nodes.parents.map((_, node) => node);
  const texts = termsOfNodes(terms, every).list();
  return Array.from(rows.chunk, (chunk, r) => {
    const from = rows.offset[r]!;
    const to = from + rows.length[r]!;
    const { nodes, counts } = chunks[chunk]!;
    return new Map(Array.from(nodes.subarray(from, to), (node, i) => [texts[node]!, counts[from + i]!]));
  });
}

function expectedCounts(options: AnalyzerOptions, texts: readonly string[]): Map<string, number>[] {
  const analyze = createAnalyzer(options, options.stemmer ? porter : undefined);
  return texts.map((text) => {
    const counts = new Map<string, number>();
    for (const term of analyze(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
    return counts;
  });
}

function count(options: AnalyzerOptions, texts: readonly string[]): CountedTerms {
  const counter = new TermCounter(options, options.stemmer ? porter : undefined);
  for (const text of texts) counter.add(text);
  return counter.finish();
}

const characters = fc.oneof(
  fc.constantFrom(
    ...'abAB _01.,-\t\n  çßİΣσςжЖ한국어日本ひカ、々ー\u0301\u0e33\u200d\u200c\u00a0\u3000\u302a😀👍🏽\u{16ff0}𝒜\ud83d\udc00',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
const texts = fc.array(
  fc.array(characters, { maxLength: 30 }).map((parts) => parts.join('')),
  { maxLength: 8 },
);

const sets = [
  '20newsgroups',
  'atis',
  'banking77',
  'bbc_news',
  'imdb',
  'langid79',
  'nsmc_rebuilt',
  'online_shopping_category',
  'sms_spam',
  'spamassassin',
  'sst2_glue',
  'trec6',
  'waimai_10k',
].map((name) => ({ name, files: dataSet(name) }));

describe.each(Object.entries(cases))('%s', (_name, changes) => {
  const options = { ...base, ...changes };

  test('are counted as the analyzer finds them', () => {
    fc.assert(
      fc.property(texts, (list) => {
        expect(countsOf(count(options, list))).toEqual(expectedCounts(options, list));
      }),
      { numRuns: 150 },
    );
  });

  test('the columns of some terms are those that a list of all has', () => {
    fc.assert(
      fc.property(texts, texts, (list, others) => {
        const counted = count(options, list);
        const terms = termsOfNodes(
          counted,
          counted.nodes.parents.map((_, node) => node),
        );
        const all = new Map(terms.list().map((term, column) => [term, column]));
        const wanted = others.flatMap(createAnalyzer(options, options.stemmer ? porter : undefined));
        const some = [...wanted, ...terms.list().filter((_, column) => column % 3 === 0)];
        const expected = new Map(some.filter((term) => all.has(term)).map((term) => [term, all.get(term)!]));
        expect(terms.columnsOf!(some)).toEqual(expected);
        expect(terms.list().every((term, column) => terms.at!(column) === term)).toBe(true);
      }),
      { numRuns: 8 },
    );
  });

  test('terms that are known from elsewhere are the same terms', () => {
    fc.assert(
      fc.property(texts, (list) => {
        const first = count(options, list);
        const every = first.nodes.parents.map((_, node) => node);
        const terms = termsOfNodes(first, every).list();
        // every other one is known
        const known = terms.filter((_, i) => i % 2 === 0);
        const counter = new TermCounter(options, options.stemmer ? porter : undefined);
        counter.know(listedTerms(known));
        let at = 0;
        for (const text of list) {
          counter.add(text);
          const found = counter.termsFrom(at);
          found.forEach((term, i) => {
            const own = terms[at + i]!;
            expect(term).toBe(known.includes(own) ? known.indexOf(own) : NONE);
          });
          at += found.length;
        }
        expect(at).toBe(terms.length);
      }),
      { numRuns: 100 },
    );
  });

  test.for(sets)('on $name', async ({ files }, { skip }) => {
    if (!files) return skip('the data set is not beside the project');
    const list: string[] = [];
    await readExamples([files.test], { onBadRow: 'skip' }, ({ text }) => {
      if (list.length < 80) list.push(text);
    });
    expect(countsOf(count(options, list))).toEqual(expectedCounts(options, list));
  });
});

test('a thread beside counts the same', async () => {
  const options: AnalyzerOptions = { ...base, ngramRange: [1, 2], stopWords: ['and'], stemmer: 'porter' };
  const list = Array.from(
    { length: 3000 },
    (_, i) => `${`Running and walking ${i} ${i * 7} naïve 한국어 `.repeat(20)}`,
  );
  const counting = openCounting(options, porter, 2);
  for (const text of list) {
    counting.add(text);
    await counting.caughtUp();
  }
  const beside = await counting.finish();
  await counting.stop();
  expect(beside).toEqual(count(options, list));
});
