import type { Csr } from '../sparse/csr.js';
import { type Analyzer, type AnalyzerOptions, createAnalyzer, type Stem } from '../text/analyzer.js';
import type { Vectorizer } from './vectorizer.js';

/** How counts become weights; scikit-learn's names and meanings. */
export interface WeightOptions {
  /** 1 + ln(count) in place of the count. */
  sublinearTf: boolean;
  /** Length that each row is brought to; an empty row stays empty. */
  norm: 'l2' | 'l1' | 'none';
}

/** What fitting learned. */
export interface TfidfState {
  kind: 'tfidf';
  analyzer: AnalyzerOptions;
  weights: WeightOptions;
  /** Column c counts the term `terms[c]`; in code point order. */
  terms: string[];
  /** Inverse document frequency of each column. */
  idf: Float64Array;
}

/** TF-IDF (Spärck Jones 1972) as scikit-learn's TfidfVectorizer computes it, on sparse rows. */
export class TfidfVectorizer implements Vectorizer {
  readonly kind = 'tfidf';
  readonly features: number;
  readonly #analyze: Analyzer;
  /** Made when the first text is transformed: training never does that. */
  #columns: Map<string, number> | undefined;

  constructor(
    private readonly learned: TfidfState,
    stem?: Stem,
  ) {
    this.features = learned.terms.length;
    this.#analyze = createAnalyzer(learned.analyzer, stem);
  }

  transform(texts: readonly string[]): Csr {
    this.#columns ??= new Map(this.learned.terms.map((term, column) => [term, column]));
    const indptr = new Uint32Array(texts.length + 1);
    const rows: Uint32Array[] = [];
    const counts: Float64Array[] = [];
    for (let r = 0; r < texts.length; r++) {
      const columns: number[] = [];
      for (const term of this.#analyze(texts[r]!)) {
        const column = this.#columns.get(term);
        if (column !== undefined) columns.push(column);
      }
      const row = countRuns(Uint32Array.from(columns).sort());
      rows.push(row.columns);
      counts.push(row.counts);
      indptr[r + 1] = indptr[r]! + row.columns.length;
    }
    const indices = new Uint32Array(indptr[texts.length]!);
    const values = new Float32Array(indices.length);
    for (let r = 0; r < texts.length; r++) {
      indices.set(rows[r]!, indptr[r]);
      values.set(weigh(rows[r]!, counts[r]!, this.learned.idf, this.learned.weights), indptr[r]);
    }
    return { rows: texts.length, cols: this.features, indptr, indices, values };
  }

  state(): TfidfState {
    return this.learned;
  }
}

/** Distinct columns, and how often each stands in the sorted list. */
function countRuns(sorted: Uint32Array): { columns: Uint32Array; counts: Float64Array } {
  const columns = new Uint32Array(sorted.length);
  const counts = new Float64Array(sorted.length);
  let n = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (n === 0 || columns[n - 1] !== sorted[i]) columns[n++] = sorted[i]!;
    counts[n - 1]!++;
  }
  return { columns: columns.subarray(0, n), counts: counts.subarray(0, n) };
}

/**
 * The weights of one row, in the place of its counts: tf · idf, then the norm. In float64, as scikit-learn computes
 * it; rows are stored in float32, which moves a weight by at most 6e-8 of itself.
 */
export function weigh(
  columns: Uint32Array,
  counts: Float64Array,
  idf: Float64Array,
  { sublinearTf, norm }: WeightOptions,
): Float64Array {
  let length = 0;
  for (let i = 0; i < columns.length; i++) {
    const tf = sublinearTf ? 1 + Math.log(counts[i]!) : counts[i]!;
    const weight = tf * idf[columns[i]!]!;
    counts[i] = weight;
    length += norm === 'l2' ? weight * weight : weight;
  }
  if (norm !== 'none' && length > 0) {
    const divisor = norm === 'l2' ? Math.sqrt(length) : length;
    for (let i = 0; i < columns.length; i++) counts[i]! /= divisor;
  }
  return counts;
}
