import { availableParallelism } from 'node:os';
import { gathered, type Places, placesOf } from '../data/places.js';
import type { Split } from '../data/split.js';
import type { EmbeddingReport } from '../features/embedding-fit.js';
import { collectors, type FeatureFit, type FittedFeatures } from '../features/fits.js';
import type { SentenceEncoder, SentenceReport } from '../features/sentence/encoder.js';
import type { AnyVectorizer } from '../features/vectorizer.js';
import { openVectors } from '../features/vectors/vector-file.js';
import type { Listener, Stopwatch } from '../progress.js';
import { grouped, percent } from '../report/format.js';
import type { Csr } from '../sparse/csr.js';
import { loadStemmer } from '../text/stemmers.js';
import { loadStopWords } from '../text/stopwords.js';
import { fewerTerms, MemoryBudget } from './memory.js';
import { type FitNeeds, type Needs, preflight } from './preflight.js';
import { type Decided, DecidingTexts, decide, isDecided } from './recipe.js';
import { checkShares, type Rows, type RowsInput, readRows, splitRows } from './rows.js';
import { encoderFor } from './sentence.js';
import type { DataSettings, FeatureSettings } from './settings.js';

/** Feature rows of one part of the data, their classes, and where each stands in the files. */
export interface Part extends Places {
  features: Csr;
  /** Index into `Prepared.labels`. */
  labels: Int32Array;
}

/** Data that is read, checked, divided and vectorized: all that fitting needs. No text is in it. */
export interface Prepared {
  vectorizer: AnyVectorizer;
  /** The classes of the training rows in code point order, then labels that only other rows have. */
  labels: string[];
  /** How many of `labels` are classes. */
  classes: number;
  parts: { train: Part; validation: Part; test: Part };
  files: Rows['files'];
  /** One digest for all files, in order. */
  sha256: string;
  skipped: Rows['skipped'];
  /** What was said to be needed before. */
  needs: Needs;
  /** How texts became terms, with what was left to the data. */
  decided: Pick<Decided, 'analyzer' | 'ngramRange'>;
  /** The word vectors that rows are made of, or that their network's embeddings begin with, where they are. */
  embeddings?: EmbeddingReport | undefined;
  startingVectors?: FittedFeatures['startingVectors'];
  /** The model that embeds the texts, where one does. */
  sentence?: SentenceReport | undefined;
}

export interface PrepareInput extends RowsInput {
  /** How many threads to use; as many as there are cores if absent. The outcome does not depend on it. */
  threads?: number | undefined;
  /** Bytes of memory that may be taken; all that are free if absent. */
  maxMemory?: number | undefined;
  /** Where `maas doctor --install` puts libraries; `~/.maas/devices` if absent. */
  devices?: string | undefined;
  /** The folder where sentence embeddings are kept by content; none if absent. */
  embeddingCache?: string | undefined;
}

/** Files that are read, and their terms counted: all that a vectorizer can be fitted on. */
export interface Collected {
  rows: Rows;
  split: Split;
  features: FeatureFit;
  /** How texts became terms, with what was left to the data. */
  decided: Pick<Decided, 'analyzer' | 'ngramRange'>;
}

/**
 * Reads CSV files into feature rows. The vectorizer learns from the training rows alone. Throws `data`, `usage`, and `failed`
 * where memory does not suffice.
 */
export async function prepare(
  input: PrepareInput,
  settings: DataSettings & FeatureSettings,
  stopwatch: Stopwatch,
  listener: Listener,
): Promise<Prepared> {
  const budget = new MemoryBudget(input.maxMemory, fewerTerms[settings.vectorizer]);
  const collected = await collect(input, settings, budget, stopwatch, listener);
  return vectorize(collected, budget, stopwatch, listener);
}

/** Reads CSV files, counts the terms of each text once, and divides the rows. */
export async function collect(
  input: PrepareInput,
  settings: DataSettings & FeatureSettings,
  budget: MemoryBudget,
  stopwatch: Stopwatch,
  listener: Listener,
): Promise<Collected> {
  checkShares(settings, input);
  const encoder = await encoderFor(settings, input, listener);
  let decided = isDecided(settings) ? settings : undefined;
  let collector = decided && (await openCollector(decided, input.threads, encoder));
  // the first texts decide what is left to the data, those of a test set never
  const deciding = new DecidingTexts();
  const waiting: string[] = [];
  const open = async () => {
    decided = decide(settings, deciding.texts);
    const opened = await openCollector(decided, input.threads, encoder);
    collector = opened;
    for (const text of waiting.splice(0)) opened.add(text);
    return opened;
  };
  try {
    const sink = {
      add(text: string) {
        if (collector) return collector.add(text);
        deciding.add(text);
        waiting.push(text);
      },
      async caughtUp(rows: number) {
        budget.watch(() => `counting the terms of ${grouped(rows)} rows`);
        if (!collector && !deciding.enough) return;
        await (collector ?? (await open())).caughtUp();
      },
      async dataEnded() {
        if (!collector) await open();
      },
    };
    const rows = await readRows(input, settings, sink, stopwatch, listener);
    const counting = collector!;
    return await stopwatch.time('vectorize', async () => {
      const counted = counting.finish();
      // told where it is waited for
      counted.catch(() => {});
      listener.step?.({ stage: 'vectorize' });
      const split = splitRows(rows, settings, listener);
      return { rows, split, features: await counted, decided: decided! };
    });
  } finally {
    await collector?.stop();
  }
}

/**
 * What takes texts to make features of; `threads` is how many it may use, as many as there are cores if absent. The
 * vectorizer "sentence" needs what embeds texts.
 */
export async function openCollector(
  settings: Decided,
  threads = availableParallelism(),
  encoder?: SentenceEncoder,
) {
  const stopWords = settings.stopWords === null ? null : await loadStopWords(settings.stopWords);
  const stem = settings.stemmer === null ? undefined : await loadStemmer(settings.stemmer);
  const { embeddings, vectorizer } = settings;
  const ofWords = vectorizer !== 'sentence' && embeddings !== null;
  const vectors = ofWords ? await openVectors(embeddings) : undefined;
  return collectors[vectorizer]({ ...settings, stopWords, vectors, encoder }, stem, threads);
}

const FEWER_VECTORS = 'keep fewer words with --embedding-words, or use vectors of fewer numbers';

/** Words with a vector, of all words with their repeats, below which something is likely to be wrong. */
const LOW_COVERAGE = 0.5;

function reportVectors({ embeddings }: FittedFeatures, split: Split, listener: Listener) {
  if (!embeddings) return undefined;
  const { facts, coverage } = embeddings;
  const report = { ...facts, coverage: { train: coverage(split.train), test: coverage(split.test) } };
  const { tokens } = report.coverage.train;
  if (tokens !== null && tokens < LOW_COVERAGE) {
    listener.warn?.(
      `only ${percent(tokens)} of the words of the training rows have a vector in ${facts.path}: is it of their language, and in lower case as they are?`,
    );
  }
  return report;
}

/** Who needs to know of the rows before they are made. */
export interface Following {
  /** What fitting a model on them will take. */
  fitNeeds?(classes: number): FitNeeds;
  /** Is told of the vectorizer before it makes the rows. */
  fitted?(vectorizer: AnyVectorizer): void;
}

/** Fits the vectorizer on the training rows, and makes the feature rows of all. */
export function vectorize(
  { rows, split, features, decided }: Collected,
  budget: MemoryBudget,
  stopwatch: Stopwatch,
  listener: Listener,
  following: Following = {},
): Promise<Prepared> {
  return stopwatch.time('vectorize', async () => {
    const { labels, classes, classOf, places, files, sha256, skipped } = rows;
    const fitted = await features.fit(split.train, {
      listener,
      reserve: (bytes, what, hint = FEWER_VECTORS) => budget.require(bytes, what, hint),
    });
    const { vectorizer, vectorize } = fitted;
    const size = { ...fitted, features: vectorizer.features };
    const needs = preflight(classOf.length, size, following.fitNeeds?.(classes), budget, listener);
    following.fitted?.(vectorizer);
    const part = (chosen: Uint32Array): Part => ({
      features: vectorize(chosen),
      labels: new Int32Array(gathered(classOf, chosen)),
      ...placesOf(places, chosen),
    });
    const parts = { train: part(split.train), validation: part(split.validation), test: part(split.test) };
    const { analyzer, ngramRange } = decided;
    return {
      ...{ vectorizer, needs, labels, classes, parts, files, sha256, skipped },
      embeddings: reportVectors(fitted, split, listener),
      startingVectors: fitted.startingVectors,
      ...(fitted.sentence && { sentence: fitted.sentence }),
      decided: { analyzer, ngramRange },
    };
  });
}

/** How many rows each part has. */
export const rowCounts = ({ parts }: Prepared) => ({
  train: parts.train.labels.length,
  validation: parts.validation.labels.length,
  test: parts.test.labels.length,
});
