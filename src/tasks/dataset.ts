import { loadVectorizer, type StoredVectorizerState } from '../features/vectorizer.js';
import { type DatasetManifest, readDataset } from '../store/dataset.js';
import { loadStemmer } from '../text/stemmers.js';
import type { Prepared } from './prepare.js';

/** `Prepared` as it is read back: the vectorizer as its state, what the run needed left out. */
interface StoredDataset extends Omit<Prepared, 'vectorizer' | 'needs'> {
  vectorizer: StoredVectorizerState;
}

/** Prepared data as a dataset holds it. */
export const storedForm = ({ needs: _needs, ...prepared }: Prepared) => ({
  ...prepared,
  vectorizer: prepared.vectorizer.state(),
});

/** A dataset that `preprocess` wrote: its manifest, the digest of its files, and the data. Throws `artifact`. */
export async function openDataset(
  path: string,
): Promise<{ manifest: DatasetManifest; digest: string; prepared: Omit<Prepared, 'needs'> }> {
  const { manifest, digest, state } = await readDataset<StoredDataset>(path);
  const { stemmer } = state.vectorizer.analyzer;
  const vectorizer = loadVectorizer(state.vectorizer, stemmer ? await loadStemmer(stemmer) : undefined);
  return { manifest, digest, prepared: { ...state, vectorizer } };
}
