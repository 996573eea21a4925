import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ngramBuckets, RunHash, wordHash } from '../../src/features/buckets.js';
import { bulkTransform } from '../../src/features/bulk.js';
import type { FastTextVectorizer } from '../../src/features/fasttext.js';
import { FastTextCollector, type FastTextOptions } from '../../src/features/fasttext-fit.js';
import type { Csr } from '../../src/sparse/csr.js';
import { createAnalyzer } from '../../src/text/analyzer.js';
import { textsOf } from '../../src/text/batch.js';
import { loadStemmer } from '../../src/text/stemmers.js';
import { generatedLines, hasFastText, trainFastText } from '../support/fasttext.js';
import { temporaryFolder } from '../support/temp.js';
import { featureOptions, fitVectorizer } from '../support/vectorizing.js';

const porter = await loadStemmer('porter');
const characters = fc.oneof(
  fc.constantFrom(...'abAB _ .ab  çßİΣ한국어日本\u0301\u200d😀👍🏽\ud83d\udc00'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
const lists = fc.array(
  fc.array(characters, { maxLength: 25 }).map((parts) => parts.join('')),
  { minLength: 1, maxLength: 8 },
);
const layouts = fc.record({
  wordNgrams: fc.integer({ min: 1, max: 4 }),
  minn: fc.integer({ min: 0, max: 3 }),
  maxn: fc.integer({ min: 3, max: 5 }),
  bucket: fc.integer({ min: 1, max: 300 }),
  mapped: fc.boolean(),
  useIdf: fc.boolean(),
});

type Layout = Pick<FastTextOptions, 'wordNgrams' | 'minn' | 'maxn' | 'bucket'>;

/** The words and buckets of a text, worked out with whole numbers of any size. */
function termsOf(words: readonly string[], { wordNgrams, minn, maxn, bucket }: Layout) {
  const found: string[] = [...words];
  for (const word of words) {
    found.push(...ngramBuckets(word, { minn, maxn, buckets: bucket }).map((b) => `#${b}`));
  }
  const hashes = words.map((word) => BigInt(wordHash(word)));
  for (let i = 0; i < words.length; i++) {
    let hash = BigInt.asUintN(64, hashes[i]!);
    for (let j = i + 1; j < Math.min(i + wordNgrams, words.length); j++) {
      hash = BigInt.asUintN(64, hash * 116049371n + hashes[j]!);
      found.push(`#${hash % BigInt(bucket)}`);
    }
  }
  return found;
}

test('what is collected, what the vectorizer makes and what many at a time get are the same', async () => {
  await fc.assert(
    fc.asyncProperty(lists, layouts, async (texts, { mapped, ...layout }) => {
      const given = await featureOptions({ vectorizer: 'fasttext', norm: 'none', sublinearTf: false });
      const options = {
        ...{ ...given, ...layout },
        ...(mapped && { stopWords: ['a', 'ab'], stemmer: 'porter' as const }),
      };
      const stem = mapped ? porter : undefined;
      const collector = new FastTextCollector(options, stem);
      for (const text of [...texts, 'some words']) collector.add(text);
      // those behind are no training rows
      const train = Uint32Array.of(0, texts.length);
      const { vectorizer, vectorize, trainNonZeros, nonZeros } = await (await collector.finish()).fit(train);
      const rows = vectorizer.transform(texts) as Csr;
      const all = Uint32Array.from(texts.keys());
      expect(vectorize(all)).toEqual(rows);
      expect(bulkTransform(vectorizer)(textsOf(texts))).toEqual(rows);
      expect(vectorize(train).values).toHaveLength(trainNonZeros);
      expect(vectorize(Uint32Array.of(...all, texts.length)).values.length).toBeLessThanOrEqual(nonZeros);
      if (layout.useIdf) return;
      // a row holds how often each of its known words and buckets is in the text
      const { terms, kept } = (vectorizer as FastTextVectorizer).state();
      const columns = [...terms.list(), ...Array.from(kept, (bucket) => `#${bucket}`)];
      const analyze = createAnalyzer({ ...options, analyzer: 'word', ngramRange: [1, 1] }, stem);
      const known = new Set([texts[0]!, 'some words'].flatMap((text) => termsOf(analyze(text), layout)));
      expect(new Set(columns)).toEqual(known);
      texts.forEach((text, r) => {
        const found = termsOf(analyze(text), layout).filter((term) => known.has(term));
        const counts = new Map<string, number>();
        for (const term of found) counts.set(term, (counts.get(term) ?? 0) + 1);
        const row = new Map<string, number>();
        for (let p = rows.indptr[r]!; p < rows.indptr[r + 1]!; p++)
          row.set(columns[rows.indices[p]!]!, rows.values[p]!);
        expect(row).toEqual(counts);
      });
    }),
    { numRuns: 150 },
  );
});

test('runs of words are hashed with 64 bits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 2 ** 26 }),
      ([first, ...more], buckets) => {
        const run = new RunHash();
        run.begin(first!);
        let hash = BigInt.asUintN(64, BigInt(first!));
        for (const next of more) {
          run.add(next);
          hash = BigInt.asUintN(64, hash * 116049371n + BigInt(next));
        }
        expect(run.bucket(buckets)).toBe(Number(hash % BigInt(buckets)));
      },
    ),
  );
});

describe.skipIf(!hasFastText)('the fastText program', () => {
  const folder = temporaryFolder();
  // words that both find alike
  const lines = generatedLines(60).map((line) => line.replaceAll('😀', 'mo'));
  const input = folder.file('labelled.txt', lines.map((line, i) => `__label__${i % 2} ${line}\n`).join(''));
  const layouts: Record<string, [number, number, number]> = {
    'pairs of words': [2, 0, 0],
    'runs and characters': [3, 2, 4],
  };

  test.each(Object.entries(layouts))(
    'trains the same buckets: %s',
    async (name, [wordNgrams, minn, maxn]) => {
      const bucket = 20_011;
      const sizes = ['-dim', '3', '-bucket', `${bucket}`, '-wordNgrams', `${wordNgrams}`];
      const options = [...sizes, '-minn', `${minn}`, '-maxn', `${maxn}`, '-epoch', '1'];
      const rowsOf = (rate: string) => {
        const model = trainFastText(folder.path, name, input, 'supervised', ...options, '-lr', rate);
        return bucketRows(readFileSync(`${model}.bin`), bucket, 3);
      };
      // a row that training moves has a bucket that the texts have
      const [moved, still] = [rowsOf('1'), rowsOf('1e-30')];
      const trained = new Set([...moved.keys()].filter((b) => !moved[b]!.equals(still[b]!)));
      // fastText ends each line with a word of its own
      const words = { wordNgrams, minn, maxn, bucket };
      const ended = new Set(lines.flatMap((line) => bucketsIn(termsOf([...line.split(' '), '</s>'], words))));
      const ofEnd = new Set(bucketsIn(termsOf(['</s>'], words)));
      expect(trained.size).toBeGreaterThan(100);
      for (const b of trained) expect(ended).toContain(b);
      for (const b of ended) if (!ofEnd.has(b)) expect(trained).toContain(b);

      const given = { wordNgrams, minn, maxn, bucket, tokenizer: 'unicode' };
      const { vectorizer } = await fitVectorizer(given, lines);
      for (const b of (vectorizer as FastTextVectorizer).state().kept) expect(trained).toContain(b);
    },
  );
});

const bucketsIn = (terms: readonly string[]) =>
  terms.filter((term) => term.startsWith('#')).map((term) => Number(term.slice(1)));

/** The rows of the buckets in a fastText model: the last ones of its first matrix, behind which the output's is. */
function bucketRows(file: Buffer, buckets: number, dim: number): Buffer[] {
  // at the end: a flag, the output matrix (rows, columns, numbers), of two classes
  const output = 1 + 16 + 4 * 2 * dim;
  const from = file.length - output - 4 * dim * buckets;
  return Array.from({ length: buckets }, (_, b) =>
    file.subarray(from + 4 * dim * b, from + 4 * dim * (b + 1)),
  );
}
