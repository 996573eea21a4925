/** What the hash of a word begins with. */
export const HASH_START = 0x811c9dc5 | 0;

/** The hash of a word with one more UTF-16 unit behind it (FNV-1a). */
export const hashUnit = (hash: number, unit: number): number => Math.imul(hash ^ unit, 0x01000193);

/** Spreads what differs in the upper bits to the lower, by which a slot is chosen. */
const spread = (hash: number): number => {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
};

/** Numbers of a slot: its hash, the word's value + 1 (0: none), where its units begin, how many there are. */
const SLOT = 4;

/** Words with a number each, found by their units, so that no string is made of them. Open addressing, at most half full. */
export class WordTable {
  #slots: Int32Array;
  #mask: number;
  #units: Uint16Array;
  #used = 0;
  /** Keeps the loops that fetch from being optimised away. */
  touched = 0;
  #words = 0;

  /** @param words how many there will be about */
  constructor(words: number) {
    const slots = slotsFor(words);
    this.#slots = new Int32Array(SLOT * slots);
    this.#mask = slots - 1;
    this.#units = new Uint16Array(8 * words + 64);
  }

  /**
   * Puts the numbers of words in the place of their hashes by `hashUnit`, -1 for those that are not there. Memory is asked for all
   * of them before any is looked at: a server finds little of the table in the cache.
   * @param ends where the units of each word end, which begin where those of the one before do
   */
  findAll(units: Uint16Array, ends: Uint32Array, hashes: Int32Array, count: number): void {
    const slots = this.#slots;
    const own = this.#units;
    const mask = this.#mask;
    let sum = 0;
    for (let w = 0; w < count; w++) sum += slots[(spread(hashes[w]!) & mask) * SLOT + 1]!;
    for (let w = 0; w < count; w++) sum += own[slots[(spread(hashes[w]!) & mask) * SLOT + 2]!]!;
    this.touched = sum;
    let from = 0;
    for (let w = 0; w < count; w++) {
      const end = ends[w]!;
      hashes[w] = slots[this.#slotOf(units, from, end - from, hashes[w]!) + 1]! - 1;
      from = end;
    }
  }

  /** The number of the word, which is `value` if the word is new. */
  intern(units: Uint16Array, from: number, length: number, value: number): number {
    let hash = HASH_START;
    for (let u = from; u < from + length; u++) hash = hashUnit(hash, units[u]!);
    const slot = this.#slotOf(units, from, length, hash);
    const slots = this.#slots;
    if (slots[slot + 1] !== 0) return slots[slot + 1]! - 1;
    if (this.#used + length > this.#units.length) this.#roomFor(length);
    slots[slot] = hash;
    slots[slot + 1] = value + 1;
    slots[slot + 2] = this.#used;
    slots[slot + 3] = length;
    for (let u = from; u < from + length; u++) this.#units[this.#used++] = units[u]!;
    if (++this.#words * 2 > this.#mask) this.#grow();
    return value;
  }

  /** Where the word's slot begins, or the one that it would have. */
  #slotOf(units: Uint16Array, from: number, length: number, hash: number): number {
    const slots = this.#slots;
    const own = this.#units;
    const mask = this.#mask;
    for (let s = spread(hash) & mask; ; s = (s + 1) & mask) {
      const slot = s * SLOT;
      if (slots[slot + 1] === 0) return slot;
      if (slots[slot] !== hash || slots[slot + 3] !== length) continue;
      const start = slots[slot + 2]!;
      let u = 0;
      while (u < length && own[start + u] === units[from + u]) u++;
      if (u === length) return slot;
    }
  }

  #roomFor(length: number): void {
    const larger = new Uint16Array(2 * (this.#used + length));
    larger.set(this.#units);
    this.#units = larger;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    this.#mask = 2 * this.#mask + 1;
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from + 1] === 0) continue;
      let s = spread(old[from]!) & this.#mask;
      while (this.#slots[s * SLOT + 1] !== 0) s = (s + 1) & this.#mask;
      for (let i = 0; i < SLOT; i++) this.#slots[s * SLOT + i] = old[from + i]!;
    }
  }
}

/** Slots, a power of two, of which so many entries fill at most half. */
export function slotsFor(entries: number): number {
  let slots = 64;
  while (slots <= 2 * entries) slots *= 2;
  return slots;
}
