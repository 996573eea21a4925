import { textsOf } from '../text/batch.js';
import { type CountedTerms, NONE } from './term-counter.js';
import { nodeText } from './term-nodes.js';
import type { Terms } from './terms.js';
import { encodeTerms } from './terms-json.js';
import { type Words, wordText } from './words.js';

/** The terms of nodes, whose text is made where somebody asks for it. */
export function termsOfNodes(counted: Pick<CountedTerms, 'nodes' | 'words'>, of: Uint32Array): Terms {
  const { nodes, words } = counted;
  const asNodes = { nodes, words, of };
  const textOf = nodeText(asNodes);
  let listed: readonly string[] | undefined;
  const list = () => {
    listed ??= Array.from(of, textOf);
    return listed;
  };
  return {
    length: of.length,
    list,
    toJSON: list,
    asNodes,
    encode: () => encodeTerms(asNodes),
    texts: () => textsOf(list()),
    at: (column) => textOf(of[column]!),
    columnsOf: (terms) => columnsOf(counted, of, textOf, new Set(terms)),
  };
}

/** Columns of some terms: of a node whose symbols are all among theirs, and whose hash is one of theirs, text is made. */
function columnsOf(
  { nodes: { parents, symbols }, words }: Pick<CountedTerms, 'nodes' | 'words'>,
  of: Uint32Array,
  textOf: (node: number) => string,
  terms: ReadonlySet<string>,
): Map<string, number> {
  const split = words
    ? symbolsOfWords(words, terms)
    : (term: string) => Array.from(term, (character) => character.codePointAt(0)!);
  const hashes = new Set<number>();
  const among = new Uint8Array(words ? words.starts.length : 0x110000);
  for (const term of terms) {
    const own = split(term);
    if (own.includes(NONE)) continue;
    for (const symbol of own) among[symbol] = 1;
    hashes.add(own.reduceRight(hashed, 0));
  }
  const found = new Map<string, number>();
  for (let column = 0; column < of.length; column++) {
    let hash = 0;
    let node = of[column]!;
    while (node !== NONE && among[symbols[node]!] === 1) {
      hash = hashed(hash, symbols[node]!);
      node = parents[node]!;
    }
    if (node !== NONE || !hashes.has(hash)) continue;
    const term = textOf(of[column]!);
    if (terms.has(term)) found.set(term, column);
  }
  return found;
}

const hashed = (hash: number, symbol: number) => Math.imul(hash ^ symbol, 0x9e3779b1) + 1;

/** The numbers of a term's words; NONE for words that are not there. */
function symbolsOfWords(words: Words, terms: Iterable<string>): (term: string) => number[] {
  const numbers = new Map([...terms].flatMap((term) => term.split(' ')).map((word) => [word, NONE]));
  // of most words no text is made: hardly any other has the same length and these units
  const looks = new Uint8Array(1 << 16);
  const look = (length: number, first: number, middle: number, last: number) =>
    Math.imul(Math.imul(Math.imul(length ^ first, 0x9e3779b1) ^ middle, 0x85ebca6b) ^ last, 0xc2b2ae35) >>>
    16;
  for (const word of numbers.keys()) {
    const { length } = word;
    if (length === 0) continue;
    looks[look(length, word.charCodeAt(0), word.charCodeAt(length >> 1), word.charCodeAt(length - 1))] = 1;
  }
  const { starts, units } = words;
  for (let word = 0; word < starts.length - 1; word++) {
    const [from, to] = [starts[word]!, starts[word + 1]!];
    const length = to - from;
    if (looks[look(length, units[from]!, units[from + (length >> 1)]!, units[to - 1]!)] === 0) continue;
    const text = wordText(words, word);
    if (numbers.has(text)) numbers.set(text, word);
  }
  return (term) => term.split(' ').map((word) => numbers.get(word)!);
}
