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
    const { analyzer, terms, idf, weights } = this.learned;
    if (terms.columnsOf) {
      const columnsOf = columnsAmong(terms.columnsOf, texts, createAnalyzer(analyzer, this.stem));
      return weighedRows(texts, columnsOf, this.features, idf, weights);
    }
    this.#columnsOf ??= finderOf(terms, analyzer, this.stem);
    return weighedRows(texts, this.#columnsOf, this.features, idf, weights);
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
  const rows: Weighed[] = [];
  for (let r = 0; r < texts.length; r++) {
    const row = weighedRow(columnsOf(texts[r]!), idf, weights);
    rows.push(row);
    indptr[r + 1] = indptr[r]! + row.indices.length;
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

/** The columns of a row and their weights. */
interface Weighed {
  indices: Uint32Array;
  values: Float32Array;
}

/** Counts of a row. */
let counts = new Float64Array(256);

function weighedRow(columns: Uint32Array, idf: Float64Array, weights: WeightOptions): Weighed {
  sortInPlace(columns);
  if (columns.length > counts.length) counts = new Float64Array(2 * columns.length);
  // distinct columns move to the front
  let n = 0;
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    if (n > 0 && columns[n - 1] === column) counts[n - 1]!++;
    else {
      columns[n] = column;
      counts[n++] = 1;
    }
  }
  const indices = columns.slice(0, n);
  const values = new Float32Array(n);
  weigh(counts, indices, values, 0, n, idf, weights);
  return { indices, values };
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
