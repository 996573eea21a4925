import { describe, expect, test } from 'vitest';
import { loadStemmer, stemmerNames } from '../../src/text/stemmers.js';
import { loadStopWords, stopWordLanguages } from '../../src/text/stopwords.js';
import { temporaryFolder } from '../support/temp.js';

describe('stemmers', () => {
  test.each(stemmerNames)('%s loads and stems', async (name) => {
    const stem = await loadStemmer(name);
    expect(typeof stem('working')).toBe('string');
  });

  test('porter brings forms of a word together', async () => {
    const stem = await loadStemmer('porter');
    expect(new Set(['connected', 'connecting', 'connection'].map(stem))).toEqual(new Set(['connect']));
  });
});

describe('stop words', () => {
  const folder = temporaryFolder();

  test.each(stopWordLanguages)('%s loads', async (language) => {
    expect((await loadStopWords(language)).length).toBeGreaterThan(20);
  });

  test('a file gives one word a line', async () => {
    const file = folder.file('stop.txt', 'the\r\nand\n\n the \n');
    expect(await loadStopWords(file)).toEqual(['and', 'the']);
  });

  test('what is neither a language nor a file is an error that lists the languages', async () => {
    await expect(loadStopWords('klingon')).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('english'),
    });
  });
});
