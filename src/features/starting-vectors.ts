import type { EmbeddingFacts } from './embedding-fit.js';
import type { FitWith } from './fits.js';
import { SubwordVectors } from './vectors/subwords.js';
import type { VectorFile, WordVectors } from './vectors/vector-file.js';

/** Pretrained vectors of a vocabulary, which the embeddings of a network begin with. */
export interface StartingVectors {
  /** [features, dim]; zeros where there is none. */
  values: Float32Array;
  dim: number;
  /** 1 for each feature that has one. */
  known: Uint8Array;
}

/** Word vectors for vocabularies that are chosen of the same words, from a file that is read once. */
export class VectorSource {
  #read: Promise<WordVectors> | undefined;

  /** @param words all that any vocabulary may hold */
  constructor(
    private readonly file: VectorFile,
    private readonly words: ReadonlySet<string>,
  ) {}

  /**
   * The vectors of features, of which the first `from` are no words. A word that a fastText model does not hold gets the mean
   * of its n-grams' vectors. Throws `data`.
   */
  async of(
    terms: readonly string[],
    from: number,
    { listener = {}, reserve = () => {} }: FitWith = {},
  ): Promise<{ vectors: StartingVectors; facts: EmbeddingFacts }> {
    const { path, format, dim } = this.file;
    const wanted = {
      words: this.words,
      first: 0,
      reserve: (bytes: number) =>
        reserve(
          bytes,
          `the vectors of ${path}`,
          'keep fewer terms with --min-df or --max-features, or use vectors of fewer numbers',
        ),
    };
    this.#read ??= this.file.read(wanted, listener);
    const { table, subwords, sha256, total } = await this.#read;
    const ofNgrams = subwords ? new SubwordVectors(subwords, dim) : undefined;
    const values = new Float32Array((from + terms.length) * dim);
    const known = new Uint8Array(from + terms.length);
    terms.forEach((term, i) => {
      const place = table.index.get(term);
      const vector = place === undefined ? ofNgrams?.vectorOf(term) : table.vector(place);
      if (!vector) return;
      values.set(vector, (from + i) * dim);
      known[from + i] = 1;
    });
    const kept = known.reduce((sum, one) => sum + one, 0);
    const facts = { path, sha256, format, dim, words: total, kept, bytes: 4 * dim * kept, subwords: 0 };
    return { vectors: { values, dim, known }, facts };
  }
}
