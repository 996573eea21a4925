import { classesOfPage } from '../../features/character-classes.js';
import { pythonSpaces } from '../../text/words.js';

// ONNX Runtime finds words with RE2, whose Unicode tables are older or newer than those of the Node that trained. So
// classes are written out as ranges of characters.

/** The letter whose lower case is two characters in JavaScript and one in ONNX Runtime, where it is i. */
export const DOTTED_I = '\u0130';

const LAST = 0x10ffff;
const LETTER = 1;
const MARK = 2;
const JOINER = 4;
const IDEOGRAPH = 8;
const PICTOGRAPH = 16;
const CASED = 128;

/** Classes of characters as RE2 has them between brackets. */
export interface CharacterRanges {
  /** Letters, digits and `_`; without İ where texts are lower-cased. */
  word: string;
  /** What begins a word of the tokenizer `unicode`, and what goes on with it. */
  begins: string;
  continues: string;
  ideograph: string;
  mark: string;
  pictograph: string;
}

/** Looking at all characters takes a while. */
const known = new Map<boolean, CharacterRanges>();

/** The classes of characters that words are made of, before lower-casing: a character is what its lower case is. */
export function characterRanges(lowercase: boolean): CharacterRanges {
  const ranges = known.get(lowercase) ?? findRanges(lowercase);
  known.set(lowercase, ranges);
  return ranges;
}

function findRanges(lowercase: boolean): CharacterRanges {
  const kinds = new Uint8Array(LAST + 1);
  for (let page = 0; page <= LAST >> 8; page++) {
    // halves of surrogate pairs are no characters
    if (page < 0xd8 || page > 0xdf) kinds.set(classesOfPage(page), page << 8);
  }
  if (lowercase) {
    const own = kinds.slice();
    for (let c = 0; c <= LAST; c++) {
      if (own[c]! & CASED) kinds[c] = own[String.fromCodePoint(c).toLowerCase().codePointAt(0)!]!;
    }
  }
  const dotted = lowercase ? DOTTED_I.codePointAt(0) : undefined;
  return {
    word: ranges((c) => (kinds[c]! & LETTER) !== 0 && c !== dotted),
    begins: ranges((c) => (kinds[c]! & (LETTER | IDEOGRAPH)) === LETTER),
    continues: ranges((c) => (kinds[c]! & (LETTER | MARK | JOINER)) !== 0 && !(kinds[c]! & IDEOGRAPH)),
    ideograph: ranges((c) => (kinds[c]! & IDEOGRAPH) !== 0),
    mark: ranges((c) => (kinds[c]! & MARK) !== 0),
    pictograph: ranges((c) => (kinds[c]! & PICTOGRAPH) !== 0),
  };
}

/** White space, between brackets. */
export const spaceRanges = pythonSpaces.replace(/\\u([0-9a-f]{4})/g, '\\x{$1}');

/** Runs of characters that have something in common. */
function ranges(has: (character: number) => boolean): string {
  let out = '';
  for (let c = 0; c <= LAST; c++) {
    if (!has(c)) continue;
    const from = c;
    while (c < LAST && has(c + 1)) c++;
    out += from === c ? hex(c) : `${hex(from)}-${hex(c)}`;
  }
  return out;
}

const hex = (character: number) => `\\x{${character.toString(16)}}`;
