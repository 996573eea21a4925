/** The vectorizers by name. What they are stands in `vectorizer.ts`, which those that only name them need not load. */
export const vectorizerNames = ['tfidf', 'hashing', 'fasttext', 'embedding', 'sequence', 'sentence'] as const;
export type VectorizerKind = (typeof vectorizerNames)[number];

/** Vectorizers that answer by promise: what computes for them is another's library. */
export type AsyncVectorizerKind = 'sentence';
/** Vectorizers that are all maas's own, as exported models need them. */
export type OwnVectorizerKind = Exclude<VectorizerKind, AsyncVectorizerKind>;
