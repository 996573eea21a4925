import type { Csr } from '../sparse/csr.js';
import { type Analyzer, type AnalyzerOptions, createAnalyzer, type Stem } from '../text/analyzer.js';
import { utf8Of } from '../text/utf8.js';
import { type WeightOptions, weigh } from './tfidf.js';
import type { Vectorizer } from './vectorizer.js';

/** All that the hashing vectorizer is: it learns nothing from data. */
export interface HashingState {
  kind: 'hashing';
  analyzer: AnalyzerOptions;
  weights: WeightOptions;
  /** Columns that terms are hashed to. */
  features: number;
}

/**
 * The hashing trick (Weinberger et al. 2009) as scikit-learn's HashingVectorizer does it: a term's column is
 * |h| mod features and its sign that of h, with h the signed MurmurHash3 (32 bits, seed 0) of its UTF-8. It needs no
 * vocabulary, and cannot tell which terms a column stands for. 1 + ln(count) is taken of a term's count, not of a
 * column's sum.
 */
export class HashingVectorizer implements Vectorizer {
  readonly kind = 'hashing';
  readonly features: number;
  readonly #analyze: Analyzer;
  readonly #ones = new Float64Array(0);

  constructor(
    private readonly learned: HashingState,
    stem?: Stem,
  ) {
    this.features = learned.features;
    this.#analyze = createAnalyzer(learned.analyzer, stem);
  }

  transform(texts: readonly string[]): Csr {
    const rows = texts.map((text) => this.row(text));
    const indptr = new Uint32Array(rows.length + 1);
    for (let r = 0; r < rows.length; r++) indptr[r + 1] = indptr[r]! + rows[r]!.columns.length;
    const indices = new Uint32Array(indptr[rows.length]!);
    const values = new Float32Array(indices.length);
    rows.forEach((row, r) => {
      indices.set(row.columns, indptr[r]);
      values.set(row.weights, indptr[r]);
    });
    return { rows: rows.length, cols: this.features, indptr, indices, values };
  }

  /** The columns of a text, rising, and their weights. */
  row(text: string): { columns: Uint32Array; weights: Float32Array } {
    const { sublinearTf } = this.learned.weights;
    const counts = new Map<string, number>();
    for (const term of this.#analyze(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
    const sums = new Map<number, number>();
    for (const [term, count] of counts) {
      const hash = murmurHash3(term);
      // |−2^31| is no signed number, which scikit-learn takes care of
      const column = (hash === -0x80000000 ? 0x80000000 : Math.abs(hash)) % this.features;
      const tf = sublinearTf ? 1 + Math.log(count) : count;
      sums.set(column, (sums.get(column) ?? 0) + (hash < 0 ? -tf : tf));
    }
    const columns = Uint32Array.from(sums.keys()).sort();
    const weights = new Float32Array(columns.length);
    const tfs = Float64Array.from(columns, (column) => sums.get(column)!);
    weigh(tfs, columns, weights, 0, columns.length, this.#ones, {
      ...this.learned.weights,
      sublinearTf: false,
    });
    return { columns, weights };
  }

  state(): HashingState {
    return this.learned;
  }
}

/** MurmurHash3_x86_32 (Appleby) of a text's UTF-8, seed 0, as a signed number. */
export function murmurHash3(text: string): number {
  const bytes = utf8Of(text);
  const { length } = bytes;
  let hash = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const block = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash ^= mixed(block);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let j = length - 1; j >= i; j--) tail = (tail << 8) | bytes[j]!;
  if (i < length) hash ^= mixed(tail);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}

const mixed = (block: number) => {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
};
