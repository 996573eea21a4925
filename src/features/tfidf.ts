import type { Csr } from '../sparse/csr.js';
import { sortInPlace } from '../sparse/sort.js';
import { type Analyzer, type AnalyzerOptions, createAnalyzer, type Stem } from '../text/analyzer.js';
import { listedTerms, type Terms } from './terms.js';
import type { Vectorizer } from './vectorizer.js';
import { WordTerms } from './word-terms.js';

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
  /** Made when the first text is transformed: in training few ever are, of which the terms are asked for alone. */
  #columnsOf: ((text: string) => Uint32Array) | undefined;
  /** Of one row. */
  readonly #indptr = new Uint32Array(2);

  constructor(
    private readonly learned: TfidfState,
    /** The stemmer that the analyzer names. */
    readonly stem?: Stem,
  ) {
    this.features = learned.idf.length;
  }

  /** The vectorizer whose state was stored as JSON. */
  static revive(state: StoredTfidfState, stem?: Stem): TfidfVectorizer {
    const { terms } = state;
    return new TfidfVectorizer({ ...state, terms: 'list' in terms ? terms : listedTerms(terms) }, stem);
  }

  transform(texts: readonly string[]): Csr {
    const { idf, weights } = this.learned;
    return weighedRows(texts, this.#finder(texts), this.features, idf, weights);
  }

  transformOne(text: string): Csr {
    const { idf, weights } = this.learned;
    const columns = this.#finder([text])(text);
    const n = weighRow(columns, idf, weights);
    this.#indptr[1] = n;
    return {
      rows: 1,
      cols: this.features,
      indptr: this.#indptr,
      indices: columns.subarray(0, n),
      values: weighed.subarray(0, n),
    };
  }

  /** What finds the columns of the terms of these texts. */
  #finder(texts: readonly string[]): (text: string) => Uint32Array {
    const { analyzer, terms } = this.learned;
    if (terms.columnsOf) return columnsAmong(terms.columnsOf, texts, createAnalyzer(analyzer, this.stem));
    this.#columnsOf ??= finderOf(terms, analyzer, this.stem);
    return this.#columnsOf;
  }

  state(): TfidfState {
    return this.learned;
  }
}

/** What finds the columns of a text's terms, repeats included; the answer is overwritten by the next. */
function finderOf(terms: Terms, options: AnalyzerOptions, stem?: Stem): (text: string) => Uint32Array {
  if (options.analyzer === 'word') {
    const finder = new WordTerms(terms.texts(), options, stem);
    return (text) => finder.columnsOf(text);
  }
  return mapped(new Map(terms.list().map((term, column) => [term, column])), createAnalyzer(options, stem));
}

/** The same for these texts alone, by what looks some terms up. */
const columnsAmong = (
  columnsOf: NonNullable<Terms['columnsOf']>,
  texts: readonly string[],
  analyze: Analyzer,
): ((text: string) => Uint32Array) => mapped(columnsOf(texts.flatMap((text) => analyze(text))), analyze);

const mapped = (columns: ReadonlyMap<string, number>, analyze: Analyzer) => (text: string) => {
  const found: number[] = [];
  for (const term of analyze(text)) {
    const column = columns.get(term);
    if (column !== undefined) found.push(column);
  }
  return Uint32Array.from(found);
};

/**
 * Feature rows of texts. An empty idf is 1 throughout.
 * @param columnsOf the columns of a text's terms, repeats included; they are sorted in place and then no longer needed
 */
export function weighedRows(
  texts: readonly string[],
  columnsOf: (text: string) => Uint32Array,
  cols: number,
  idf: Float64Array,
  weights: WeightOptions,
): Csr {
  const indptr = new Uint32Array(texts.length + 1);
  const rows: { indices: Uint32Array; values: Float32Array }[] = [];
  for (let r = 0; r < texts.length; r++) {
    const columns = columnsOf(texts[r]!);
    const n = weighRow(columns, idf, weights);
    rows.push({ indices: columns.slice(0, n), values: weighed.slice(0, n) });
    indptr[r + 1] = indptr[r]! + n;
  }
  if (rows.length === 1) return { rows: 1, cols, indptr, ...rows[0]! };
  const indices = new Uint32Array(indptr[texts.length]!);
  const values = new Float32Array(indices.length);
  rows.forEach((row, r) => {
    indices.set(row.indices, indptr[r]);
    values.set(row.values, indptr[r]);
  });
  return { rows: texts.length, cols, indptr, indices, values };
}

/** Counts and weights of the row that was weighed last. */
let counts = new Float64Array(256);
let weighed = new Float32Array(256);

/** Moves the distinct ones of a row's columns to the front, rising, puts their weights into `weighed`, and answers how many there are. */
function weighRow(columns: Uint32Array, idf: Float64Array, weights: WeightOptions): number {
  sortInPlace(columns);
  if (columns.length > counts.length) {
    counts = new Float64Array(2 * columns.length);
    weighed = new Float32Array(2 * columns.length);
  }
  let n = 0;
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    if (n > 0 && columns[n - 1] === column) counts[n - 1]!++;
    else {
      columns[n] = column;
      counts[n++] = 1;
    }
  }
  weigh(counts, columns, weighed, 0, n, idf, weights);
  return n;
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
