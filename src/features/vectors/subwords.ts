/** fastText's vectors of character n-grams, those that were kept. */
export interface Subwords {
  /** Shortest and longest n-gram, in characters. */
  minn: number;
  maxn: number;
  /** How many buckets n-grams are hashed to. */
  buckets: number;
  /** The buckets that were kept, rising, and their vectors [kept, dim]. */
  kept: Uint32Array;
  vectors: Float32Array;
}

/**
 * The buckets of a word's character n-grams, repeats included, as fastText's `Dictionary::computeSubwords` finds them:
 * those of `<word>`, without the single characters `<` and `>`.
 */
export function ngramBuckets(
  word: string,
  { minn, maxn, buckets }: Pick<Subwords, 'minn' | 'maxn' | 'buckets'>,
): number[] {
  const characters = Array.from(`<${word}>`, utf8);
  const found: number[] = [];
  for (let from = 0; from < characters.length; from++) {
    // 32-bit FNV-1a; fastText's bytes are signed
    let hash = 0x811c9dc5;
    for (let to = from + 1; to <= characters.length && to - from <= maxn; to++) {
      for (const byte of characters[to - 1]!) hash = Math.imul(hash ^ ((byte << 24) >> 24), 0x01000193);
      const n = to - from;
      const border = n === 1 && (from === 0 || to === characters.length);
      if (n >= minn && !border) found.push((hash >>> 0) % buckets);
    }
  }
  return found;
}

/** The buckets of words' n-grams, rising; all where the first words that are kept are all. */
export function bucketsOf(
  words: readonly string[],
  first: number,
  layout: Pick<Subwords, 'minn' | 'maxn' | 'buckets'>,
): Uint32Array {
  const all = first === Number.POSITIVE_INFINITY;
  const used = new Uint8Array(layout.buckets).fill(all ? 1 : 0);
  if (!all) for (const word of words) for (const bucket of ngramBuckets(word, layout)) used[bucket] = 1;
  const found = new Uint32Array(used.reduce((sum, mark) => sum + mark, 0));
  let next = 0;
  for (let bucket = 0; bucket < used.length; bucket++) if (used[bucket] === 1) found[next++] = bucket;
  return found;
}

/** A character's UTF-8; a lone surrogate's is that of U+FFFD. In plain JavaScript, which exported models carry. */
function utf8(character: string): number[] {
  const point = character.codePointAt(0)!;
  const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
  if (code < 0x80) return [code];
  const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const bytes = [((0xff00 >> (more + 1)) & 0xff) | (code >> (6 * more))];
  for (let k = more - 1; k >= 0; k--) bytes.push(0x80 | ((code >> (6 * k)) & 0x3f));
  return bytes;
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
