import { type CharacterBuckets, ngramBuckets } from '../buckets.js';

/** fastText's vectors of character n-grams, those that were kept. */
export interface Subwords extends CharacterBuckets {
  /** The buckets that were kept, rising, and their vectors [kept, dim]. */
  kept: Uint32Array;
  vectors: Float32Array;
}

/** The buckets of words' n-grams, rising; all where the first words that are kept are all. */
export function bucketsOf(words: readonly string[], first: number, layout: CharacterBuckets): Uint32Array {
  const all = first === Number.POSITIVE_INFINITY;
  const used = new Uint8Array(layout.buckets).fill(all ? 1 : 0);
  if (!all) for (const word of words) for (const bucket of ngramBuckets(word, layout)) used[bucket] = 1;
  const found = new Uint32Array(used.reduce((sum, mark) => sum + mark, 0));
  let next = 0;
  for (let bucket = 0; bucket < used.length; bucket++) if (used[bucket] === 1) found[next++] = bucket;
  return found;
}

/** Makes vectors of words that have none of their own, of those of their n-grams. */
export class SubwordVectors {
  readonly #places: Map<number, number>;

  constructor(
    private readonly subwords: Subwords,
    private readonly dim: number,
  ) {
    this.#places = new Map(Array.from(subwords.kept, (bucket, place) => [bucket, place]));
  }

  /** The mean of the vectors of those n-grams of the word that were kept; undefined where none was. */
  vectorOf(word: string): Float32Array | undefined {
    const sum = new Float64Array(this.dim);
    const count = this.addTo(sum, word);
    return count === 0 ? undefined : Float32Array.from(sum, (value) => value / count);
  }

  /** Adds the vectors of a word's n-grams to a sum; answers with how many they are. */
  addTo(sum: Float64Array, word: string): number {
    const { vectors } = this.subwords;
    let count = 0;
    for (const bucket of ngramBuckets(word, this.subwords)) {
      const place = this.#places.get(bucket);
      if (place === undefined) continue;
      const at = place * this.dim;
      for (let d = 0; d < this.dim; d++) sum[d]! += vectors[at + d]!;
      count++;
    }
    return count;
  }
}
