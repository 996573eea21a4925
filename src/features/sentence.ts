import type { Csr } from '../sparse/csr.js';
import { denseRows } from './embedding.js';
import { type RowScaling, scaleRow } from './pooling.js';
import type { SentenceEncoder } from './sentence/encoder.js';
import type { AsyncVectorizer } from './vectorizer.js';

/** What fitting learned. The model that embeds the texts is named by its digest, and stands where it stood. */
export interface SentenceState {
  kind: 'sentence';
  /** Digest of the model's files, in hex. */
  sha256: string;
  /** Numbers of an embedding. */
  features: number;
  scaling: RowScaling;
}

/** A text's row is its embedding by a model that knows sentences, each number brought to mean 0 and variance 1. */
export class SentenceVectorizer implements AsyncVectorizer {
  readonly kind = 'sentence';
  readonly features: number;
  #encoder: Promise<SentenceEncoder> | undefined;

  /** @param open opens the model, once there is a text to embed */
  constructor(
    private readonly learned: SentenceState,
    private readonly open: () => Promise<SentenceEncoder>,
  ) {
    this.features = learned.features;
  }

  async transform(texts: readonly string[]): Promise<Csr> {
    this.#encoder ??= this.open();
    const rows = await (await this.#encoder).embed(texts);
    return scaledRows(rows, Uint32Array.from(texts.keys()), this.learned.scaling);
  }

  state(): SentenceState {
    return this.learned;
  }
}

/** Feature rows of some embeddings out of rows [texts, dim]. */
export function scaledRows(rows: Float32Array, chosen: Uint32Array, scaling: RowScaling): Csr {
  const dim = scaling.shift.length;
  const used = new Uint8Array(chosen.length).fill(1);
  return denseRows(used, dim, (i, values, to) => scaleRow(rows, chosen[i]! * dim, scaling, values, to));
}
