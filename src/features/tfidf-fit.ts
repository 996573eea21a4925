import { MaasError } from '../errors.js';
import type { Csr } from '../sparse/csr.js';
import { type AnalyzerOptions, createAnalyzer, type Stem } from '../text/analyzer.js';
import { TermCounts } from './term-counts.js';
import { TfidfVectorizer, type WeightOptions, weigh } from './tfidf.js';

/** Options of the TF-IDF vectorizer: what a text's terms are, which count, and how much. */
export interface TfidfOptions extends AnalyzerOptions, WeightOptions {
  /** Terms in fewer rows than this are left out: a count (1, 2, …), or a proportion of the rows (0 < p < 1). */
  minDf: number;
  /** Terms in more rows than this are left out: a count (2, 3, …), or a proportion of the rows (0 < p ≤ 1). */
  maxDf: number;
  /** Keep only so many terms, the most frequent ones; null keeps all. Ties keep the term that sorts first. */
  maxFeatures: number | null;
  /** Count one more row that holds every term, so that no idf divides by zero or vanishes. */
  smoothIdf: boolean;
}

const COUNTS = 2 ** 24;

/** Collects texts, then fits a vectorizer on some of them and gives the feature rows of any; texts are not kept. */
export class TfidfCollector {
  readonly #counts: TermCounts;

  constructor(
    private readonly options: TfidfOptions,
    private readonly stem?: Stem,
  ) {
    this.#counts = new TermCounts(createAnalyzer(options, stem));
  }

  add(text: string): void {
    this.#counts.add(text);
  }

  /**
   * Fits on the rows named (in the order they were added) and nothing else. `vectorize` gives feature rows of any
   * collected rows, equal to what the vectorizer's `transform` gives for their texts.
   * Throws `data` when no term is left, `usage` where maxDf is below minDf.
   */
  fit(trainRows: Uint32Array): { vectorizer: TfidfVectorizer; vectorize(rows: Uint32Array): Csr } {
    const { lowercase, tokenizer, stopWords, stemmer, analyzer, ngramRange, sublinearTf, norm } =
      this.options;
    const { terms, columns, idf } = this.#choose(trainRows);
    const weights: WeightOptions = { sublinearTf, norm };
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
    return { vectorizer, vectorize: (rows) => this.#vectorize(rows, columns, idf, weights) };
  }

  /** The terms kept, in code point order, their idf, and the column of each collected term (−1: none). */
  #choose(rows: Uint32Array): { terms: string[]; columns: Int32Array; idf: Float64Array } {
    const { vocabulary } = this.#counts;
    const { indptr, terms, counts } = this.#counts.view();
    const documents = new Uint32Array(vocabulary.size);
    const totals = new Float64Array(vocabulary.size);
    for (const r of rows) {
      for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
        documents[terms[p]!]!++;
        totals[terms[p]!]! += counts[p]!;
      }
    }
    const n = rows.length;
    const { minDf, maxDf, maxFeatures, smoothIdf } = this.options;
    const atLeast = Math.max(1, minDf < 1 ? minDf * n : minDf);
    const atMost = maxDf <= 1 ? maxDf * n : maxDf;
    if (atMost < atLeast) {
      throw new MaasError(
        'usage',
        `max-df (${maxDf}) leaves out what min-df (${minDf}) asks for, on ${n} rows`,
      );
    }
    let kept: [term: string, id: number][] = [];
    for (let id = 0; id < vocabulary.size; id++) {
      if (documents[id]! >= atLeast && documents[id]! <= atMost) kept.push([vocabulary.term(id), id]);
    }
    if (kept.length === 0) throw noTerms(vocabulary.size, this.options);
    sortByCodePoint(kept);
    if (maxFeatures !== null && kept.length > maxFeatures) {
      const place = new Map(kept.map(([, id], i) => [id, i]));
      kept = kept
        .sort(([, a], [, b]) => totals[b]! - totals[a]! || place.get(a)! - place.get(b)!)
        .slice(0, maxFeatures)
        .sort(([, a], [, b]) => place.get(a)! - place.get(b)!);
    }
    const columns = new Int32Array(vocabulary.size).fill(-1);
    const idf = new Float64Array(kept.length);
    const one = smoothIdf ? 1 : 0;
    kept.forEach(([, id], column) => {
      columns[id] = column;
      idf[column] = Math.log((n + one) / (documents[id]! + one)) + 1;
    });
    return { terms: kept.map(([term]) => term), columns, idf };
  }

  #vectorize(rows: Uint32Array, columns: Int32Array, idf: Float64Array, weights: WeightOptions): Csr {
    const { indptr, terms, counts } = this.#counts.view();
    const pointers = new Uint32Array(rows.length + 1);
    for (let i = 0; i < rows.length; i++) {
      let kept = 0;
      for (let p = indptr[rows[i]!]!; p < indptr[rows[i]! + 1]!; p++) if (columns[terms[p]!]! >= 0) kept++;
      pointers[i + 1] = pointers[i]! + kept;
    }
    const indices = new Uint32Array(pointers[rows.length]!);
    const values = new Float32Array(indices.length);
    for (let i = 0; i < rows.length; i++) {
      const row = indices.subarray(pointers[i], pointers[i + 1]);
      // column and count share one number while the row is sorted: exact up to 2^29 columns and 2^24 repeats
      const packed = new Float64Array(row.length);
      let q = 0;
      for (let p = indptr[rows[i]!]!; p < indptr[rows[i]! + 1]!; p++) {
        const column = columns[terms[p]!]!;
        if (column >= 0) packed[q++] = column * COUNTS + counts[p]!;
      }
      packed.sort();
      for (let j = 0; j < packed.length; j++) {
        row[j] = Math.floor(packed[j]! / COUNTS);
        packed[j] = packed[j]! - row[j]! * COUNTS;
      }
      values.set(weigh(row, packed, idf, weights), pointers[i]);
    }
    return { rows: rows.length, cols: idf.length, indptr: pointers, indices, values };
  }
}

function noTerms(found: number, { minDf, maxDf }: TfidfOptions): MaasError {
  return found === 0
    ? new MaasError('data', 'no text holds a single term', {
        hint: 'look at the text column, or use --analyzer char',
      })
    : new MaasError('data', `none of the terms is left between --min-df ${minDf} and --max-df ${maxDf}`, {
        hint: 'lower --min-df or raise --max-df',
      });
}

/** Sorts by code point, as Python sorts strings; UTF-16 order differs only where a surrogate is involved. */
function sortByCodePoint(entries: [string, number][]): void {
  const astral = entries.some(([term]) => /[\ud800-\udfff]/.test(term));
  entries.sort(astral ? ([a], [b]) => compareCodePoints(a, b) : ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Below, at or above zero as `a` stands before, with or behind `b` in code point order. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // the rest of the plane above the surrogates sorts before any surrogate pair
    const high = (unit: number) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
    return high(x) - high(y);
  }
  return a.length - b.length;
}
