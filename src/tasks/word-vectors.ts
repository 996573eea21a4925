import { MaasError } from '../errors.js';
import type { VectorizerKind } from '../features/kinds.js';
import type { ClassifierKind } from '../models/kinds.js';
import type { TrainSettings } from './settings.js';

/**
 * The numbers of an embedding where they begin with the word vectors of a file: those of a vector.
 *
 * @param asked what was asked for, if anything was
 * Throws `usage` where that is another number, and `data` for a file that holds no vectors.
 */
export async function vectorDim(path: string, asked?: unknown): Promise<number> {
  const { openVectors } = await import('../features/vectors/vector-file.js');
  const { dim } = await openVectors(path);
  if (asked === undefined || Number(asked) === dim) return dim;
  throw new MaasError('usage', `the vectors of ${path} have ${dim} numbers, expected no dim ${asked}`, {
    hint: 'leave --dim out: it follows the vectors',
  });
}

/** Why word vectors are nothing for some classifiers. */
export const refusalsOfVectors: Partial<Record<ClassifierKind, string>> = {
  nb: 'counts terms, and numbers of vectors are no counts',
  bag: 'learns the vectors of terms itself',
};

/** What `embeddings` has to name, for the vectorizers that cannot do without. */
const needed: Partial<Record<VectorizerKind, string>> = {
  embedding: 'word vectors, expected --embeddings <file>',
  sentence: 'the folder of a model, expected --embeddings <folder>',
};

/** Throws `usage` where word vectors or a model are missing, or contradict other settings. */
export function checkVectors(settings: TrainSettings): void {
  const { vectorizer, embeddings } = settings;
  if (vectorizer === 'sequence') checkStarting(settings);
  if (!needed[vectorizer] || embeddings !== null) return;
  throw new MaasError('usage', `the vectorizer "${vectorizer}" needs ${needed[vectorizer]}`);
}

/** Throws `usage` where embeddings cannot begin with word vectors. */
function checkStarting({ embeddings, freezeEmbeddings, analyzer, ngramRange, stemmer }: TrainSettings): void {
  if (embeddings === null) {
    if (!freezeEmbeddings) return;
    throw new MaasError(
      'usage',
      'freezeEmbeddings leaves word vectors as they are, expected --embeddings <file>',
    );
  }
  const odd =
    analyzer !== 'word' ? 'analyzer' : ngramRange[1] !== 1 ? 'ngramRange' : stemmer !== null && 'stemmer';
  if (!odd) return;
  const found = { analyzer, ngramRange, stemmer }[odd];
  throw new MaasError('usage', `word vectors are of single whole words, expected no ${odd} ${found}`);
}
