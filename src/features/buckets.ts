import { utf8Of } from '../text/utf8.js';

/** The character n-grams of words: lengths, both inclusive (none where `maxn` is 0), and how many buckets they are hashed to. */
export interface CharacterBuckets {
  minn: number;
  maxn: number;
  buckets: number;
}

/** FNV-1a with 32 bits, to be continued byte by byte; fastText's bytes are signed. */
const BEGIN = 0x811c9dc5;
const withByte = (hash: number, byte: number) => Math.imul(hash ^ ((byte << 24) >> 24), 0x01000193);

/** fastText's hash of a word, as a signed number. */
export function wordHash(word: string): number {
  let hash = BEGIN | 0;
  for (const byte of utf8Of(word)) hash = withByte(hash, byte);
  return hash;
}

const isInside = (byte: number) => (byte & 0xc0) === 0x80;

/**
 * The buckets of a word's character n-grams, repeats included, as fastText's `Dictionary::computeSubwords` finds them:
 * those of `<word>`, without the single characters `<` and `>`.
 */
export function ngramBuckets(word: string, { minn, maxn, buckets }: CharacterBuckets): number[] {
  const found: number[] = [];
  if (maxn === 0) return found;
  const bytes = utf8Of(`<${word}>`);
  for (let from = 0; from < bytes.length; from++) {
    if (isInside(bytes[from]!)) continue;
    let hash = BEGIN;
    for (let n = 1, to = from; n <= maxn && to < bytes.length; n++) {
      do hash = withByte(hash, bytes[to++]!);
      while (to < bytes.length && isInside(bytes[to]!));
      const border = n === 1 && (from === 0 || to === bytes.length);
      if (n >= minn && !border) found.push((hash >>> 0) % buckets);
    }
  }
  return found;
}

const FACTOR = 116049371;
const LIMIT = 2 ** 32;

/** fastText's hash of a run of words: h · 116049371 + the hash of the next word, modulo 2⁶⁴. */
export class RunHash {
  low = 0;
  high = 0;

  /** Begins with a word's hash. */
  begin(hash: number): void {
    this.low = hash >>> 0;
    this.high = hash < 0 ? LIMIT - 1 : 0;
  }

  /** Goes on with the hash of the next word. */
  add(hash: number): void {
    // in halves, whose products are exact
    const lower = (this.low & 0xffff) * FACTOR;
    const upper = (this.low >>> 16) * FACTOR;
    const product = lower + (upper % 0x10000) * 0x10000;
    const carried = Math.floor(product / LIMIT) + Math.floor(upper / 0x10000);
    const low = (product % LIMIT) + (hash >>> 0);
    const sign = hash < 0 ? -1 : 0;
    this.high = (Math.imul(this.high, FACTOR) + carried + sign + (low >= LIMIT ? 1 : 0)) >>> 0;
    this.low = low % LIMIT;
  }

  /** One of so many buckets, at most 2²⁶. */
  bucket(buckets: number): number {
    return ((this.high % buckets) * (LIMIT % buckets) + (this.low % buckets)) % buckets;
  }
}
