import { MaasError } from '../errors.js';
import type { FeatureCollector, FeatureFit, FittedFeatures, FitWith } from './fits.js';
import { scalingOf } from './pooling.js';
import type { SentenceEncoder } from './sentence/encoder.js';
import { SentenceVectorizer, scaledRows } from './sentence.js';

export interface SentenceOptions {
  /** What embeds the texts. */
  encoder?: SentenceEncoder | undefined;
}

/** Keeps texts until all are there, so that those of one length meet in a batch. */
export class SentenceCollector implements FeatureCollector {
  readonly #texts: string[] = [];

  constructor(private readonly options: SentenceOptions) {}

  add(text: string): void {
    this.#texts.push(text);
  }

  async caughtUp(): Promise<void> {}

  async finish(): Promise<SentenceFit> {
    const { encoder } = this.options;
    if (!encoder) throw new MaasError('usage', 'the vectorizer "sentence" needs the folder of a model');
    return new SentenceFit(this.#texts, encoder);
  }

  async stop(): Promise<void> {}
}

/** Texts to embed, once for all fits. */
class SentenceFit implements FeatureFit {
  #embedded: Promise<Float32Array> | undefined;

  constructor(
    private readonly texts: readonly string[],
    private readonly encoder: SentenceEncoder,
  ) {}

  /** Learns the scaling of rows from those of the training; embeddings do not depend on them. Throws `data`. */
  async fit(
    trainRows: Uint32Array,
    { listener = {}, reserve = () => {} }: FitWith = {},
  ): Promise<FittedFeatures> {
    const { encoder, texts } = this;
    const { facts } = encoder;
    const { dim, sha256 } = facts;
    if (!this.#embedded) {
      const fewer = 'use a model of fewer numbers, or fewer rows';
      reserve(4 * texts.length * dim, 'the embeddings of the texts', fewer);
      this.#embedded = encoder.embed(texts, listener).finally(() => encoder.release());
    }
    const rows = await this.#embedded;
    const trained = new Uint8Array(texts.length);
    for (const row of trainRows) trained[row] = 1;
    const scaling = scalingOf(rows, trained, dim, false);
    return {
      vectorizer: new SentenceVectorizer(
        { kind: 'sentence', sha256, features: dim, scaling },
        async () => encoder,
      ),
      trainNonZeros: trainRows.length * dim,
      nonZeros: texts.length * dim,
      parameters: dim,
      vectorize: (chosen) => scaledRows(rows, chosen, scaling),
      sentence: { ...facts, ...encoder.counts },
    };
  }
}
