import { GrowableU32 } from '../sparse/growable.js';
import { ngramBuckets, RunHash, wordHash } from './buckets.js';
import type { CountedRows } from './counted-rows.js';
import { type BucketLayout, NO_COLUMN } from './fasttext.js';
import { NONE, type Nodes } from './term-counter.js';

/** What words and buckets are put down as; NO_COLUMN where they count nothing. */
export interface NodeNumbers {
  ofWord(word: string, symbol: number): number;
  ofBucket(bucket: number): number;
}

/**
 * What each counted node stands for: a word for itself and the buckets of its character n-grams, a run of words for its
 * bucket. It is found out once for each node, however often that is counted.
 */
export class NodeLists {
  readonly #starts = new GrowableU32();
  readonly #items = new GrowableU32();
  /** The same for nodes that stand for one alone, which most do: a look at memory in the place of three. */
  readonly #single = new GrowableU32();
  /** Hashes of the words by symbol, and of the nodes' runs, in halves. */
  readonly #words = new GrowableU32();
  readonly #low = new GrowableU32();
  readonly #high = new GrowableU32();
  readonly #run = new RunHash();

  constructor(
    private readonly layout: BucketLayout,
    private readonly numbers: NodeNumbers,
  ) {
    this.#starts.push(0);
  }

  /** Takes the nodes that follow those it has, and the words that follow those it has; a node's parent comes before it. */
  add({ parents, symbols }: Nodes, words: readonly string[]): void {
    const { wordNgrams, buckets } = this.layout;
    const first = this.#words.length;
    for (const word of words) this.#words.push(wordHash(word));
    for (let i = 0; i < parents.length; i++) {
      const parent = parents[i]!;
      const symbol = symbols[i]!;
      const hash = this.#words.get(symbol) | 0;
      if (parent === NONE) {
        // a word and its node are met at once
        this.#addWord(words[symbol - first]!, symbol);
        this.#run.begin(hash);
      } else {
        this.#run.low = this.#low.get(parent);
        this.#run.high = this.#high.get(parent);
        this.#run.add(hash);
        this.#put(this.numbers.ofBucket(this.#run.bucket(buckets)));
      }
      const begun = this.#starts.get(this.#starts.length - 1);
      this.#starts.push(this.#items.length);
      this.#single.push(this.#items.length === begun + 1 ? this.#items.get(begun) : MANY);
      if (wordNgrams === 1) continue;
      this.#low.push(this.#run.low);
      this.#high.push(this.#run.high);
    }
  }

  #addWord(word: string, symbol: number): void {
    this.#put(this.numbers.ofWord(word, symbol));
    for (const bucket of ngramBuckets(word, this.layout)) this.#put(this.numbers.ofBucket(bucket));
  }

  #put(number: number): void {
    if (number !== NO_COLUMN) this.#items.push(number);
  }

  /** How many there are of a row's nodes together, repeats included. */
  lengthOf({ chunks, rows }: CountedRows, r: number): number {
    const { nodes } = chunks[rows.chunk[r]!]!;
    const starts = this.#starts.view();
    const single = this.#single.view();
    let sum = 0;
    for (let p = rows.offset[r]!; p < rows.offset[r]! + rows.length[r]!; p++) {
      const node = nodes[p]!;
      sum += single[node]! < MANY ? 1 : starts[node + 1]! - starts[node]!;
    }
    return sum;
  }

  /**
   * Rows of what the nodes of these rows stand for, numbers below `limit`, each once in a row with its counts added up;
   * some rows at a time.
   */
  *spread(counted: CountedRows, chosen: Uint32Array, limit: number): Generator<CountedRows> {
    const starts = this.#starts.view();
    const items = this.#items.view();
    const single = this.#single.view();
    const totals = new Uint32Array(limit);
    for (let from = 0; from < chosen.length; ) {
      let most = 0;
      let to = from;
      while (to < chosen.length && most < BATCH) most += this.lengthOf(counted, chosen[to++]!);
      const count = to - from;
      const found = new Uint32Array(most);
      const counts = new Uint32Array(most);
      const offset = new Uint32Array(count);
      const length = new Uint32Array(count);
      let made = 0;
      for (let i = 0; i < count; i++) {
        const r = chosen[from + i]!;
        const { nodes, counts: own } = counted.chunks[counted.rows.chunk[r]!]!;
        const end = counted.rows.offset[r]! + counted.rows.length[r]!;
        const begun = made;
        for (let p = counted.rows.offset[r]!; p < end; p++) {
          const node = nodes[p]!;
          const times = own[p]!;
          const only = single[node]!;
          if (only < MANY) {
            if (totals[only] === 0) found[made++] = only;
            totals[only]! += times;
            continue;
          }
          for (let at = starts[node]!; at < starts[node + 1]!; at++) {
            const item = items[at]!;
            if (totals[item] === 0) found[made++] = item;
            totals[item]! += times;
          }
        }
        for (let k = begun; k < made; k++) {
          counts[k] = totals[found[k]!]!;
          totals[found[k]!] = 0;
        }
        offset[i] = begun;
        length[i] = made - begun;
      }
      yield {
        chunks: [{ nodes: found.subarray(0, made), counts: counts.subarray(0, made) }],
        rows: { chunk: new Uint32Array(count), offset, length },
      };
      from = to;
    }
  }
}

/** In the place of a number: there is none, or more than one. */
const MANY = 0xffffffff;
/** Numbers that are spread at a time, unless a single row has more. */
const BATCH = 1 << 20;
