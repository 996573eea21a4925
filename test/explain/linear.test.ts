import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readExamples } from '../../src/data/examples.js';
import { explain } from '../../src/explain/explanation.js';
import { strongestTerms } from '../../src/explain/weights.js';
import { TfidfVectorizer } from '../../src/features/tfidf.js';
import { LinearClassifier, type LinearState } from '../../src/models/linear.js';
import { fitNaiveBayes } from '../../src/models/naive-bayes.js';
import { pipelineOf } from '../../src/pipeline.js';
import { seededRandom } from '../../src/random.js';
import { loadStemmer } from '../../src/text/stemmers.js';
import { tickets } from '../support/temp.js';
import { fitVectorizer } from '../support/vectorizing.js';

const texts: string[] = [];
const classes: string[] = [];
await readExamples([tickets], { onBadRow: 'fail' }, ({ text, label }) => {
  texts.push(text);
  classes.push(label);
});
const five = [...new Set(classes)].sort();
const odd = [
  '',
  ' ',
  'zzzz qqqq',
  '👍👍 \ud83d parcel \udc4d',
  'İİ PARCEL İs late, the parcel İ',
  '退款什么时候到账 refund?',
  'My parcel was due on Monday, where is it? Where is my parcel',
];

const settings = {
  'words and pairs': { analyzer: 'word', ngramRange: [1, 2] },
  'pairs and triples, sublinear': { analyzer: 'word', ngramRange: [2, 3], sublinearTf: true },
  stems: { analyzer: 'word', ngramRange: [1, 2], stemmer: 'porter', sublinearTf: true, tokenizer: 'sklearn' },
  characters: { analyzer: 'char', ngramRange: [1, 4], sublinearTf: true },
  'characters within words, of sum 1': { analyzer: 'char_wb', ngramRange: [1, 5], norm: 'l1' },
};

/** A classifier with the shape of a fitted one; any numbers will do for sums. */
function drawn(features: number, count: number): LinearClassifier {
  const columns = count === 2 ? 1 : count;
  const random = seededRandom(count);
  const numbers = (length: number) => Float32Array.from({ length }, () => 4 * random() - 2);
  const state: LinearState = {
    kind: 'logistic',
    classes: count,
    features,
    coef: numbers(features * columns),
    intercept: numbers(columns),
  };
  return new LinearClassifier(state);
}

const sum = (parts: { contribution: number }[]) =>
  parts.reduce((all, { contribution }) => all + contribution, 0);
const mean = (values: number[]) => values.reduce((all, value) => all + value, 0) / values.length;

describe.each(Object.entries(settings))('%s', (_, given) => {
  test.each([
    ['logistic', 2],
    ['logistic', 5],
    ['nb', 2],
    ['nb', 5],
  ] as const)('%s of %i classes: base and contributions sum to the logit', async (kind, count) => {
    const { vectorizer, matrix } = await fitted(given);
    const numbers = Int32Array.from(classes, (label) => five.indexOf(label) % count);
    const classifier =
      kind === 'nb'
        ? fitNaiveBayes(matrix, numbers, count, { alpha: 1, complement: false })
        : drawn(vectorizer.features, count);
    const pipeline = pipelineOf(five.slice(0, count), vectorizer, classifier);
    for (const text of [...odd, ...texts.slice(0, 10)]) {
      const logs = Array.from(await pipeline.probabilities([text]), Math.log);
      for (let c = 0; c < count; c++) {
        const { tokens, terms, base, logit, method } = await explain(pipeline, text, c);
        expect(method).toBe('linear');
        const expected = logs[c]! - (count === 2 ? logs[1 - c]! : mean(logs));
        expect(logit).toBeCloseTo(expected, 8);
        expect(base + sum(tokens)).toBeCloseTo(expected, 8);
        expect(base + sum(terms)).toBeCloseTo(expected, 8);
        for (const { text: token, start, end } of tokens) expect(text.slice(start, end)).toBe(token);
      }
    }
  });
});

const known = new Map<object, ReturnType<typeof vectorized>>();
const fitted = (given: object) => {
  if (!known.has(given)) known.set(given, vectorized(given));
  return known.get(given)!;
};
async function vectorized(given: object) {
  const { vectorizer } = await fitVectorizer<TfidfVectorizer>({ vectorizer: 'tfidf', ...given }, texts);
  const stem = 'stemmer' in given ? await loadStemmer('porter') : undefined;
  const loaded = TfidfVectorizer.revive(vectorizer.state(), stem);
  return { vectorizer: loaded, matrix: loaded.transform(texts) };
}

test('any text: base and contributions sum to the logit', async () => {
  const { vectorizer } = await fitted(settings['words and pairs']);
  const pipeline = pipelineOf(five, vectorizer, drawn(vectorizer.features, 5));
  const parts = fc.array(
    fc.oneof(fc.constantFrom('my', 'Parcel', 'İ', '退', '款', ' ', ' '), fc.string({ unit: 'binary' })),
  );
  await fc.assert(
    fc.asyncProperty(parts, fc.nat(4), async (drawnParts, c) => {
      const { tokens, base, logit } = await explain(pipeline, drawnParts.join(''), c);
      expect(base + sum(tokens)).toBeCloseTo(logit, 8);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('of an n-gram each word has an equal share', async () => {
  const { vectorizer } = await fitted(settings['words and pairs']);
  const { list } = vectorizer.state().terms;
  const pair = list().find((term) => /^[a-z]+ [a-z]+$/.test(term) && !/^(\w+) \1$/.test(term))!;
  const coef = new Float32Array(vectorizer.features);
  coef[list().indexOf(pair)] = 3;
  const state: LinearState = {
    kind: 'logistic',
    classes: 2,
    features: coef.length,
    coef,
    intercept: Float32Array.of(0.5),
  };
  const pipeline = pipelineOf(['no', 'yes'], vectorizer, new LinearClassifier(state));
  const { tokens, terms, base } = await explain(pipeline, `${pair}, ${pair} xyzzy`, 1);
  const whole = terms.find(({ term }) => term === pair)!;
  expect(base).toBe(0.5);
  expect(whole.contribution).toBeCloseTo(3 * whole.value, 12);
  expect(tokens.map(({ contribution }) => contribution / whole.contribution)).toEqual([
    0.25, 0.25, 0.25, 0.25, 0,
  ]);
});

test('the strongest terms are those of the largest weights, the more frequent first where they are equal', async () => {
  const { vectorizer } = await fitted(settings['words and pairs']);
  const classifier = drawn(vectorizer.features, 5);
  const { coef } = classifier.state();
  coef.copyWithin(20, 10, 15);
  const terms = vectorizer.state().terms.list();
  const weights = terms.map((term, row) => {
    const own = Array.from(coef.subarray(5 * row, 5 * row + 5));
    return { term, weight: own[3]! - mean(own) };
  });
  const found = strongestTerms({ vectorizer, classifier }, 3, 50);
  const expected = [...weights].sort((a, b) => b.weight - a.weight).slice(0, 50);
  expect(found.for.map(({ term }) => term)).toEqual(expected.map(({ term }) => term));
  const against = [...weights].sort((a, b) => a.weight - b.weight).slice(0, 50);
  expect(found.against.map(({ term }) => term)).toEqual(against.map(({ term }) => term));
  const all = strongestTerms({ vectorizer, classifier }, 3, 1e6);
  expect(all.for.length + all.against.length).toBe(terms.length);
});
