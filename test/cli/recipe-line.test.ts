import { join } from 'node:path';
import { expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = ['--store', join(folder.path, 'store')];
const words = folder.file('words.txt', 'parcel 1 0\ninvoice 0 1\nmy 1 1\nthe 0.5 1\nis 1 0.5\n');
const dataset = (name: string) => join(folder.path, name);

/** The line of what was chosen from the data, undefined where there is none. */
async function recipeOf(data: string, ...flags: string[]): Promise<string | undefined> {
  const ran = await maas(['train', data, ...flags, '--name', 'recipe', ...store]);
  expect(ran.code, ran.stderr).toBe(0);
  return /^recipe {4}(.*)$/m.exec(ran.stdout)?.[1];
}

test('what was chosen from the data is said, and nothing else', async () => {
  const terms = 'words, 1–2-grams';
  const C = String.raw`C \d+(\.\d+)?, best of \d on 67 held-out rows`;
  const other = String.raw` \(scikit-learn's: --preset sklearn\)`;
  const whole = (pattern: string) => expect.stringMatching(new RegExp(`^${pattern}$`));
  expect(await recipeOf(tickets)).toEqual(whole(`${terms}; ${C}${other}`));
  expect(await recipeOf(tickets, '--C', '3')).toEqual(whole(`${terms}${other}`));
  expect(await recipeOf(tickets, '--preset', 'sklearn')).toBeUndefined();
  expect(await recipeOf(tickets, '--model', 'nb')).toBe(terms);
  expect(await recipeOf(tickets, '--model', 'majority')).toBeUndefined();
  const ofVectors = ['--vectorizer', 'embedding', '--embeddings', words];
  expect(await recipeOf(tickets, ...ofVectors)).toEqual(whole(C));

  // a dataset has decided its terms before
  await maas(['preprocess', tickets, '-o', dataset('terms'), ...store]);
  expect(await recipeOf(dataset('terms'))).toEqual(whole(C));
  expect(await recipeOf(dataset('terms'), '--model', 'majority')).toBeUndefined();
  await maas(['preprocess', tickets, ...ofVectors, '-o', dataset('vectors'), ...store]);
  expect(await recipeOf(dataset('vectors'))).toEqual(whole(C));
});
