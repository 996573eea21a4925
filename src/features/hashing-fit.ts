import type { Csr } from '../sparse/csr.js';
import { GrowableF32, GrowableU32 } from '../sparse/growable.js';
import type { AnalyzerOptions, Stem } from '../text/analyzer.js';
import type { FeatureCollector, FittedFeatures } from './fits.js';
import { HashingVectorizer } from './hashing.js';
import type { WeightOptions } from './tfidf.js';

export interface HashingOptions extends AnalyzerOptions, WeightOptions {
  /** Columns that terms are hashed to. */
  nFeatures: number;
}

/** Hashes texts as they come: memory holds their non-zeros and no terms. */
export class HashingCollector implements FeatureCollector {
  readonly #vectorizer: HashingVectorizer;
  readonly #indptr = new GrowableU32();
  readonly #indices = new GrowableU32();
  readonly #values = new GrowableF32();

  constructor(options: HashingOptions, stem?: Stem) {
    const { analyzer, ngramRange, lowercase, tokenizer, stopWords, stemmer, sublinearTf, norm } = options;
    this.#vectorizer = new HashingVectorizer(
      {
        kind: 'hashing',
        analyzer: { analyzer, ngramRange, lowercase, tokenizer, stopWords, stemmer },
        weights: { sublinearTf, norm },
        features: options.nFeatures,
      },
      stem,
    );
    this.#indptr.push(0);
  }

  add(text: string): void {
    const { columns, weights } = this.#vectorizer.row(text);
    for (let i = 0; i < columns.length; i++) {
      this.#indices.push(columns[i]!);
      this.#values.push(weights[i]!);
    }
    this.#indptr.push(this.#indices.length);
  }

  async caughtUp(): Promise<void> {}

  async finish(): Promise<{ fit(trainRows: Uint32Array): FittedFeatures }> {
    const nonZeros = (rows: Uint32Array) =>
      rows.reduce((sum, r) => sum + this.#indptr.get(r + 1) - this.#indptr.get(r), 0);
    return {
      fit: (trainRows) => ({
        vectorizer: this.#vectorizer,
        trainNonZeros: nonZeros(trainRows),
        nonZeros: this.#indices.length,
        parameters: Math.min(this.#vectorizer.features, this.#indices.length),
        vectorize: (rows) => this.#vectorize(rows, nonZeros(rows)),
      }),
    };
  }

  async stop(): Promise<void> {}

  #vectorize(rows: Uint32Array, nonZeros: number): Csr {
    const indptr = new Uint32Array(rows.length + 1);
    const indices = new Uint32Array(nonZeros);
    const values = new Float32Array(nonZeros);
    rows.forEach((r, i) => {
      const from = this.#indptr.get(r);
      const to = this.#indptr.get(r + 1);
      indices.set(this.#indices.view().subarray(from, to), indptr[i]);
      values.set(this.#values.view().subarray(from, to), indptr[i]);
      indptr[i + 1] = indptr[i]! + to - from;
    });
    return { rows: rows.length, cols: this.#vectorizer.features, indptr, indices, values };
  }
}
