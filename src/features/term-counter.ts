import { readFileSync } from 'node:fs';
import { MaasError } from '../errors.js';
import { GrowableU32 } from '../sparse/growable.js';
import { shared } from '../sparse/shared.js';
import type { AnalyzerOptions, Stem } from '../text/analyzer.js';
import type { Texts } from '../text/batch.js';
import { classesOfPage } from './character-classes.js';
import type { CountedRows } from './counted-rows.js';
import type { Terms } from './terms.js';
import { NONE, wordMap } from './word-map.js';
import { type Words, wordsOf } from './words.js';

/** The functions of assembly/counter.ts; pointers are byte offsets into its memory. */
interface Counter {
  memory: WebAssembly.Memory;
  start(first: number, last: number, maps: boolean, codePoints: boolean): void;
  classesAt(): number;
  roomAt(length: number): number;
  asideAt(length: number): number;
  lower(at: number, length: number): boolean;
  addPairs(at: number, length: number): number;
  addWords(at: number, length: number): number;
  addCharacters(at: number, length: number): number;
  addPaddedCharacters(at: number, length: number): number;
  roomForTerms(count: number, length: number): number;
  knowTerms(): void;
  termsOfNodes(first: number, last: number, words: boolean, out: number): void;
  outWaiting(): number;
  outNodesAt(): number;
  outCountsAt(): number;
  taken(): void;
  wordCount(): number;
  wordStartsAt(): number;
  unitsAt(): number;
  nodeCount(): number;
  parentsAt(): number;
  nodeSymbolsAt(): number;
}

export { NONE };

/** Terms as nodes: node i is the n-gram of its parent (NONE for none) with a symbol behind it. */
export interface Nodes {
  parents: Uint32Array;
  symbols: Uint32Array;
}

/** Rows of counted terms, and what the terms are, which stands in memory that threads share. */
export interface CountedTerms extends CountedRows {
  nodes: Nodes;
  /** What symbols are: words by number, or (null) code points. */
  words: Words | null;
}

/** Entries that are copied out of WebAssembly at a time. */
const CHUNK = 1 << 18;

let compiled: WebAssembly.Module | undefined;

/**
 * Finds and counts the terms of texts as `createAnalyzer` does, in WebAssembly and without making strings: a word is
 * hashed in place, and an n-gram is known by its parts. Stems and stop words are asked for once for each word.
 */
export class TermCounter {
  readonly #counter: Counter;
  readonly #add: (at: number, length: number) => number;
  readonly #lowercase: boolean;
  #bytes = Buffer.alloc(0);
  /** Symbols that `symbolOf` has given out, in order. */
  readonly #mapped: string[] | undefined;
  readonly #codePoints: boolean;
  /** Known terms by their text, where words are mapped. */
  #known: Map<string, number> | undefined;
  /** The texts of nodes, where they are looked for in that map. */
  readonly #texts: string[] = [];
  #chunks: CountedRows['chunks'] = [];
  #rows = newRows();
  #waiting = 0;

  constructor(options: AnalyzerOptions, stem?: Stem) {
    const { analyzer, ngramRange, tokenizer, stopWords } = options;
    this.#lowercase = options.lowercase;
    this.#codePoints = analyzer !== 'word';
    const maps = analyzer === 'word' && (stopWords !== null || stem !== undefined);
    const { symbols, symbolOf } = wordMap(stopWords, stem);
    this.#mapped = maps ? symbols : undefined;
    compiled ??= new WebAssembly.Module(
      readFileSync(new URL('../../dist/features/counter.wasm', import.meta.url)),
    );
    const instance = new WebAssembly.Instance(compiled, {
      env: {
        classify: (page: number) => this.#classify(page),
        symbolOf: (start: number, length: number) => symbolOf(this.#text(start >>> 0, length)),
      },
    });
    const counter = instance.exports as unknown as Counter;
    this.#counter = counter;
    counter.start(ngramRange[0], ngramRange[1], maps, this.#codePoints);
    const ways = {
      word: tokenizer === 'sklearn' ? counter.addPairs : counter.addWords,
      char: counter.addCharacters,
      char_wb: counter.addPaddedCharacters,
    };
    this.#add = ways[analyzer];
  }

  /** Counts the terms of a text as the next row. Throws `failed` where there are too many different ones. */
  add(text: string): void {
    guarded(() => {
      const at = this.#counter.roomAt(text.length) >>> 0;
      this.#memory().write(text, at, 'utf16le');
      this.#count(at, text.length);
    });
  }

  /** Counts the terms of texts as the next rows. */
  addAll({ units, ends }: Texts): void {
    guarded(() => {
      const room = this.#counter.roomAt(units.length) >>> 0;
      new Uint16Array(this.#counter.memory.buffer, room, units.length).set(units);
      let from = 0;
      for (const end of ends) {
        this.#count(room + 2 * from, end - from);
        from = end;
      }
    });
  }

  #count(at: number, length: number): void {
    if (this.#lowercase && !this.#counter.lower(at, length)) {
      const lowered = this.#text(at, length).toLowerCase();
      const aside = this.#counter.asideAt(lowered.length) >>> 0;
      this.#memory().write(lowered, aside, 'utf16le');
      this.#addRow(this.#add(aside, lowered.length));
    } else {
      this.#addRow(this.#add(at, length));
    }
  }

  #addRow(length: number): void {
    this.#rows.chunk.push(this.#chunks.length);
    this.#rows.offset.push(this.#waiting);
    this.#rows.length.push(length);
    this.#waiting += length;
    if (this.#waiting >= CHUNK) this.#take();
  }

  /** Everything that was counted. The counter is of no more use. */
  finish(): CountedTerms {
    const words = this.#codePoints ? null : this.#words();
    const { parents, symbols } = this.nodesFrom(0);
    return {
      ...this.takeRows(),
      nodes: { parents: shared(parents), symbols: shared(symbols) },
      words: words && { units: shared(words.units), starts: shared(words.starts) },
    };
  }

  /** The rows that were counted since they were last taken. */
  takeRows(): CountedRows {
    this.#take();
    const chunks = this.#chunks;
    const { chunk, offset, length } = this.#rows;
    this.#chunks = [];
    this.#rows = newRows();
    return {
      chunks,
      rows: { chunk: chunk.view().slice(), offset: offset.view().slice(), length: length.view().slice() },
    };
  }

  /** The nodes from a number on. */
  nodesFrom(first: number): Nodes {
    const counter = this.#counter;
    const count = counter.nodeCount() - first;
    return {
      parents: this.#numbers((counter.parentsAt() >>> 0) + 4 * first, count),
      symbols: this.#numbers((counter.nodeSymbolsAt() >>> 0) + 4 * first, count),
    };
  }

  /** The words from a number on, as they count. */
  wordsFrom(first: number): string[] {
    if (this.#mapped) return this.#mapped.slice(first);
    const counter = this.#counter;
    const starts = this.#numbers((counter.wordStartsAt() >>> 0) + 4 * first, counter.wordCount() + 1 - first);
    const at = counter.unitsAt() >>> 0;
    return Array.from(starts.subarray(1), (end, i) => this.#text(at + 2 * starts[i]!, end - starts[i]!));
  }

  /** How many terms have been met. */
  get nodeCount(): number {
    return this.#counter.nodeCount();
  }

  /** Takes the terms that `termsFrom` is to find; each is there once. */
  know(terms: Terms): void {
    if (this.#mapped) this.#known = new Map(terms.list().map((term, i) => [term, i]));
    if (this.#mapped) return;
    guarded(() => {
      const counter = this.#counter;
      const { units, ends } = terms.texts();
      const at = counter.roomForTerms(ends.length, units.length) >>> 0;
      const { buffer } = counter.memory;
      new Uint32Array(buffer, at, ends.length).set(ends);
      new Uint16Array(buffer, at + 4 * ends.length, units.length).set(units);
      counter.knowTerms();
    });
  }

  /** Which of the known terms the nodes from a number on are; NONE for others. */
  termsFrom(first: number): Uint32Array {
    const counter = this.#counter;
    const count = counter.nodeCount() - first;
    if (this.#known) {
      const { parents, symbols } = this.nodesFrom(first);
      return parents.map((parent, i) => {
        const own = this.#mapped![symbols[i]!]!;
        const text = parent === NONE ? own : `${this.#texts[parent]} ${own}`;
        this.#texts[first + i] = text;
        return this.#known!.get(text) ?? NONE;
      });
    }
    return guarded(() => {
      const out = counter.asideAt(2 * count) >>> 0;
      counter.termsOfNodes(first, first + count, !this.#codePoints, out);
      return this.#numbers(out, count);
    });
  }

  #take(): void {
    const count = this.#counter.outWaiting();
    this.#chunks.push({
      nodes: this.#numbers(this.#counter.outNodesAt() >>> 0, count),
      counts: this.#numbers(this.#counter.outCountsAt() >>> 0, count),
    });
    this.#counter.taken();
    this.#waiting = 0;
  }

  #words(): Words {
    if (this.#mapped) return wordsOf(this.#mapped);
    const starts = this.#numbers(this.#counter.wordStartsAt() >>> 0, this.#counter.wordCount() + 1);
    const at = this.#counter.unitsAt() >>> 0;
    return { units: new Uint16Array(this.#counter.memory.buffer, at, starts.at(-1)!).slice(), starts };
  }

  /** The text of units in the memory. */
  #text(at: number, length: number): string {
    return this.#memory().toString('utf16le', at, at + 2 * length);
  }

  /** A copy of u32 numbers in the memory. */
  #numbers(at: number, length: number): Uint32Array {
    return new Uint32Array(this.#counter.memory.buffer, at, length).slice();
  }

  /** The memory as bytes, which is another buffer once it has grown. */
  #memory(): Buffer {
    const { buffer } = this.#counter.memory;
    if (this.#bytes.buffer !== buffer) this.#bytes = Buffer.from(buffer);
    return this.#bytes;
  }

  #classify(page: number): void {
    const at = (this.#counter.classesAt() >>> 0) + (page << 8);
    this.#memory().set(classesOfPage(page), at);
  }
}

const newRows = () => ({
  chunk: new GrowableU32(),
  offset: new GrowableU32(),
  length: new GrowableU32(),
});

/** Memory that runs out while `work` counts, as an error that says so. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof WebAssembly.RuntimeError)) throw cause;
    throw new MaasError('failed', 'there are more different terms in these texts than can be counted', {
      hint: 'narrow --ngram-range, use --vectorizer hashing, or train on fewer rows',
      cause,
    });
  }
}
