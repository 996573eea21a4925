import { readFile } from 'node:fs/promises';
import { MaasError } from '../errors.js';

const files = {
  english: 'stopwords',
  spanish: 'stopwords_es',
  persian: 'stopwords_fa',
  french: 'stopwords_fr',
  indonesian: 'stopwords_id',
  italian: 'stopwords_it',
  japanese: 'stopwords_ja',
  dutch: 'stopwords_nl',
  norwegian: 'stopwords_no',
  polish: 'stopwords_pl',
  portuguese: 'stopwords_pt',
  russian: 'stopwords_ru',
  swedish: 'stopwords_sv',
  ukrainian: 'stopwords_uk',
  chinese: 'stopwords_zh',
} as const;

/** The languages whose stop words `natural` brings. */
export const stopWordLanguages = Object.keys(files);

/**
 * The stop words of a language (`natural`'s lists; single letters and digits in them included) or those of a text
 * file, one a line.
 */
export async function loadStopWords(source: string): Promise<string[]> {
  if (Object.hasOwn(files, source)) {
    const file = files[source as keyof typeof files];
    const module = await import(`natural/lib/natural/util/${file}.js`);
    return [...new Set(module.default.words as string[])].sort();
  }
  let text: string;
  try {
    text = await readFile(source, 'utf8');
  } catch (cause) {
    throw new MaasError(
      'usage',
      `"${source}" is neither a language with stop words nor a file that can be read`,
      { hint: `the languages are ${stopWordLanguages.join(', ')}`, cause },
    );
  }
  return [...new Set(text.split(/\r?\n/).map((line) => line.trim()))].filter((word) => word !== '').sort();
}
