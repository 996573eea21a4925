import { charNgrams, charWordNgrams, type NgramRange, wordNgrams } from './ngrams.js';
import type { StemmerName } from './stemmers.js';
import { type TokenizerName, tokenizers } from './words.js';

/** How a text becomes terms; scikit-learn's words for the same things. */
export interface AnalyzerOptions {
  analyzer: AnalyzerName;
  ngramRange: NgramRange;
  lowercase: boolean;
  /** How words are found; `char` and `char_wb` do without. */
  tokenizer: TokenizerName;
  /** Words left out before n-grams are built, as they read after lower-casing; words only. */
  stopWords: readonly string[] | null;
  /** Applied to each word after the stop words are gone; words only. */
  stemmer: StemmerName | null;
}

/** Turns one word into its stem. */
export type Stem = (word: string) => string;

/** Turns one text into its terms, repeats included: n-grams of one length in their order, the shorter before the longer. */
export type Analyzer = (text: string) => string[];

type MakeAnalyzer = (options: AnalyzerOptions, stem: Stem | undefined) => Analyzer;

/** The analyzers by name; the terms are scikit-learn's for the same options. */
export const analyzers = {
  word: ({ ngramRange, tokenizer, stopWords }, stem) => {
    const words = tokenizers[tokenizer];
    const stopped = stopWords && new Set(stopWords);
    return (text) => {
      let tokens = words(text);
      if (stopped) tokens = tokens.filter((word) => !stopped.has(word));
      if (stem) tokens = tokens.map(stem);
      return wordNgrams(tokens, ngramRange);
    };
  },
  char:
    ({ ngramRange }) =>
    (text) =>
      charNgrams(text, ngramRange),
  char_wb:
    ({ ngramRange }) =>
    (text) =>
      charWordNgrams(text, ngramRange),
} as const satisfies Record<string, MakeAnalyzer>;

export type AnalyzerName = keyof typeof analyzers;

/** The analyzer for these options. `stem` is the loaded function for `options.stemmer`. */
export function createAnalyzer(options: AnalyzerOptions, stem?: Stem): Analyzer {
  const analyze = analyzers[options.analyzer](options, stem);
  return options.lowercase ? (text) => analyze(text.toLowerCase()) : analyze;
}
