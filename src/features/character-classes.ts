import { pythonSpaces } from '../text/words.js';

/** Bits of a character's class, as assembly/characters.ts has them. */
const classRegExps: [bit: number, RegExp][] = [
  [1, /[\p{L}\p{N}_]+/gu],
  [2, /\p{M}+/gu],
  [4, /[\u200c\u200d]+/g],
  [8, /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]+/gu],
  [16, /\p{Extended_Pictographic}+/gu],
  [32, new RegExp(`[${pythonSpaces}]+`, 'g')],
];
const KNOWN = 64;
const CASED = 128;

/** The classes of the 256 code points of a page, as JavaScript's Unicode tables have them. */
export function classesOfPage(page: number): Uint8Array {
  const kinds = new Uint8Array(256).fill(KNOWN);
  const characters = Array.from(kinds, (_, i) => String.fromCodePoint((page << 8) + i));
  const all = characters.join('');
  const units = all.length / 256;
  for (const [bit, regExp] of classRegExps) {
    for (const { index, 0: run } of all.matchAll(regExp)) {
      for (let i = index / units; i < (index + run.length) / units; i++) kinds[i]! |= bit;
    }
  }
  // most pages have no cases
  if (all.toLowerCase() === all) return kinds;
  characters.forEach((character, i) => {
    if (character.toLowerCase() !== character) kinds[i]! |= CASED;
  });
  return kinds;
}
