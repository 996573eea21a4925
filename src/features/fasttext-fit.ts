import { type Csr, joinedRows } from '../sparse/csr.js';
import { GrowableU32 } from '../sparse/growable.js';
import { allBelow, byFallingKey } from '../sparse/sort.js';
import type { AnalyzerOptions, Stem } from '../text/analyzer.js';
import { type Counting, openCounting } from './counting.js';
import { type BucketLayout, FastTextVectorizer } from './fasttext.js';
import type { FeatureCollector, FeatureFit, FittedFeatures } from './fits.js';
import { NodeLists } from './node-lists.js';
import { RowWeigher } from './row-weigher.js';
import { type CountedTerms, NONE } from './term-counter.js';
import { listedTerms } from './terms.js';
import { idfOf, type TfidfOptions } from './tfidf-fit.js';
import { keptRows, noTerms } from './vocabulary.js';
import { wordText } from './words.js';

/** Options of the terms of fastText's classifier, named as fastText names them. */
export interface FastTextOptions extends Omit<TfidfOptions, 'maxFeatures'> {
  /** Words of the longest run that counts. */
  wordNgrams: number;
  /** Shortest and longest character n-gram of a word; 0: none. */
  minn: number;
  maxn: number;
  /** Buckets that runs of words and characters are hashed to. */
  bucket: number;
}

/** Counts words and runs of them as they come; what is hashed is hashed once for each of them, at the end. */
export class FastTextCollector implements FeatureCollector {
  readonly #counting: Counting;

  constructor(
    private readonly options: FastTextOptions,
    private readonly stem?: Stem,
    threads = 1,
  ) {
    this.#counting = openCounting(countedBy(options, options.wordNgrams), stem, threads);
  }

  add(text: string): void {
    this.#counting.add(text);
  }

  caughtUp(): Promise<void> {
    return this.#counting.caughtUp();
  }

  async finish(): Promise<FeatureFit> {
    const fit = new FastTextFit(await this.#counting.finish(), this.options, this.stem);
    return { fit: (trainRows) => fit.fit(trainRows) };
  }

  stop(): Promise<void> {
    return this.#counting.stop();
  }
}

/** How runs of so many words at the most are counted. */
export function countedBy(
  { lowercase, tokenizer, stopWords, stemmer }: AnalyzerOptions,
  wordNgrams: number,
): AnalyzerOptions {
  return { analyzer: 'word', ngramRange: [1, wordNgrams], lowercase, tokenizer, stopWords, stemmer };
}

/** Counted words and runs of words, as numbers: first the words, then the buckets that they have. */
class FastTextFit {
  readonly #layout: BucketLayout;
  readonly #words: string[];
  /** The buckets by number, from the first behind the words on. */
  readonly #buckets: Uint32Array;
  readonly #lists: NodeLists;

  constructor(
    private readonly counted: CountedTerms,
    private readonly options: FastTextOptions,
    private readonly stem?: Stem,
  ) {
    const { wordNgrams, minn, maxn, bucket } = options;
    this.#layout = { wordNgrams, minn, maxn, buckets: bucket };
    const texts = counted.words!;
    this.#words = Array.from({ length: texts.starts.length - 1 }, (_, word) => wordText(texts, word));
    const numbers = new Uint32Array(wordNgrams > 1 || maxn > 0 ? bucket : 0);
    const found = new GrowableU32();
    this.#lists = new NodeLists(this.#layout, {
      ofWord: (_, symbol) => symbol,
      ofBucket: (bucket) => {
        if (numbers[bucket] === 0) {
          found.push(bucket);
          numbers[bucket] = this.#words.length + found.length;
        }
        return numbers[bucket]! - 1;
      },
    });
    this.#lists.add(counted.nodes, this.#words);
    this.#buckets = found.view();
  }

  fit(trainRows: Uint32Array): FittedFeatures {
    const { sublinearTf, norm } = this.options;
    const weights = { sublinearTf, norm };
    const { terms, kept, columns, idf, documents } = this.#choose(trainRows);
    const features = terms.length + kept.length;
    const singles = documents.filter((rows) => rows === 1).length;
    const vectorizer = new FastTextVectorizer(
      {
        kind: 'fasttext',
        analyzer: countedBy(this.options, 1),
        layout: this.#layout,
        weights,
        terms: listedTerms(terms),
        kept,
        idf,
      },
      this.stem,
    );
    const weigher = new RowWeigher(idf.length > 0 ? idf : new Float64Array(features).fill(1), weights);
    weigher.setColumns(0, columns);
    const trainNonZeros = documents.reduce((sum, count) => sum + count, 0);
    return {
      vectorizer,
      trainNonZeros,
      nonZeros: trainNonZeros + this.#mostOfOthers(trainRows),
      parameters: features - singles + Math.min(singles, trainRows.length),
      vectorize: (chosen) => this.#vectorize(chosen, weigher, features),
    };
  }

  get #numbers(): number {
    return this.#words.length + this.#buckets.length;
  }

  /** Non-zeros of the rows that are none of these, at the most. */
  #mostOfOthers(trainRows: Uint32Array): number {
    const trained = new Uint8Array(this.counted.rows.length.length);
    for (const r of trainRows) trained[r] = 1;
    return trained.reduce((sum, one, r) => (one ? sum : sum + this.#lists.lengthOf(this.counted, r)), 0);
  }

  #vectorize(chosen: Uint32Array, weigher: RowWeigher, features: number): Csr {
    const pieces: Csr[] = [];
    for (const rows of this.#lists.spread(this.counted, chosen, this.#numbers)) {
      pieces.push(weigher.weigh(rows, allBelow(rows.rows.length.length)));
    }
    return joinedRows(pieces, features);
  }

  /** The words and buckets that are kept, the column of each number (NONE: it has none), and the rows of each column. */
  #choose(trainRows: Uint32Array) {
    const documents = new Uint32Array(this.#numbers);
    // numbers as these rows meet them
    const met = new Uint32Array(this.#numbers);
    let count = 0;
    for (const { chunks } of this.#lists.spread(this.counted, trainRows, this.#numbers)) {
      for (const number of chunks[0]!.nodes) if (documents[number]!++ === 0) met[count++] = number;
    }
    const n = trainRows.length;
    const { useIdf, smoothIdf } = this.options;
    const { atLeast, atMost } = keptRows(this.options, n);
    const within = met
      .subarray(0, count)
      .filter((number) => documents[number]! >= atLeast && documents[number]! <= atMost);
    if (within.length === 0) throw noTerms(count > 0, this.options, 'use --vectorizer tfidf --analyzer char');
    const words = byFallingKey(
      within.filter((number) => number < this.#words.length),
      documents,
      n,
    );
    const buckets = byFallingKey(
      within.filter((number) => number >= this.#words.length),
      documents,
      n,
    );
    const columns = new Uint32Array(this.#numbers).fill(NONE);
    const ofColumns = new Uint32Array(within.length);
    [words, buckets].forEach((numbers, b) => {
      numbers.forEach((number, i) => {
        const column = b * words.length + i;
        columns[number] = column;
        ofColumns[column] = documents[number]!;
      });
    });
    return {
      terms: Array.from(words, (number) => this.#words[number]!),
      kept: buckets.map((number) => this.#buckets[number - this.#words.length]!),
      columns,
      idf: useIdf ? Float64Array.from(ofColumns, (rows) => idfOf(rows, n, smoothIdf)) : new Float64Array(0),
      documents: ofColumns,
    };
  }
}
