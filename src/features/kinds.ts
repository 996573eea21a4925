/** The vectorizers by name. What they are stands in `vectorizer.ts`, which those that only name them need not load. */
export const vectorizerNames = ['tfidf', 'hashing', 'fasttext', 'embedding', 'sequence'] as const;
export type VectorizerKind = (typeof vectorizerNames)[number];
