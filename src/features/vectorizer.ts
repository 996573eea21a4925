import { MaasError } from '../errors.js';
import type { Csr } from '../sparse/csr.js';
import type { Stem } from '../text/analyzer.js';
import { type EmbeddingState, EmbeddingVectorizer } from './embedding.js';
import { type FastTextState, FastTextVectorizer } from './fasttext.js';
import { type HashingState, HashingVectorizer } from './hashing.js';
import type { AsyncVectorizerKind, OwnVectorizerKind } from './kinds.js';
import type { SentenceState } from './sentence.js';
import { type SequenceState, SequenceVectorizer } from './sequence.js';
import { type TfidfState, TfidfVectorizer } from './tfidf.js';

/** A fitted vectorizer: texts in, feature rows out. An unfitted one cannot exist. */
export interface Vectorizer {
  readonly kind: OwnVectorizerKind;
  readonly features: number;
  /**
   * One row for each text. Terms that fitting did not see count nothing, or are one and the same; an empty text gives an
   * empty row.
   */
  transform(texts: readonly string[]): Csr;
  /**
   * The row of one text, where memory for it would take longer to make than all else: it stands in memory of the process that the
   * next text of any vectorizer of this kind overwrites.
   */
  transformOne?(text: string): Csr;
  /** Everything that `loadVectorizer` needs, as plain data. */
  state(): VectorizerState;
}

/** The same, but for when it answers. An empty text gives what its model makes of nothing. */
export interface AsyncVectorizer {
  readonly kind: AsyncVectorizerKind;
  readonly features: number;
  transform(texts: readonly string[]): Promise<Csr>;
  state(): SentenceState;
}

export type AnyVectorizer = Vectorizer | AsyncVectorizer;

/** Maas's own vectorizers by name: how each comes back from its state. */
const vectorizers = {
  tfidf: TfidfVectorizer.revive,
  hashing: (state: HashingState, stem?: Stem) => new HashingVectorizer(state, stem),
  fasttext: FastTextVectorizer.revive,
  embedding: EmbeddingVectorizer.revive,
  sequence: SequenceVectorizer.revive,
} as const satisfies Record<OwnVectorizerKind, unknown>;

/** What a fitted vectorizer learned. */
export type VectorizerState = TfidfState | HashingState | FastTextState | EmbeddingState | SequenceState;
/** The same, read from where it was stored. */
export type StoredVectorizerState = Parameters<(typeof vectorizers)[OwnVectorizerKind]>[0];
/** The same for those that answer by promise as well. */
export type AnyVectorizerState = StoredVectorizerState | SentenceState;

/** The vectorizer whose state this is. Throws `artifact` for an unknown kind. `stem` is the loaded stemmer its analyzer names, if it names one. */
export function loadVectorizer(state: StoredVectorizerState, stem?: Stem): Vectorizer {
  if (!Object.hasOwn(vectorizers, state.kind)) {
    throw new MaasError('artifact', `there is no vectorizer "${state.kind}" in this maas`);
  }
  const load = vectorizers[state.kind] as (state: StoredVectorizerState, stem?: Stem) => Vectorizer;
  return load(state, stem);
}
