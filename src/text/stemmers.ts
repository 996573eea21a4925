import { MaasError } from '../errors.js';
import type { Stem } from './analyzer.js';

const files = {
  porter: 'porter_stemmer',
  lancaster: 'lancaster_stemmer',
  german: 'porter_stemmer_de',
  spanish: 'porter_stemmer_es',
  persian: 'porter_stemmer_fa',
  french: 'porter_stemmer_fr',
  italian: 'porter_stemmer_it',
  dutch: 'porter_stemmer_nl',
  norwegian: 'porter_stemmer_no',
  portuguese: 'porter_stemmer_pt',
  russian: 'porter_stemmer_ru',
  swedish: 'porter_stemmer_sv',
  ukrainian: 'porter_stemmer_uk',
} as const;

/** Porter's and Lancaster's stemmers for English, and the Porter-style ones of `natural` by language. */
export type StemmerName = keyof typeof files;
export const stemmerNames = Object.keys(files) as StemmerName[];

/** Where each stemmer stands in `natural`, whose index would load database clients for over a second. */
export const stemmerPaths = Object.fromEntries(
  stemmerNames.map((name) => [name, `natural/lib/natural/stemmers/${files[name]}.js`]),
) as Record<StemmerName, string>;

/** Loads a stemmer of `natural`. */
export async function loadStemmer(name: StemmerName): Promise<Stem> {
  const module = await import(stemmerPaths[name]);
  const stemmer = module.default as { stem(word: string): string };
  if (typeof stemmer?.stem !== 'function') throw new MaasError('failed', `natural has no stemmer "${name}"`);
  return (word) => stemmer.stem(word);
}
