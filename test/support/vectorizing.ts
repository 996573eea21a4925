import { collectors, type FeatureOptions, type FittedFeatures } from '../../src/features/fits.js';
import type { VectorizerKind } from '../../src/features/kinds.js';
import { SentenceEncoder } from '../../src/features/sentence/encoder.js';
import type { AnyVectorizer, Vectorizer } from '../../src/features/vectorizer.js';
import { openVectors } from '../../src/features/vectors/vector-file.js';
import { seededRandom } from '../../src/random.js';
import { resolveSettings } from '../../src/tasks/presets.js';
import { decide } from '../../src/tasks/recipe.js';
import { deviceFolder } from './devices.js';

/** Settings as a user gives them, as a collector takes them. */
export async function featureOptions(
  given: Record<string, unknown>,
): Promise<FeatureOptions & { vectorizer: VectorizerKind }> {
  const settings = decide(resolveSettings(given), []);
  const { embeddings, vectorizer } = settings;
  return {
    ...settings,
    stopWords: null,
    vectors: vectorizer === 'embedding' ? await openVectors(embeddings!) : undefined,
    encoder:
      vectorizer === 'sentence'
        ? await SentenceEncoder.open(embeddings!, { devices: deviceFolder })
        : undefined,
  };
}

/** Collects texts and fits a vectorizer on those of these places; on all of them if absent. */
export async function fitVectorizer<V extends AnyVectorizer = Vectorizer>(
  given: Record<string, unknown>,
  texts: readonly string[],
  train: ArrayLike<number> = texts.map((_, r) => r),
  threads = 1,
): Promise<FittedFeatures<V>> {
  const options = await featureOptions(given);
  const collector = collectors[options.vectorizer](options, undefined, threads);
  for (const text of texts) collector.add(text);
  const beside = { listener: {}, reserve: () => {} };
  const fitted = await (await collector.finish()).fit(Uint32Array.from(train), beside);
  return fitted as FittedFeatures<V>;
}

/** Word vectors in GloVe's form, the same for the same words: numbers from −1 to 1. */
export function gloveText(words: readonly string[], dim: number): string {
  return words
    .map((word, i) => {
      const random = seededRandom(i);
      const numbers = Array.from({ length: dim }, () => (2 * random() - 1).toFixed(5));
      return `${word} ${numbers.join(' ')}\n`;
    })
    .join('');
}
