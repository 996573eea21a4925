import { MaasError } from '../errors.js';
import { allBelow } from '../sparse/sort.js';
import type { AnalyzerOptions } from '../text/analyzer.js';
import { termsOfNodes } from './counted-terms.js';
import { type Counting, openCounting } from './counting.js';
import { denseRows, EmbeddingVectorizer } from './embedding.js';
import type { FeatureCollector, FeatureFit, FittedFeatures, FitWith } from './fits.js';
import { Pooler, type Pooling, scaleRow, scalingOf, wordWeights } from './pooling.js';
import { type CountedTerms, NONE } from './term-counter.js';
import { listedTerms } from './terms.js';
import { keepWords } from './vectors/kept.js';
import { SubwordVectors } from './vectors/subwords.js';
import type { Wanted } from './vectors/table.js';
import type { VectorFile, WordVectors } from './vectors/vector-file.js';

export interface EmbeddingOptions extends AnalyzerOptions {
  /** Where the vectors are read from. */
  vectors?: VectorFile | undefined;
  pooling: Pooling;
  /** How many words from the start of the file are kept beside those of the training rows. */
  embeddingWords: number | 'all';
}

/** What word vectors a vectorizer was fitted with. */
export interface EmbeddingFacts {
  path: string;
  sha256: string;
  format: string;
  dim: number;
  /** Words in the file, and kept of it. */
  words: number;
  kept: number;
  /** Bytes of the vectors that are kept. */
  bytes: number;
  /** n-grams whose vectors are kept for words that have none. */
  subwords: number;
}

/** The same with how many words of the rows have a vector. */
export interface EmbeddingReport extends EmbeddingFacts {
  coverage: { train: VectorCoverage; test: VectorCoverage };
}

/** How many words have a vector. */
export interface VectorCoverage {
  /** Share of the different words, and of all words with their repeats; null where there are none. */
  words: number | null;
  tokens: number | null;
}

/** Counts the words of texts, as they come, to pool their vectors when it is known which rows are to be trained on. */
export class EmbeddingCollector implements FeatureCollector {
  readonly #counting: Counting;
  readonly #analyzer: AnalyzerOptions;

  constructor(
    private readonly options: EmbeddingOptions,
    threads = 1,
  ) {
    const { lowercase, tokenizer, stopWords } = options;
    this.#analyzer = { analyzer: 'word', ngramRange: [1, 1], lowercase, tokenizer, stopWords, stemmer: null };
    this.#counting = openCounting(this.#analyzer, undefined, threads);
  }

  add(text: string): void {
    this.#counting.add(text);
  }

  caughtUp(): Promise<void> {
    return this.#counting.caughtUp();
  }

  async finish(): Promise<EmbeddingFit> {
    return new EmbeddingFit(await this.#counting.finish(), this.#analyzer, this.options);
  }

  stop(): Promise<void> {
    return this.#counting.stop();
  }
}

/** Bytes that one file of a version can hold. */
const MOST_BYTES = 2 ** 31 - 1;

/** Counted words, to fit a vectorizer on. */
class EmbeddingFit implements FeatureFit {
  /** The vectors of all words, read once for all fits. */
  #read: Promise<WordVectors> | undefined;

  constructor(
    private readonly counted: CountedTerms,
    private readonly analyzer: AnalyzerOptions,
    private readonly options: EmbeddingOptions,
  ) {}

  /**
   * Keeps the vectors of the training rows' words and learns their weights and the scaling of rows. Words of other rows
   * have the vectors that they will have in texts to come, so that these rows tell how well those do. Throws `data`.
   */
  async fit(
    trainRows: Uint32Array,
    { listener = {}, reserve = () => {} }: FitWith = {},
  ): Promise<FittedFeatures> {
    const { vectors: file, pooling, embeddingWords } = this.options;
    if (!file) throw new MaasError('usage', 'the vectorizer "embedding" needs a file of word vectors');
    const { nodes } = this.counted;
    const words = termsOfNodes(this.counted, allBelow(nodes.symbols.length)).list();
    const { documents, occurrences, tokens } = this.#counts(trainRows);
    const wanted: Wanted = {
      words: new Set(words),
      first: embeddingWords === 'all' ? Number.POSITIVE_INFINITY : embeddingWords,
      reserve: (bytes) => reserve(bytes, `the vectors of ${file.path}`),
    };
    this.#read ??= file.read(wanted, listener);
    const ofTraining = new Set(words.filter((_, node) => documents[node]! > 0));
    const found = keepWords(await this.#read, { ...wanted, words: ofTraining });
    const { table, subwords } = found;
    const { dim } = table;
    checkSize(found);

    const weightOf = wordWeights[pooling];
    const all = { rows: trainRows.length, tokens };
    const unseen = weightOf(all, 0, 0);
    const weights = new Float64Array(table.words.length).fill(unseen);
    const placed = this.#place(words, found);
    for (let node = 0; node < words.length; node++) {
      const place = placed.places[node]!;
      if (documents[node] === 0 || place >= weights.length) continue;
      weights[place] = weightOf(all, documents[node]!, occurrences[node]!);
    }
    reserve(4 * this.counted.rows.length.length * dim, 'the means of word vectors');
    const { pooled, used } = this.#pool(placed, found, weights, unseen);
    const trained = new Uint8Array(used.length);
    for (const r of trainRows) trained[r] = used[r]!;
    if (!trained.includes(1)) {
      throw noWordKnown(file.path);
    }
    const scaling = scalingOf(pooled, trained, dim, pooling === 'sif');
    const count = (marks: Uint8Array) => marks.reduce((sum, mark) => sum + mark, 0);
    return {
      vectorizer: new EmbeddingVectorizer({
        kind: 'embedding',
        analyzer: this.analyzer,
        pooling,
        features: dim,
        terms: listedTerms(table.words),
        vectors: table.values,
        weights,
        unseen,
        subwords,
        scaling,
      }),
      trainNonZeros: count(trained) * dim,
      nonZeros: count(used) * dim,
      parameters: dim,
      vectorize: (chosen) =>
        denseRows(
          Uint8Array.from(chosen, (r) => used[r]!),
          dim,
          (i, values, to) => scaleRow(pooled, chosen[i]! * dim, scaling, values, to),
        ),
      embeddings: {
        facts: {
          path: file.path,
          sha256: found.sha256,
          format: file.format,
          dim,
          words: found.total,
          kept: table.words.length,
          bytes: table.values.byteLength + (subwords?.vectors.byteLength ?? 0),
          subwords: subwords?.kept.length ?? 0,
        },
        coverage: (chosen) => this.#coverage(chosen, placed.places),
      },
    };
  }

  /** Rows of the training that have each word, how often they have it, and all words with their repeats. */
  #counts(trainRows: Uint32Array) {
    const documents = new Uint32Array(this.counted.nodes.symbols.length);
    const occurrences = new Float64Array(documents.length);
    let tokens = 0;
    for (const r of trainRows) {
      const { nodes, counts } = this.#row(r);
      for (let i = 0; i < nodes.length; i++) {
        documents[nodes[i]!]!++;
        occurrences[nodes[i]!]! += counts[i]!;
        tokens += counts[i]!;
      }
    }
    return { documents, occurrences, tokens };
  }

  /** Where each word's vector stands: in the table, or behind it, in the order of their letters, those made of n-grams. */
  #place(words: readonly string[], { table, subwords }: WordVectors): Placed {
    const places = Uint32Array.from(words, (word) => table.index.get(word) ?? NONE);
    const made: Float32Array[] = [];
    if (subwords) {
      const ofNgrams = new SubwordVectors(subwords, table.dim);
      const unknown = Array.from(places.keys()).filter((node) => places[node] === NONE);
      for (const node of unknown.sort((a, b) => (words[a]! < words[b]! ? -1 : 1))) {
        const vector = ofNgrams.vectorOf(words[node]!);
        if (!vector) continue;
        places[node] = table.words.length + made.length;
        made.push(vector);
      }
    }
    return { places, made };
  }

  /** The weighted means of all rows [rows, dim], and which rows have one. */
  #pool({ places, made }: Placed, { table }: WordVectors, weights: Float64Array, unseen: number) {
    const { dim, values } = table;
    const count = this.counted.rows.length.length;
    const pooled = new Float32Array(count * dim);
    const used = new Uint8Array(count);
    const pool = new Pooler(dim, this.options.pooling);
    for (let r = 0; r < count; r++) {
      const { nodes, counts } = this.#row(r);
      // a row has no more than 2^24 words
      const order = new Float64Array(nodes.length);
      for (let i = 0; i < nodes.length; i++) order[i] = places[nodes[i]!]! * 2 ** 24 + i;
      order.sort();
      for (const key of order) {
        const place = Math.floor(key / 2 ** 24);
        if (place === NONE) break;
        const times = counts[key % 2 ** 24]!;
        if (place < weights.length) pool.add(times, weights[place]!, values, place * dim);
        else pool.add(times, unseen, made[place - weights.length]!, 0);
      }
      used[r] = pool.take(pooled.subarray(r * dim, (r + 1) * dim)) ? 1 : 0;
    }
    return { pooled, used };
  }

  #coverage(chosen: Uint32Array, places: Uint32Array): VectorCoverage {
    const seen = new Uint8Array(places.length);
    let [words, covered, tokens, coveredTokens] = [0, 0, 0, 0];
    for (const r of chosen) {
      const { nodes, counts } = this.#row(r);
      for (let i = 0; i < nodes.length; i++) {
        const has = places[nodes[i]!] === NONE ? 0 : 1;
        tokens += counts[i]!;
        coveredTokens += has * counts[i]!;
        if (seen[nodes[i]!] === 1) continue;
        seen[nodes[i]!] = 1;
        words++;
        covered += has;
      }
    }
    return {
      words: words === 0 ? null : covered / words,
      tokens: tokens === 0 ? null : coveredTokens / tokens,
    };
  }

  /** Words and counts of a row. */
  #row(r: number): { nodes: Uint32Array; counts: Uint32Array } {
    const { chunk, offset, length } = this.counted.rows;
    const { nodes, counts } = this.counted.chunks[chunk[r]!]!;
    const end = offset[r]! + length[r]!;
    return { nodes: nodes.subarray(offset[r]!, end), counts: counts.subarray(offset[r]!, end) };
  }
}

/** What training rows are without a word that has a vector. */
export const noWordKnown = (path: string) =>
  new MaasError('data', `no word of the training rows has a vector in ${path}`, {
    hint: 'look whether the vectors are of that language; --no-lowercase keeps capital letters',
  });

/** The place of each word's vector, NONE for one that has none, and the vectors that the table does not hold. */
interface Placed {
  places: Uint32Array;
  made: Float32Array[];
}

function checkSize({ table, subwords }: WordVectors): void {
  const bytes = table.values.byteLength + (subwords?.vectors.byteLength ?? 0);
  if (bytes <= MOST_BYTES) return;
  throw new MaasError(
    'failed',
    `the version would hold word vectors of ${(bytes / 1e9).toFixed(1)} GB, expected 2.1 GB or less`,
    { hint: 'keep fewer words with --embedding-words' },
  );
}
