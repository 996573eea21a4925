import { allBelow, sortedBy } from '../sparse/sort.js';
import { type CountedTerms, NONE } from './term-counter.js';
import { inOrder, rankWords } from './words.js';

/**
 * Nodes in code point order of their terms, as Python sorts strings. A term stands before those that go on from it, and
 * a space before every character of a word, so that terms compare symbol by symbol: sorted by the last symbol first,
 * each pass keeping the order of the one before.
 */
export function orderTerms({ nodes, words }: CountedTerms, kept: Uint32Array): Uint32Array {
  const { parents, symbols } = nodes;
  const ranks = words ? rankWords(words) : ranksOfCodePoints(symbols);
  const limit = ranks.reduce((most, rank) => (rank > most ? rank : most), 0) + 2;
  const depths = new Uint8Array(kept.length);
  let deepest = 0;
  for (let i = 0; i < kept.length; i++) {
    let depth = 1;
    for (let node = parents[kept[i]!]!; node !== NONE; node = parents[node]!) depth++;
    depths[i] = depth;
    if (depth > deepest) deepest = depth;
  }
  // of each term the node that ends at the symbol which is looked at
  const reached = kept.slice();
  const keys = new Uint32Array(kept.length);
  let order = allBelow(kept.length);
  for (let depth = deepest; depth > 0; depth--) {
    for (let i = 0; i < kept.length; i++) {
      if (depths[i]! < depth) {
        keys[i] = 0;
      } else {
        keys[i] = ranks[symbols[reached[i]!]!]! + 1;
        reached[i] = parents[reached[i]!]!;
      }
    }
    order = sortedBy(order, keys, limit);
  }
  return order.map((i) => kept[i]!);
}

/** The place of each code point that is a symbol among those. */
function ranksOfCodePoints(symbols: Uint32Array): Uint32Array {
  const ranks = new Uint32Array(0x110000);
  for (let i = 0; i < symbols.length; i++) ranks[symbols[i]!] = 1;
  let next = 0;
  for (let point = 0; point < ranks.length; point++) if (ranks[point] === 1) ranks[point] = next++;
  return ranks;
}

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
