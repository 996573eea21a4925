import { pythonSpaces } from '../text/words.js';

/** Bits of a character's class, as assembly/characters.ts has them. */
const classRegExps: [bit: number, RegExp][] = [
  [1, /[\p{L}\p{N}_]/u],
  [2, /\p{M}/u],
  [4, /[\u200c\u200d]/],
  [8, /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]/u],
  [16, /\p{Extended_Pictographic}/u],
  [32, new RegExp(`[${pythonSpaces}]`)],
];
const KNOWN = 64;
const CASED = 128;

/** The classes of the 256 code points of a page, as JavaScript's Unicode tables have them. */
export function classesOfPage(page: number): Uint8Array {
  const kinds = new Uint8Array(256).fill(KNOWN);
  const characters = Array.from(kinds, (_, i) => String.fromCodePoint((page << 8) + i));
  const all = characters.join('');
  const mark = (bit: number, matches: (text: string) => boolean) => {
    // most pages have none of a kind
    if (matches(all)) for (let i = 0; i < 256; i++) if (matches(characters[i]!)) kinds[i]! |= bit;
  };
  for (const [bit, regExp] of classRegExps) mark(bit, (text) => regExp.test(text));
  mark(CASED, (text) => text.toLowerCase() !== text);
  return kinds;
}
