import { slotsFor } from './word-table.js';

/**
 * N-grams of words as nodes: a node is that of the words before with one word behind it. Found by its two parts, so that the text of
 * an n-gram is never put together. Open addressing, at most half full.
 */
export class NgramTree {
  /** node + 1 (0: none). */
  #slots: Int32Array;
  #mask: number;
  #count = 0;
  /** Keeps the loops that fetch from being optimised away. */
  touched = 0;
  #parents: Int32Array;
  #words: Int32Array;

  /**
   * @param ngrams how many there will be about
   * @param nodes the number above all nodes, about
   */
  constructor(ngrams: number, nodes: number) {
    this.#slots = new Int32Array(slotsFor(ngrams));
    this.#mask = this.#slots.length - 1;
    this.#parents = new Int32Array(nodes);
    this.#words = new Int32Array(nodes);
  }

  /** Fetches where the pairs of words that follow each other would be, for all at once. */
  fetchPairs(words: Int32Array, count: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let touched = 0;
    for (let i = 1; i < count; i++) touched += slots[hashOf(words[i - 1]!, words[i]!) & mask]!;
    for (let i = 1; i < count; i++) {
      const held = slots[hashOf(words[i - 1]!, words[i]!) & mask]!;
      if (held !== 0) touched += this.#parents[held - 1]! + this.#words[held - 1]!;
    }
    this.touched = touched;
  }

  /** The node of the n-gram, or -1. */
  find(parent: number, word: number): number {
    return this.#slots[this.#slotOf(parent, word)]! - 1;
  }

  /** The node of the n-gram, which is `node` if it is new. */
  intern(parent: number, word: number, node: number): number {
    const slot = this.#slotOf(parent, word);
    if (this.#slots[slot] !== 0) return this.#slots[slot]! - 1;
    if (node >= this.#parents.length) {
      this.#parents = enlarged(this.#parents, node);
      this.#words = enlarged(this.#words, node);
    }
    this.#parents[node] = parent;
    this.#words[node] = word;
    this.#slots[slot] = node + 1;
    if (++this.#count * 2 > this.#mask) this.#grow();
    return node;
  }

  #slotOf(parent: number, word: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = hashOf(parent, word) & mask; ; slot = (slot + 1) & mask) {
      const node = slots[slot]! - 1;
      if (node < 0 || (this.#parents[node] === parent && this.#words[node] === word)) return slot;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    this.#mask = 2 * this.#mask + 1;
    for (const held of old) {
      if (held === 0) continue;
      let slot = hashOf(this.#parents[held - 1]!, this.#words[held - 1]!) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = held;
    }
  }
}

const hashOf = (parent: number, word: number): number => {
  const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(word + 1, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
};

function enlarged(numbers: Int32Array, index: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(index + 1, Math.ceil(1.5 * numbers.length)));
  larger.set(numbers);
  return larger;
}
