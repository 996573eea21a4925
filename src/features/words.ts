import { allBelow, sortedBy } from '../sparse/sort.js';

/** Words by number: the UTF-16 units of all, one after the other. Plain data that can be sent from thread to thread. */
export interface Words {
  units: Uint16Array;
  /** Where the units of each word start; one more than there are words. */
  starts: Uint32Array;
}

export function wordsOf(texts: readonly string[]): Words {
  const starts = new Uint32Array(texts.length + 1);
  for (let i = 0; i < texts.length; i++) starts[i + 1] = starts[i]! + texts[i]!.length;
  const units = new Uint16Array(starts[texts.length]!);
  for (let i = 0; i < texts.length; i++) {
    for (let u = 0; u < texts[i]!.length; u++) units[starts[i]! + u] = texts[i]!.charCodeAt(u);
  }
  return { units, starts };
}

export function wordText({ units, starts }: Words, word: number): string {
  let text = '';
  for (let at = starts[word]!; at < starts[word + 1]!; at++) text += String.fromCharCode(units[at]!);
  return text;
}

/** How many UTF-16 units words are sorted by before those that are still equal are compared. */
const UNITS = 6;

/** The place of each word among all in code point order. */
export function rankWords({ units, starts }: Words): Uint32Array {
  const count = starts.length - 1;
  let order = allBelow(count);
  const keys = new Uint32Array(count);
  for (let u = UNITS - 1; u >= 0; u--) {
    for (let i = 0; i < count; i++) {
      const at = starts[i]! + u;
      // none sorts before any
      keys[i] = at < starts[i + 1]! ? inOrder(units[at]!) + 1 : 0;
    }
    order = sortedBy(order, keys, 0x10001);
  }
  const lengthOf = (word: number) => starts[word + 1]! - starts[word]!;
  const compare = (a: number, b: number) => {
    const shorter = Math.min(lengthOf(a), lengthOf(b));
    for (let u = UNITS; u < shorter; u++) {
      const x = units[starts[a]! + u]!;
      const y = units[starts[b]! + u]!;
      if (x !== y) return inOrder(x) - inOrder(y);
    }
    return lengthOf(a) - lengthOf(b);
  };
  const alike = (a: number, b: number) => {
    if (lengthOf(a) < UNITS || lengthOf(b) < UNITS) return false;
    for (let u = 0; u < UNITS; u++) if (units[starts[a]! + u] !== units[starts[b]! + u]) return false;
    return true;
  };
  for (let from = 0, to = 1; from < count; from = to++) {
    while (to < count && alike(order[from]!, order[to]!)) to++;
    if (to - from > 1) order.subarray(from, to).sort(compare);
  }
  const ranks = new Uint32Array(count);
  for (let rank = 0; rank < count; rank++) ranks[order[rank]!] = rank;
  return ranks;
}

/** A UTF-16 unit, moved so that units sort as the code points do that they belong to: surrogates above all others. */
export const inOrder = (unit: number) =>
  unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
