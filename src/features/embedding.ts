import type { Csr } from '../sparse/csr.js';
import { type Analyzer, type AnalyzerOptions, createAnalyzer } from '../text/analyzer.js';
import { Pooler, type Pooling, type RowScaling, scaleRow } from './pooling.js';
import { listedTerms, type Terms } from './terms.js';
import type { Vectorizer } from './vectorizer.js';
import { type Subwords, SubwordVectors } from './vectors/subwords.js';

/** What fitting learned, and the word vectors that it keeps. */
export interface EmbeddingState {
  kind: 'embedding';
  /** Words, one at a time. */
  analyzer: AnalyzerOptions;
  pooling: Pooling;
  /** Numbers of a vector. */
  features: number;
  terms: Terms;
  /** The vectors of the terms, [terms, features], and what an occurrence of each weighs. */
  vectors: Float32Array;
  weights: Float64Array;
  /** What a word weighs that is none of them. */
  unseen: number;
  /** For words that are none of them; null where the file of the vectors has no n-grams. */
  subwords: Subwords | null;
  scaling: RowScaling;
}

/** The same, read from where it was stored. */
type StoredEmbeddingState = Omit<EmbeddingState, 'terms'> & { terms: Terms | readonly string[] };

/**
 * A text's row is the weighted mean of pretrained vectors of its words. Words without a vector count nothing, and a text
 * without any that has one gets an empty row, which is the mean of the training rows.
 */
export class EmbeddingVectorizer implements Vectorizer {
  readonly kind = 'embedding';
  readonly features: number;
  readonly #analyze: Analyzer;
  readonly #pool: Pooler;
  /** Made when the first text is transformed: training never does that. */
  #places: Map<string, number> | undefined;
  readonly #ofNgrams: SubwordVectors | undefined;

  constructor(private readonly learned: EmbeddingState) {
    const { features, subwords, analyzer, pooling } = learned;
    this.features = features;
    this.#analyze = createAnalyzer(analyzer);
    this.#pool = new Pooler(features, pooling);
    this.#ofNgrams = subwords ? new SubwordVectors(subwords, features) : undefined;
  }

  /** The vectorizer whose state was stored as JSON. */
  static revive(state: StoredEmbeddingState): EmbeddingVectorizer {
    const { terms } = state;
    return new EmbeddingVectorizer({ ...state, terms: 'list' in terms ? terms : listedTerms(terms) });
  }

  transform(texts: readonly string[]): Csr {
    const { features, learned } = this;
    const pooled = new Float32Array(texts.length * features);
    const used = new Uint8Array(texts.length);
    texts.forEach((text, r) => {
      used[r] = this.#poolText(text, pooled.subarray(r * features, (r + 1) * features)) ? 1 : 0;
    });
    return denseRows(used, features, (row, values, to) =>
      scaleRow(pooled, row * features, learned.scaling, values, to),
    );
  }

  state(): EmbeddingState {
    return this.learned;
  }

  /** Known words in the order of the vocabulary, then unknown ones in that of their letters, so that sums are the same however the text goes. */
  #poolText(text: string, row: Float32Array): boolean {
    const { terms, vectors, weights, unseen } = this.learned;
    this.#places ??= new Map(terms.list().map((term, place) => [term, place]));
    const counts = new Map<string, number>();
    for (const word of this.#analyze(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const known: number[] = [];
    const unknown: string[] = [];
    for (const word of counts.keys()) {
      const place = this.#places.get(word);
      if (place !== undefined) known.push(place);
      else if (this.#ofNgrams) unknown.push(word);
    }
    const list = terms.list();
    for (const place of Uint32Array.from(known).sort()) {
      this.#pool.add(counts.get(list[place]!)!, weights[place]!, vectors, place * this.features);
    }
    for (const word of unknown.sort()) {
      const vector = this.#ofNgrams!.vectorOf(word);
      if (vector) this.#pool.add(counts.get(word)!, unseen, vector, 0);
    }
    return this.#pool.take(row);
  }
}

/** Dense rows of so many columns; those that are not used are empty. `fill` writes row r from a place on. */
export function denseRows(
  used: Uint8Array,
  cols: number,
  fill: (row: number, values: Float32Array, to: number) => void,
): Csr {
  const indptr = new Uint32Array(used.length + 1);
  for (let r = 0; r < used.length; r++) indptr[r + 1] = indptr[r]! + used[r]! * cols;
  const indices = new Uint32Array(indptr[used.length]!);
  const values = new Float32Array(indices.length);
  for (let r = 0; r < used.length; r++) {
    if (used[r] === 0) continue;
    for (let d = 0; d < cols; d++) indices[indptr[r]! + d] = d;
    fill(r, values, indptr[r]!);
  }
  return { rows: used.length, cols, indptr, indices, values };
}
