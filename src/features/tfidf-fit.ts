import { shared } from '../sparse/shared.js';
import { byFallingKey } from '../sparse/sort.js';
import type { AnalyzerOptions, Stem } from '../text/analyzer.js';
import { compareCodePoints } from '../text/code-points.js';
import { visitEntries } from './counted-rows.js';
import { termsOfNodes } from './counted-terms.js';
import { type Counting, openCounting } from './counting.js';
import type { FeatureCollector, FeatureFit, FittedFeatures } from './fits.js';
import { RowWeigher } from './row-weigher.js';
import { type CountedTerms, NONE } from './term-counter.js';
import type { Terms } from './terms.js';
import { TfidfVectorizer, type WeightOptions } from './tfidf.js';
import { keptRows, noTerms, type VocabularyOptions } from './vocabulary.js';

/** Options of the TF-IDF vectorizer: what a text's terms are, which count, and how much. */
export interface TfidfOptions extends AnalyzerOptions, WeightOptions, VocabularyOptions {
  /** Weigh terms by their inverse document frequency; all weigh the same otherwise. */
  useIdf: boolean;
  /** Count one more row that holds every term, so that no idf divides by zero or vanishes. */
  smoothIdf: boolean;
}

/** The inverse document frequency of a term that so many of n rows have. */
export function idfOf(rows: number, n: number, smooth: boolean): number {
  const one = smooth ? 1 : 0;
  return Math.log((n + one) / (rows + one)) + 1;
}

/** Collects texts, then fits a vectorizer on some of them and gives the feature rows of any; texts are not kept. */
export class TfidfCollector implements FeatureCollector {
  readonly #counting: Counting;

  /** `threads` is how many it may use, this one among them; the outcome is the same. */
  constructor(
    private readonly options: TfidfOptions,
    private readonly stem?: Stem,
    threads = 1,
  ) {
    this.#counting = openCounting(options, stem, threads);
  }

  add(text: string): void {
    this.#counting.add(text);
  }

  /** Waits where texts come faster than they are counted. */
  caughtUp(): Promise<void> {
    return this.#counting.caughtUp();
  }

  /** The counts of all texts. The collector is of no more use. */
  async finish(): Promise<TfidfFit> {
    return new TfidfFit(await this.#counting.finish(), this.options, this.stem);
  }

  /** Gives up; needed where `finish` is not reached. */
  stop(): Promise<void> {
    return this.#counting.stop();
  }
}

/** Counted texts, to fit a vectorizer on. */
export class TfidfFit implements FeatureFit {
  constructor(
    private readonly counted: CountedTerms,
    private readonly options: TfidfOptions,
    private readonly stem?: Stem,
  ) {}

  /**
   * Fits on the rows named (in the order they were added) and nothing else. `vectorize` gives feature rows of any
   * collected rows, equal to what the vectorizer's `transform` gives for their texts.
   * Throws `data` when no term is left, `usage` where maxDf is below minDf.
   */
  fit(trainRows: Uint32Array): Omit<FittedFeatures, 'vectorizer'> & { vectorizer: TfidfVectorizer } {
    const { lowercase, tokenizer, stopWords, stemmer, analyzer, ngramRange, sublinearTf, norm } =
      this.options;
    const { terms, columns, idf, trainNonZeros, singles } = this.#choose(trainRows);
    const weights: WeightOptions = { sublinearTf, norm };
    const weigher = new RowWeigher(idf, weights);
    weigher.setColumns(0, columns);
    const vectorizer = new TfidfVectorizer(
      {
        kind: 'tfidf',
        analyzer: { analyzer, ngramRange, lowercase, tokenizer, stopWords, stemmer },
        weights,
        terms,
        idf,
      },
      this.stem,
    );
    const nonZeros = this.counted.rows.length.reduce((sum, length) => sum + length, 0);
    const parameters = terms.length - singles + Math.min(singles, trainRows.length);
    return {
      vectorizer,
      trainNonZeros,
      nonZeros,
      parameters,
      vectorize: (rows) => weigher.weigh(this.counted, rows, true),
    };
  }

  /**
   * The terms kept, those of most rows first and the earlier met where they are equal, their idf, and the column of each
   * node (NONE: it has none).
   */
  #choose(rows: Uint32Array): {
    terms: Terms;
    columns: Uint32Array;
    idf: Float64Array;
    trainNonZeros: number;
    /** Terms of a single row. */
    singles: number;
  } {
    const found = this.counted.nodes.parents.length;
    const documents = new Uint32Array(found);
    const totals = new Float64Array(this.options.maxFeatures === null ? 0 : found);
    // terms as these rows meet them
    const met = new Uint32Array(found);
    let count = 0;
    visitEntries(this.counted, rows, ({ nodes, counts }, from, to) => {
      for (let i = from; i < to; i++) if (documents[nodes[i]!]!++ === 0) met[count++] = nodes[i]!;
      if (totals.length > 0) for (let i = from; i < to; i++) totals[nodes[i]!]! += counts[i]!;
    });
    const n = rows.length;
    const { maxFeatures, useIdf, smoothIdf } = this.options;
    const { atLeast, atMost } = keptRows(this.options, n);
    let kept: Uint32Array = met.subarray(0, count);
    if (atLeast > 1 || atMost < n) {
      kept = kept.filter((node) => documents[node]! >= atLeast && documents[node]! <= atMost);
    }
    if (kept.length === 0) throw noTerms(count > 0, this.options);
    if (maxFeatures !== null) kept = this.#mostFrequent(kept, totals, maxFeatures);
    kept = byFallingKey(kept, documents, n);
    const columns = new Uint32Array(found).fill(NONE);
    const idf = new Float64Array(kept.length);
    let trainNonZeros = 0;
    let singles = 0;
    for (let column = 0; column < kept.length; column++) {
      const node = kept[column]!;
      trainNonZeros += documents[node]!;
      if (documents[node] === 1) singles++;
      columns[node] = column;
      idf[column] = useIdf ? idfOf(documents[node]!, n, smoothIdf) : 1;
    }
    const { nodes, words } = this.counted;
    return { terms: termsOfNodes({ nodes, words }, shared(kept)), columns, idf, trainNonZeros, singles };
  }

  /** So many of the nodes, those of the largest totals; of equal ones those whose terms sort first. */
  #mostFrequent(nodes: Uint32Array, totals: Float64Array, limit: number): Uint32Array {
    if (nodes.length <= limit) return nodes;
    const least = Float64Array.from(nodes, (node) => totals[node]!).sort()[nodes.length - limit]!;
    const tied = nodes.filter((node) => totals[node] === least);
    const terms = termsOfNodes(this.counted, tied).list();
    const order = Array.from(tied.keys()).sort((a, b) => compareCodePoints(terms[a]!, terms[b]!));
    const room = limit - nodes.filter((node) => totals[node]! > least).length;
    const taken = new Set(order.slice(0, room).map((i) => tied[i]!));
    return nodes.filter((node) => totals[node]! > least || taken.has(node));
  }
}
