import type { Listener } from '../progress.js';
import type { Csr } from '../sparse/csr.js';
import type { Stem } from '../text/analyzer.js';
import {
  EmbeddingCollector,
  type EmbeddingFacts,
  type EmbeddingOptions,
  type VectorCoverage,
} from './embedding-fit.js';
import { FastTextCollector, type FastTextOptions } from './fasttext-fit.js';
import { HashingCollector, type HashingOptions } from './hashing-fit.js';
import type { VectorizerKind } from './kinds.js';
import type { SentenceReport } from './sentence/encoder.js';
import { SentenceCollector, type SentenceOptions } from './sentence-fit.js';
import { SequenceCollector, type SequenceOptions } from './sequence-fit.js';
import type { StartingVectors } from './starting-vectors.js';
import { TfidfCollector, type TfidfOptions } from './tfidf-fit.js';
import type { AnyVectorizer } from './vectorizer.js';

/**
 * Takes texts one after the other, and keeps what a vectorizer can be fitted on; the texts themselves it forgets, but for those
 * that are embedded whole.
 */
export interface FeatureCollector {
  /** Takes a text as the next row. */
  add(text: string): void;
  /** Waits where texts come faster than they are worked on. */
  caughtUp(): Promise<void>;
  /** Everything there is to know of the texts. The collector is of no more use. */
  finish(): Promise<FeatureFit>;
  /** Gives up; needed where `finish` is not reached. */
  stop(): Promise<void>;
}

/** Collected texts, to fit a vectorizer on. */
export interface FeatureFit {
  /** Fits on the rows named (in the order they were added) and nothing else. Throws `data`, `usage`. */
  fit(trainRows: Uint32Array, beside?: FitWith): FittedFeatures | Promise<FittedFeatures>;
}

/** Whom a fit tells, and whom it asks. */
export interface FitWith {
  listener?: Listener;
  /** Told before much memory is taken, and for what. Throws `failed`, with the hint, where that is too much. */
  reserve?(bytes: number, what: string, hint?: string): void;
}

/** A fitted vectorizer, and the rows that wait for it. */
export interface FittedFeatures<V extends AnyVectorizer = AnyVectorizer> {
  vectorizer: V;
  /** Non-zeros of the rows it was fitted on, and at the most of all rows. */
  trainNonZeros: number;
  nonZeros: number;
  /** Features that a linear model has to tell apart at the most: those of a single row count as one for the row. */
  parameters: number;
  /** Feature rows of any collected rows, equal to what the vectorizer's `transform` gives for their texts. */
  vectorize(rows: Uint32Array): Csr;
  /** What the embeddings of a network on these rows begin with, where word vectors were given for them. */
  startingVectors?: StartingVectors;
  /** The word vectors that it is made of, where it is, and how many words of some rows have one. */
  embeddings?: { facts: EmbeddingFacts; coverage(rows: Uint32Array): VectorCoverage };
  /** The model that sentence embeddings are made with, where they are. */
  sentence?: SentenceReport;
}

export type FeatureOptions = TfidfOptions &
  HashingOptions &
  FastTextOptions &
  EmbeddingOptions &
  SequenceOptions &
  SentenceOptions;

/** How each vectorizer collects; `threads` is how many it may use, the outcome is the same. */
export const collectors = {
  tfidf: (options, stem, threads) => new TfidfCollector(options, stem, threads),
  hashing: (options, stem) => new HashingCollector(options, stem),
  fasttext: (options, stem, threads) => new FastTextCollector(options, stem, threads),
  embedding: (options, _stem, threads) => new EmbeddingCollector(options, threads),
  sequence: (options, stem) => new SequenceCollector(options, stem),
  sentence: (options) => new SentenceCollector(options),
} as const satisfies Record<
  VectorizerKind,
  (options: FeatureOptions, stem: Stem | undefined, threads: number) => FeatureCollector
>;
