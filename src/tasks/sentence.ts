import { defaultDeviceFolder } from '../compute/index.js';
import type { SentenceEncoder } from '../features/sentence/encoder.js';
import type { Listener } from '../progress.js';
import type { PrepareInput } from './prepare.js';
import type { FeatureSettings } from './settings.js';

/** Opens the model that the settings name, where they name one. Throws `device`, `data`. */
export async function encoderFor(
  { vectorizer, embeddings }: FeatureSettings,
  { devices = defaultDeviceFolder(), threads, embeddingCache }: Omit<PrepareInput, 'data'>,
  listener: Listener,
): Promise<SentenceEncoder | undefined> {
  if (vectorizer !== 'sentence' || embeddings === null) return undefined;
  const { SentenceEncoder } = await import('../features/sentence/encoder.js');
  const { EmbeddingFiles } = await import('../store/embedding-cache.js');
  const cache = embeddingCache === undefined ? undefined : new EmbeddingFiles(embeddingCache, listener);
  return SentenceEncoder.open(embeddings, { devices, threads, cache });
}
