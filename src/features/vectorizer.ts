import type { Csr } from '../sparse/csr.js';
import type { Stem } from '../text/analyzer.js';
import { Tfidf, type TfidfState } from './tfidf.js';

/** A fitted vectorizer: texts in, feature rows out. An unfitted one cannot exist. */
export interface Vectorizer {
  readonly kind: VectorizerKind;
  readonly features: number;
  /** One row for each text. Terms that fitting did not see count nothing; an empty text gives an empty row. */
  transform(texts: readonly string[]): Csr;
  /** Everything that `loadVectorizer` needs, as plain data. */
  state(): VectorizerState;
}

/** The vectorizers by name: how each comes back from its state. */
const vectorizers = {
  tfidf: (state: TfidfState, stem?: Stem) => new Tfidf(state, stem),
} as const;

export type VectorizerKind = keyof typeof vectorizers;
export type VectorizerState = Parameters<(typeof vectorizers)[VectorizerKind]>[0];

/** The vectorizer whose state this is. `stem` is the loaded stemmer its analyzer names, if it names one. */
export function loadVectorizer(state: VectorizerState, stem?: Stem): Vectorizer {
  return vectorizers[state.kind](state, stem);
}
