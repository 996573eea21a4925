import type { Csr } from '../sparse/csr.js';
import { type Analyzer, type AnalyzerOptions, createAnalyzer, type Stem } from '../text/analyzer.js';
import { type CharacterBuckets, ngramBuckets, RunHash, wordHash } from './buckets.js';
import { listedTerms, type Terms } from './terms.js';
import { type WeightOptions, weighedRows } from './tfidf.js';
import type { Vectorizer } from './vectorizer.js';

/** What is hashed to buckets beside the words. */
export interface BucketLayout extends CharacterBuckets {
  /** Words of the longest run that counts; runs of two and more are hashed. */
  wordNgrams: number;
}

/** What fitting learned. */
export interface FastTextState {
  kind: 'fasttext';
  /** Words, one at a time. */
  analyzer: AnalyzerOptions;
  layout: BucketLayout;
  weights: WeightOptions;
  /** Column c counts word c; those of most rows first, the earlier met where they are equal. */
  terms: Terms;
  /** The columns behind them, in the same order: the buckets that training rows have. */
  kept: Uint32Array;
  /** Inverse document frequency of each column; empty where all are 1. */
  idf: Float64Array;
}

/** The same, read from where it was stored. */
type StoredFastTextState = Omit<FastTextState, 'terms'> & { terms: Terms | readonly string[] };

/** The column of what has none. */
export const NO_COLUMN = 0xffffffff;

/**
 * The terms of fastText's classifier (Joulin et al. 2017): words by vocabulary, runs of words and the character n-grams
 * of each word in the buckets that fastText hashes them to, without its word for the end of a line. Buckets that no
 * training row has have no column. A word that is new still has its character n-grams.
 */
export class FastTextVectorizer implements Vectorizer {
  readonly kind = 'fasttext';
  readonly features: number;
  readonly #analyze: Analyzer;
  /** Made when the first text is transformed: training never does that. */
  #columns: FastTextColumns | undefined;
  readonly #run = new RunHash();

  constructor(
    private readonly learned: FastTextState,
    /** The stemmer that the analyzer names. */
    readonly stem?: Stem,
  ) {
    this.features = learned.terms.length + learned.kept.length;
    this.#analyze = createAnalyzer(learned.analyzer, stem);
  }

  /** The vectorizer whose state was stored as JSON. */
  static revive(state: StoredFastTextState, stem?: Stem): FastTextVectorizer {
    const { terms } = state;
    return new FastTextVectorizer({ ...state, terms: 'list' in terms ? terms : listedTerms(terms) }, stem);
  }

  transform(texts: readonly string[]): Csr {
    this.#columns ??= columnsOf(this.learned);
    const { idf, weights } = this.learned;
    return weighedRows(texts, (text) => Uint32Array.from(this.#columnsOf(text)), this.features, idf, weights);
  }

  state(): FastTextState {
    return this.learned;
  }

  #columnsOf(text: string): number[] {
    const { layout } = this.learned;
    const { ofWord, ofBucket } = this.#columns!;
    const found: number[] = [];
    const push = (column: number) => {
      if (column !== NO_COLUMN) found.push(column);
    };
    const words = this.#analyze(text);
    for (const word of words) {
      push(ofWord(word));
      for (const bucket of ngramBuckets(word, layout)) push(ofBucket(bucket));
    }
    if (layout.wordNgrams === 1) return found;
    const hashes = words.map(wordHash);
    for (let i = 0; i < hashes.length; i++) {
      this.#run.begin(hashes[i]!);
      for (let j = i + 1; j < Math.min(i + layout.wordNgrams, hashes.length); j++) {
        this.#run.add(hashes[j]!);
        push(ofBucket(this.#run.bucket(layout.buckets)));
      }
    }
    return found;
  }
}

/** The columns of words and of buckets, NO_COLUMN for those that have none. */
export interface FastTextColumns {
  ofWord(word: string): number;
  ofBucket(bucket: number): number;
}

export function columnsOf({ terms, kept, layout }: FastTextState): FastTextColumns {
  const words = new Map(terms.list().map((term, column) => [term, column]));
  const buckets = new Uint32Array(kept.length === 0 ? 0 : layout.buckets).fill(NO_COLUMN);
  for (let i = 0; i < kept.length; i++) buckets[kept[i]!] = terms.length + i;
  return {
    ofWord: (word) => words.get(word) ?? NO_COLUMN,
    ofBucket: (bucket) => buckets[bucket] ?? NO_COLUMN,
  };
}
