import { type CountedTerms, NONE } from './term-counter.js';

/**
 * The nodes that are kept, in code point order of their terms, as Python sorts strings. A term stands before those that
 * go on from it, and a space before every character of a word, so that this is the order in which one walks through
 * the tree, children in the order of their symbols.
 */
export function orderTerms({ nodes, words }: CountedTerms, kept: (node: number) => boolean): Uint32Array {
  const { parents, symbols } = nodes;
  const count = parents.length;
  const ranks = words && ranksOf(words);
  const bySymbol = sortedBy(
    allBelow(count),
    ranks ? symbols.map((symbol) => ranks[symbol]!) : symbols,
    ranks?.length ?? 0x110000,
  );
  // those without a parent stand behind all others
  const above = parents.map((parent) => (parent === NONE ? count : parent));
  const siblings = sortedBy(bySymbol, above, count + 1);
  const firstChild = new Uint32Array(count + 2);
  for (let node = 0; node < count; node++) firstChild[above[node]! + 1]!++;
  for (let node = 0; node <= count; node++) firstChild[node + 1]! += firstChild[node]!;
  const order = new Uint32Array(count);
  let length = 0;
  const path = [count];
  const next = [firstChild[count]!];
  while (path.length > 0) {
    const top = path.length - 1;
    if (next[top] === firstChild[path[top]! + 1]) {
      path.pop();
      next.pop();
      continue;
    }
    const node = siblings[next[top]!++]!;
    if (kept(node)) order[length++] = node;
    if (firstChild[node] !== firstChild[node + 1]) {
      path.push(node);
      next.push(firstChild[node]!);
    }
  }
  return order.slice(0, length);
}

/** The terms of nodes as text: words with a space between them, or code points. */
export function termTexts({ nodes, words }: CountedTerms, of: Uint32Array): string[] {
  const { parents, symbols } = nodes;
  const own = (node: number) => (words ? words[symbols[node]!]! : String.fromCodePoint(symbols[node]!));
  const textOf = (node: number): string => {
    const parent = parents[node]!;
    if (parent === NONE) return own(node);
    return words ? `${textOf(parent)} ${own(node)}` : textOf(parent) + own(node);
  };
  return Array.from(of, textOf);
}

/** How many UTF-16 units words are sorted by before those that are still equal are compared. */
const UNITS = 6;

/** The place of each word among all in code point order. */
function ranksOf(words: readonly string[]): Uint32Array {
  let order: Uint32Array = allBelow(words.length);
  const keys = new Uint32Array(words.length);
  for (let unit = UNITS - 1; unit >= 0; unit--) {
    for (let i = 0; i < words.length; i++) {
      // none sorts before any
      keys[i] = unit < words[i]!.length ? inOrder(words[i]!.charCodeAt(unit)) + 1 : 0;
    }
    order = sortedBy(order, keys, 0x10001);
  }
  for (let from = 0, to = 1; from < order.length; from = to++) {
    const start = words[order[from]!]!.slice(0, UNITS);
    while (to < order.length && words[order[to]!]!.startsWith(start) && start.length === UNITS) to++;
    if (to - from > 1) order.subarray(from, to).sort((a, b) => compareCodePoints(words[a]!, words[b]!));
  }
  const ranks = new Uint32Array(words.length);
  for (let rank = 0; rank < order.length; rank++) ranks[order[rank]!] = rank;
  return ranks;
}

/** Numbers in the order of their keys, which are below `limit`; equal ones stay as they are (a counting sort). */
function sortedBy(numbers: Uint32Array, keys: Uint32Array, limit: number): Uint32Array {
  const starts = new Uint32Array(limit + 1);
  for (let i = 0; i < numbers.length; i++) starts[keys[numbers[i]!]! + 1]!++;
  for (let key = 0; key < limit; key++) starts[key + 1]! += starts[key]!;
  const sorted = new Uint32Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) sorted[starts[keys[numbers[i]!]!]!++] = numbers[i]!;
  return sorted;
}

function allBelow(length: number): Uint32Array {
  const all = new Uint32Array(length);
  for (let i = 0; i < length; i++) all[i] = i;
  return all;
}

/** A UTF-16 unit, moved so that units sort as the code points do that they belong to: surrogates above all others. */
const inOrder = (unit: number) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

/** Below, at or above zero as `a` stands before, with or behind `b` in code point order. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return inOrder(x) - inOrder(y);
  }
  return a.length - b.length;
}
