import type { Csr } from '../sparse/csr.js';
import { type Analyzer, type AnalyzerOptions, createAnalyzer, type Stem } from '../text/analyzer.js';
import { listedTerms, type Terms } from './terms.js';
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
  /** Column c counts term c: those of most rows first, the earlier met where they are equal. */
  terms: Terms;
  /** Inverse document frequency of each column. */
  idf: Float64Array;
}

/** The same, read from where it was stored. */
type StoredTfidfState = Omit<TfidfState, 'terms'> & { terms: Terms | readonly string[] };

/** TF-IDF (Spärck Jones 1972) as scikit-learn's TfidfVectorizer computes it, on sparse rows. */
export class TfidfVectorizer implements Vectorizer {
  readonly kind = 'tfidf';
  readonly features: number;
  readonly #analyze: Analyzer;
  /** Made when the first text is transformed; not in training, where few ever are. */
  #columns: Map<string, number> | undefined;

  constructor(
    private readonly learned: TfidfState,
    /** The stemmer that the analyzer names. */
    readonly stem?: Stem,
  ) {
    this.features = learned.idf.length;
    this.#analyze = createAnalyzer(learned.analyzer, stem);
  }

  /** The vectorizer whose state was stored as JSON. */
  static revive(state: StoredTfidfState, stem?: Stem): TfidfVectorizer {
    const { terms } = state;
    return new TfidfVectorizer({ ...state, terms: 'list' in terms ? terms : listedTerms(terms) }, stem);
  }

  transform(texts: readonly string[]): Csr {
    const known = this.#columns ?? this.#columnsFor(texts);
    const columnsOf = (text: string) => {
      const columns: number[] = [];
      for (const term of this.#analyze(text)) {
        const column = known.get(term);
        if (column !== undefined) columns.push(column);
      }
      return columns;
    };
    return weighedRows(texts, columnsOf, this.features, this.learned.idf, this.learned.weights);
  }

  state(): TfidfState {
    return this.learned;
  }

  /** The columns of all terms, or in training of those that these texts have. */
  #columnsFor(texts: readonly string[]): ReadonlyMap<string, number> {
    const { terms } = this.learned;
    if (terms.columnsOf) return terms.columnsOf(texts.flatMap((text) => this.#analyze(text)));
    this.#columns = new Map(terms.list().map((term, column) => [term, column]));
    return this.#columns;
  }
}

/**
 * Feature rows of texts, from the columns of each one's terms, repeats included. An empty idf is 1 throughout.
 */
export function weighedRows(
  texts: readonly string[],
  columnsOf: (text: string) => readonly number[],
  cols: number,
  idf: Float64Array,
  weights: WeightOptions,
): Csr {
  const indptr = new Uint32Array(texts.length + 1);
  const rows: { columns: Uint32Array; counts: Float64Array }[] = [];
  for (let r = 0; r < texts.length; r++) {
    const row = countRuns(Uint32Array.from(columnsOf(texts[r]!)).sort());
    rows.push(row);
    indptr[r + 1] = indptr[r]! + row.columns.length;
  }
  const indices = new Uint32Array(indptr[texts.length]!);
  const values = new Float32Array(indices.length);
  for (let r = 0; r < texts.length; r++) {
    indices.set(rows[r]!.columns, indptr[r]);
    weigh(rows[r]!.counts, indices, values, indptr[r]!, indptr[r + 1]!, idf, weights);
  }
  return { rows: texts.length, cols, indptr, indices, values };
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
 * Writes the weights of one row, which stands from `from` to `to` in `columns` and `values`: tf · idf (an empty idf is
 * 1 throughout), then the norm.
 * Overwrites its counts. In float64, as scikit-learn computes it; what is written is float32, which moves a weight by
 * at most 6e-8 of itself.
 */
export function weigh(
  counts: Float64Array,
  columns: Uint32Array,
  values: Float32Array,
  from: number,
  to: number,
  idf: Float64Array,
  { sublinearTf, norm }: WeightOptions,
): void {
  let length = 0;
  for (let p = from; p < to; p++) {
    const count = counts[p - from]!;
    const tf = sublinearTf ? 1 + (count < LOGS.length ? LOGS[count]! : Math.log(count)) : count;
    const weight = idf.length > 0 ? tf * idf[columns[p]!]! : tf;
    counts[p - from] = weight;
    length += norm === 'l2' ? weight * weight : Math.abs(weight);
  }
  const divisor = norm === 'none' || length === 0 ? 1 : norm === 'l2' ? Math.sqrt(length) : length;
  for (let p = from; p < to; p++) values[p] = counts[p - from]! / divisor;
}

/** Logarithms of small counts. */
const LOGS = Float64Array.from({ length: 64 }, (_, count) => Math.log(count));
