import { expect, test } from 'vitest';
import { TfidfCollector } from '../../src/features/tfidf-fit.js';
import type { Classifier } from '../../src/models/classifier.js';
import { fitMajority } from '../../src/models/majority.js';
import { fitNaiveBayes } from '../../src/models/naive-bayes.js';
import type { Csr } from '../../src/sparse/csr.js';
import { fromSklearn, golden } from '../support/golden.js';

const collector = new TfidfCollector(fromSklearn({}));
for (const text of golden.texts) collector.add(text);
const every = Uint32Array.from(golden.texts.keys());
const features: Csr = (await collector.finish()).fit(every).vectorize(every);

test.each(Object.entries(golden.counted))(`like ${golden.made_by}: %s`, (_name, expected) => {
  const labels = Int32Array.from(expected.labels);
  const classes = Math.max(...expected.labels) + 1;
  const classifier: Classifier =
    expected.kind === 'DummyClassifier'
      ? fitMajority(labels, classes)
      : fitNaiveBayes(features, labels, classes, {
          alpha: expected.options.alpha ?? 1,
          complement: expected.kind === 'ComplementNB',
        });
  const found = classifier.probabilities(features);
  expected.probabilities.flat().forEach((p, i) => {
    expect(found[i]).toBeCloseTo(p, 5);
  });
});

test('negative features are refused', () => {
  const negative: Csr = { ...features, values: features.values.map((value) => -value) };
  const labels = Int32Array.from(every, (r) => r % 2);
  expect(() => fitNaiveBayes(negative, labels, 2, { alpha: 1, complement: false })).toThrow(
    'naive Bayes takes no negative features',
  );
});
