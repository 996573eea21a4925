import { defaultDeviceFolder } from '../compute/index.js';
import { SentenceVectorizer } from '../features/sentence.js';
import { type AnyVectorizerState, loadVectorizer } from '../features/vectorizer.js';
import { type DatasetManifest, readDataset } from '../store/dataset.js';
import { loadStemmer } from '../text/stemmers.js';
import type { Prepared } from './prepare.js';

/** `Prepared` as it is read back: the vectorizer as its state, what the run needed left out. */
interface StoredDataset extends Omit<Prepared, 'vectorizer' | 'needs'> {
  vectorizer: AnyVectorizerState;
}

/** Prepared data as a dataset holds it: nothing of the run that made it. */
export function storedForm({ needs: _needs, sentence, ...prepared }: Prepared) {
  const { computed: _computed, cached: _cached, ...facts } = sentence ?? {};
  return { ...prepared, ...(sentence && { sentence: facts }), vectorizer: prepared.vectorizer.state() };
}

/** A dataset that `preprocess` wrote: its manifest, the digest of its files, and the data. Throws `artifact`. */
export async function openDataset(
  path: string,
): Promise<{ manifest: DatasetManifest; digest: string; prepared: Omit<Prepared, 'needs'> }> {
  const { manifest, digest, state } = await readDataset<StoredDataset>(path);
  const { vectorizer: learned } = state;
  if (learned.kind === 'sentence') {
    const vectorizer = new SentenceVectorizer(learned, async () => {
      const { reopenEncoder } = await import('../features/sentence/reopen.js');
      return reopenEncoder(learned, state.sentence!.path, { devices: defaultDeviceFolder() });
    });
    return { manifest, digest, prepared: { ...state, vectorizer } };
  }
  const { stemmer } = learned.analyzer;
  const vectorizer = loadVectorizer(learned, stemmer ? await loadStemmer(stemmer) : undefined);
  return { manifest, digest, prepared: { ...state, vectorizer } };
}
