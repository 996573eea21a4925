import type { AnalyzerOptions, Stem } from '../text/analyzer.js';
import { type Texts, textsOf } from '../text/batch.js';
import { tokenizers } from '../text/words.js';
import { NgramTree } from './ngram-tree.js';
import { HASH_START, hashUnit, WordTable } from './word-table.js';

const SPACE = 0x20;
/** In the place of a node: that of a word that no term holds, and that of a stop word. */
const [UNKNOWN, STOPPED] = [-1, -2];

/**
 * Finds the terms of a vocabulary of words and runs of words in texts: what looking up each term of `createAnalyzer` finds.
 * A run is known by its words, so that its text is never put together; nor is that of a word where the text is ASCII.
 */
export class WordTerms {
  /** The node of a term is its column; other nodes are those of words and runs that only longer terms hold. */
  readonly #words: WordTable;
  readonly #ngrams: NgramTree;
  readonly #columns: number;
  readonly #tokenize: (text: string) => string[];
  /** What an ASCII character is in a word, by its code; 0 where it is in none. Null where words have stems. */
  readonly #ascii: Uint8Array | null;
  readonly #shortest: number;
  /** Stop words, where they are left out before words have stems; else they are among the words. */
  readonly #stopped: ReadonlySet<string> | undefined;
  /** The units of a text's words one behind the other, and where each ends. */
  #units = new Uint16Array(1024);
  #ends = new Uint32Array(256);
  /** The hashes of a text's words, then their nodes. */
  #nodes = new Int32Array(256);
  /** How many units and how many words there are. */
  #used = 0;
  #length = 0;
  #found: Uint32Array;

  /** @param terms the term of each column */
  constructor(
    terms: Texts,
    private readonly options: AnalyzerOptions,
    private readonly stem?: Stem,
  ) {
    const { tokenizer, stopWords, lowercase } = options;
    this.#columns = terms.ends.length;
    this.#found = this.#roomForColumns();
    const spaces = spacesIn(terms);
    const ngrams = spaces.reduce((sum, count) => sum + Math.min(count, 1), 0);
    this.#words = new WordTable(this.#columns - ngrams);
    this.#ngrams = new NgramTree(ngrams, ngrams > 0 ? this.#columns : 0);
    this.#tokenize = tokenizers[tokenizer];
    this.#ascii = stem ? null : asciiClasses(lowercase);
    this.#shortest = tokenizer === 'sklearn' ? 2 : 1;
    if (stem) this.#stopped = new Set(stopWords);
    else this.#internWords(textsOf(stopWords ?? []), () => STOPPED);
    this.#learn(terms, spaces);
  }

  /** The columns of the terms in the text, repeats included, in no order; overwritten by the next call. */
  columnsOf(text: string): Uint32Array {
    this.#used = 0;
    this.#length = 0;
    if (!this.#ascii || !this.#readAscii(text, this.#ascii)) this.#readWords(text);
    this.#words.findAll(this.#units, this.#ends, this.#nodes, this.#length);
    if (this.options.stopWords && !this.#stopped) this.#leaveStopped();
    return this.#runs();
  }

  /** Reads the words of an ASCII text; answers false where it is none. */
  #readAscii(text: string, classes: Uint8Array): boolean {
    const { length } = text;
    this.#reserve(length, (length + 1) >> 1);
    const units = this.#units;
    const shortest = this.#shortest;
    let hash = HASH_START;
    let begun = 0;
    let used = 0;
    let words = 0;
    for (let i = 0; i <= length; i++) {
      const code = i < length ? text.charCodeAt(i) : SPACE;
      if (code > 127) return false;
      const unit = classes[code]!;
      if (unit !== 0) {
        units[used++] = unit;
        hash = hashUnit(hash, unit);
      } else if (used > begun) {
        if (used - begun >= shortest) {
          this.#ends[words] = used;
          this.#nodes[words++] = hash;
          begun = used;
        } else {
          used = begun;
        }
        hash = HASH_START;
      }
    }
    this.#used = used;
    this.#length = words;
    return true;
  }

  #readWords(text: string): void {
    for (const word of this.#tokenize(this.options.lowercase ? text.toLowerCase() : text)) {
      if (this.#stopped?.has(word)) continue;
      const own = this.stem ? this.stem(word) : word;
      this.#reserve(this.#used + own.length, this.#length + 1);
      let hash = HASH_START;
      for (let u = 0; u < own.length; u++) {
        const unit = own.charCodeAt(u);
        this.#units[this.#used++] = unit;
        hash = hashUnit(hash, unit);
      }
      this.#ends[this.#length] = this.#used;
      this.#nodes[this.#length++] = hash;
    }
  }

  /** Room for so many units and words. */
  #reserve(units: number, words: number): void {
    if (units > this.#units.length) {
      const larger = new Uint16Array(2 * units);
      larger.set(this.#units.subarray(0, this.#used));
      this.#units = larger;
    }
    if (words <= this.#nodes.length) return;
    const [ends, nodes] = [new Uint32Array(2 * words), new Int32Array(2 * words)];
    ends.set(this.#ends.subarray(0, this.#length));
    nodes.set(this.#nodes.subarray(0, this.#length));
    [this.#ends, this.#nodes] = [ends, nodes];
    this.#found = this.#roomForColumns();
  }

  /** Takes stop words out, of which runs of words know nothing. */
  #leaveStopped(): void {
    let left = 0;
    for (let w = 0; w < this.#length; w++) {
      if (this.#nodes[w] !== STOPPED) this.#nodes[left++] = this.#nodes[w]!;
    }
    this.#length = left;
  }

  /** The columns of the runs of words. */
  #runs(): Uint32Array {
    const [min, max] = this.options.ngramRange;
    const nodes = this.#nodes;
    const found = this.#found;
    const length = this.#length;
    const columns = this.#columns;
    let count = 0;
    if (max > 1) this.#ngrams.fetchPairs(nodes, length);
    for (let i = 0; i < length; i++) {
      let node = nodes[i]!;
      if (node === UNKNOWN) continue;
      if (min === 1 && node < columns) found[count++] = node;
      const end = Math.min(length, i + max);
      for (let j = i + 1; j < end; j++) {
        if (nodes[j] === UNKNOWN) break;
        node = this.#ngrams.find(node, nodes[j]!);
        if (node === UNKNOWN) break;
        if (j - i + 1 >= min && node < columns) found[count++] = node;
      }
    }
    return found.subarray(0, count);
  }

  /**
   * Gives each term its node: words first, then runs from the shortest on, since they begin with shorter ones.
   * @param spaces how many each term holds
   */
  #learn({ units, ends }: Texts, spaces: Uint8Array): void {
    let next = this.#columns;
    for (let more = 0; more < this.options.ngramRange[1]; more++) {
      for (let term = 0; term < ends.length; term++) {
        if (spaces[term] !== more) continue;
        let from = term === 0 ? 0 : ends[term - 1]!;
        let node = UNKNOWN;
        for (let n = 0; n <= more; n++) {
          let to = from;
          while (to < ends[term]! && units[to] !== SPACE) to++;
          const word = this.#words.intern(units, from, to - from, more === 0 ? term : next);
          if (word === next) next++;
          node = n === 0 ? word : this.#ngrams.intern(node, word, n === more ? term : next);
          if (node === next) next++;
          from = to + 1;
        }
      }
    }
  }

  #internWords({ units, ends }: Texts, nodeOf: (i: number) => number): void {
    ends.forEach((end, i) => {
      const from = i === 0 ? 0 : ends[i - 1]!;
      this.#words.intern(units, from, end - from, nodeOf(i));
    });
  }

  #roomForColumns(): Uint32Array {
    const [min, max] = this.options.ngramRange;
    return new Uint32Array(this.#nodes.length * (max - min + 1));
  }
}

function spacesIn({ units, ends }: Texts): Uint8Array {
  const spaces = new Uint8Array(ends.length);
  let from = 0;
  for (let i = 0; i < ends.length; i++) {
    for (; from < ends[i]!; from++) if (units[from] === SPACE) spaces[i]!++;
  }
  return spaces;
}

/** Letters, digits and `_`, as they count. */
function asciiClasses(lowercase: boolean): Uint8Array {
  const classes = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code);
    if (!/\w/.test(character)) continue;
    classes[code] = (lowercase ? character.toLowerCase() : character).charCodeAt(0);
  }
  return classes;
}
