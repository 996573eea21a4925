import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectors } from '../../src/features/fits.js';
import { HashingVectorizer, murmurHash3 } from '../../src/features/hashing.js';
import { presets } from '../../src/tasks/presets.js';
import { decide } from '../../src/tasks/recipe.js';
import { fromSklearn, golden } from '../support/golden.js';

const vectorizerOf = (options: object) => {
  const given = { ...presets.sklearn, stopWords: null, ...options };
  const { analyzer, ngramRange, lowercase, tokenizer, stopWords, stemmer, sublinearTf, norm, nFeatures } =
    given;
  return new HashingVectorizer({
    kind: 'hashing',
    analyzer: { analyzer, ngramRange, lowercase, tokenizer, stopWords, stemmer },
    weights: { sublinearTf, norm },
    features: nFeatures,
  });
};

describe(`like ${golden.made_by}`, () => {
  test.each(Object.entries(golden.hashers))('%s', (_name, expected) => {
    const rows = vectorizerOf(fromSklearn(expected.options)).transform(golden.texts);
    expect(rows.indptr).toEqual(Uint32Array.from(expected.indptr));
    expect(rows.indices).toEqual(Uint32Array.from(expected.indices));
    expect(rows.values).toEqual(Float32Array.from(expected.values));
  });
});

test('what is collected is what the vectorizer makes of the texts', async () => {
  const anything = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 1, maxLength: 9 });
  const analyzers = fc.constantFrom('word' as const, 'char' as const, 'char_wb' as const);
  await fc.assert(
    fc.asyncProperty(
      anything,
      analyzers,
      fc.integer({ min: 2, max: 50 }),
      async (texts, analyzer, nFeatures) => {
        const settings = decide({ ...presets.default, analyzer, nFeatures }, []);
        const options = { ...settings, stopWords: null };
        const collector = collectors.hashing(options, undefined);
        for (const text of texts) collector.add(text);
        const { vectorizer, vectorize, nonZeros } = (await collector.finish()).fit(Uint32Array.of(0));
        const backwards = Uint32Array.from(texts.keys()).reverse();
        const rows = vectorize(backwards);
        expect(rows).toEqual(vectorizer.transform([...texts].reverse()));
        expect(rows.values.length).toBe(nonZeros);
      },
    ),
  );
});

test('texts are hashed as UTF-8', () => {
  // made with sklearn.utils.murmurhash3_32(text, seed=0)
  expect(['', 'a', 'abc', 'café', '今天', '😀!', 'hello world'].map(murmurHash3)).toEqual([
    0, 1009084850, -1277324294, 605818632, -70431191, 1927097988, 1586663183,
  ]);
});
