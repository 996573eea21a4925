import { join } from 'node:path';
import { expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = ['--store', join(folder.path, 'store')];

test.each([
  [['--search', '{"seed": [1]}'], 'which is no setting that can be searched'],
  [['--search', '{"C": [1, -1]}'], 'search.C holds -1, expected a number above 0'],
  [['--search', '{"schedule": ["linear", "plateau"]}'], 'search.schedule holds "plateau"'],
  [['--search', '{"C": []}'], 'search.C is empty'],
  [['--search', '{"C": {"from": 3}}'], 'expected a list of values, or a range such as'],
  [['--search', 'C=1'], '--search is "C=1", expected values by setting'],
  [['--models', 'svm'], 'expected models out of logistic'],
  [['--budget', 'soon'], 'expected a time such as 90s'],
  [['--cv', '5', '--validation-size', '0.2'], 'both say which rows score'],
  [['--model', 'dense', '--schedule', 'plateau'], 'no training can watch them'],
  [['--vectorizer', 'sequence'], 'the model "logistic" counts terms, whatever their order'],
  [['--models', 'nb', '--C', '3'], 'the model "nb" has no use for --C'],
  [['--models', 'cnn,lstm', '--vectorizer', 'tfidf'], 'the model "cnn" reads terms in their order'],
  [['--stop-words', 'klingon'], '"klingon" is neither a language'],
  [
    ['--models', 'nb', '--vectorizer', 'embedding', '--embeddings', tickets],
    'the model "nb" counts terms, and numbers of vectors are no counts',
  ],
])('%s is refused', async (flags, message) => {
  const ran = await maas(['tune', tickets, ...flags, ...store]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(message);
});

test.each([
  ['a row is scored in each fold', 2, []],
  ['so in as many as are asked for', 3, ['--cv', '10']],
])('few rows are refused: %s', async (_, each, flags) => {
  const rows = Array.from(
    { length: each },
    (_, r) => `lost parcel ${r},delivery\nwrong invoice ${r},billing`,
  );
  const file = folder.file('least.csv', ['text,label', ...rows].join('\n'));
  const ran = await maas(['tune', file, '--trials', '2', ...flags, ...store]);
  expect(ran.code).toBe(3);
  expect(ran.stderr).toMatch(/\d rows are too few for (5|10) folds, expected one row to score in each/);
});

test('a dataset, whose features are decided, is refused', async () => {
  const dataset = join(folder.path, 'dataset');
  await maas(['preprocess', tickets, '-o', dataset, ...store]);
  const ran = await maas(['tune', dataset, ...store]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('expected a CSV file');
});
