/** One embedding out of those of `length` tokens, which begin at `at`: adds it up in `sum` [dim]. */
type PoolTokens = (tokens: Float32Array, at: number, length: number, sum: Float64Array) => void;

const tokenAt = (tokens: Float32Array, from: number, sum: Float64Array) => {
  for (let d = 0; d < sum.length; d++) sum[d] = tokens[from + d]!;
};

/** How the tokens' embeddings become the text's, by sentence-transformers' names. A text has one token at the least. */
export const sentencePoolings = {
  mean(tokens, at, length, sum) {
    for (let t = 0; t < length; t++) {
      for (let d = 0; d < sum.length; d++) sum[d]! += tokens[at + t * sum.length + d]!;
    }
    for (let d = 0; d < sum.length; d++) sum[d]! /= length;
  },
  cls: (tokens, at, _length, sum) => tokenAt(tokens, at, sum),
  lasttoken: (tokens, at, length, sum) => tokenAt(tokens, at + (length - 1) * sum.length, sum),
  max(tokens, at, length, sum) {
    tokenAt(tokens, at, sum);
    for (let t = 1; t < length; t++) {
      for (let d = 0; d < sum.length; d++) sum[d] = Math.max(sum[d]!, tokens[at + t * sum.length + d]!);
    }
  },
} as const satisfies Record<string, PoolTokens>;
export type SentencePooling = keyof typeof sentencePoolings;

/** Brings an embedding to the length 1; one of zeros stays. */
export function toUnitLength(embedding: Float64Array): void {
  const length = Math.sqrt(embedding.reduce((sum, value) => sum + value * value, 0));
  if (length > 0) for (let d = 0; d < embedding.length; d++) embedding[d]! /= length;
}
