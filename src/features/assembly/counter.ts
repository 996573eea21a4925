// AssemblyScript, compiled by scripts/build.mjs to dist/features/counter.wasm.
// Finds the terms of texts and counts them by row, without making a string: words are hashed and compared in place,
// and an n-gram is a node in a tree of its symbols (words, or code points for character n-grams).
import {
  ALONE,
  CASED,
  classOf,
  JOINER,
  LETTER,
  MARK,
  PICTURE,
  pointAt,
  SPACE,
  startCharacters,
  widthOf,
} from './characters';
import { beginRow, cutWhole, endRow, startTree, symbol } from './tree';
import { lookUp, startWords, word } from './words';

export { classesAt } from './characters';
export { knowTerms, roomForTerms, termsOfNodes } from './dictionary';
export { nodeCount, nodeSymbolsAt, outCountsAt, outNodesAt, outWaiting, parentsAt, taken } from './tree';
export { unitsAt, wordCount, wordStartsAt } from './words';

/** Bytes behind a text that may be read, and mean nothing. */
const READ_AHEAD: usize = 16;

/** Room for texts in UTF-16 units, and for one that JavaScript has put into lower case. */
let room: usize = 0;
let roomCapacity: u32 = 0;
let aside: usize = 0;
let asideCapacity: u32 = 0;

/** The text that is being read: its units from the first to behind the last. */
let input: usize = 0;
let inputEnd: usize = 0;

/** Begins with nothing; lengths of n-grams, both inclusive; `maps` asks `symbolOf` about each new word. */
export function start(first: u32, last: u32, maps: bool, codePoints: bool): void {
  startCharacters();
  startWords(maps);
  startTree(first, last, codePoints ? 0x110000 : 1 << 11);
}

/** Where to write texts of so many units together. */
export function roomAt(length: u32): usize {
  if (length > roomCapacity) {
    if (roomCapacity) heap.free(room);
    roomCapacity = length + (length >> 1);
    room = heap.alloc((<usize>roomCapacity << 1) + READ_AHEAD);
  }
  return room;
}

/** Where to write a single text of so many units, beside those. */
export function asideAt(length: u32): usize {
  if (length > asideCapacity) {
    if (asideCapacity) heap.free(aside);
    asideCapacity = length + (length >> 1);
    aside = heap.alloc((<usize>asideCapacity << 1) + READ_AHEAD);
  }
  return aside;
}

/**
 * Puts a text into lower case in place, if ASCII is all that changes, which then does so everywhere alike. False, with
 * nothing lost but the case of ASCII, if other characters change, whose rules JavaScript knows.
 */
export function lower(at: usize, length: u32): bool {
  const end = at + (<usize>length << 1);
  let p = at;
  for (; p + 16 <= end; p += 16) {
    const units = v128.load(p);
    if (v128.any_true(v128.and(units, i16x8.splat(-128)))) {
      for (let q = p; q < p + 16; q += 2) if (!lowerUnit(q, at, end)) return false;
      continue;
    }
    const upper = i16x8.lt_u(i16x8.sub(units, i16x8.splat(0x41)), i16x8.splat(26));
    v128.store(p, v128.or(units, v128.and(upper, i16x8.splat(0x20))));
  }
  for (; p < end; p += 2) if (!lowerUnit(p, at, end)) return false;
  return true;
}

// @ts-expect-error: decorator
@inline
function lowerUnit(p: usize, start: usize, end: usize): bool {
  const unit = <u32>load<u16>(p);
  if (unit < 0x80) {
    if (unit - 0x41 < 26) store<u16>(p, unit | 0x20);
    return true;
  }
  // a low surrogate was looked at with the high one before it
  return (classOf((unit & 0xfc00) == 0xdc00 ? unit : pointAt(p, end)) & CASED) == 0;
}

// @ts-expect-error: decorator
@inline
function begin(at: usize, length: u32): void {
  input = at;
  inputEnd = at + (<usize>length << 1);
  beginRow();
}

/** Units that are classified at a time. */
const BLOCK: u32 = 64;

/** Runs of two or more letters, scikit-learn's pattern (?u)\b\w\w+\b on what Python takes for \w. */
export function addPairs(from: usize, length: u32): u32 {
  begin(from, length);
  // where the run began that reaches into the block; 0 if none does
  let open: usize = 0;
  for (let i: u32 = 0; i < length; i += BLOCK) {
    const at = input + (<usize>i << 1);
    const letters = lettersAt(at, min(length - i, BLOCK));
    // bits where a run begins or ends
    let borders = letters ^ ((letters << 1) | <u64>(open != 0));
    while (borders != 0) {
      const p = at + (<usize>ctz(borders) << 1);
      if (open == 0) {
        open = p;
      } else {
        pair(open, p);
        open = 0;
      }
      borders &= borders - 1;
    }
  }
  if (open != 0) pair(open, inputEnd);
  lookUp();
  return endRow();
}

/** A run of letters, which is a word unless it is a single one. */
// @ts-expect-error: decorator
@inline
function pair(from: usize, to: usize): void {
  const units = <u32>((to - from) >> 1);
  if (units > 2 || (units == 2 && (<u32>load<u16>(from) & 0xfc00) != 0xd800)) word(from, units);
}

/** A bit for each of up to 64 units that is part of a letter; those beyond `length` are none. */
// @ts-expect-error: decorator
@inline
function lettersAt(at: usize, length: u32): u64 {
  let letters: u64 = 0;
  if (length == BLOCK) {
    let all = v128.load(at);
    for (let i: usize = 16; i < <usize>BLOCK << 1; i += 16) all = v128.or(all, v128.load(at + i));
    if (!v128.any_true(v128.and(all, i16x8.splat(-128)))) {
      for (let i: u64 = 0; i < 4; i++) {
        // two registers of units below 128 are one of bytes
        const bytes = i8x16.narrow_i16x8_u(v128.load(at + (<usize>i << 5)), v128.load(at + (<usize>i << 5), 16));
        const lower = v128.or(bytes, i8x16.splat(0x20));
        const isLetter = i8x16.lt_u(i8x16.sub(lower, i8x16.splat(0x61)), i8x16.splat(26));
        const isDigit = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10));
        const found = v128.or(v128.or(isLetter, isDigit), i8x16.eq(bytes, i8x16.splat(0x5f)));
        letters |= <u64>(<u32>i8x16.bitmask(found)) << (i << 4);
      }
      return letters;
    }
  }
  return lettersOneByOne(at, length);
}

function lettersOneByOne(at: usize, length: u32): u64 {
  let letters: u64 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const p = at + (<usize>i << 1);
    const unit = <u32>load<u16>(p);
    let point = unit;
    // a low surrogate is what the high one before it is
    if ((unit & 0xfc00) == 0xdc00 && p > input && (<u32>load<u16>(p - 2) & 0xfc00) == 0xd800) point = pointAt(p - 2, inputEnd);
    else if (unit >= 0xd800) point = pointAt(p, inputEnd);
    if (classOf(point) & LETTER) letters |= 1 << <u64>i;
  }
  return letters;
}

/** Words as the tokenizer `unicode` finds them. */
export function addWords(start: usize, length: u32): u32 {
  begin(start, length);
  const end = inputEnd;
  let p = input;
  while (p < end) {
    const from = p;
    const point = pointAt(p, end);
    const kind = classOf(point);
    p += widthOf(point);
    let follows: u8;
    if (kind & ALONE) {
      follows = MARK;
    } else if (kind & LETTER) {
      follows = LETTER | MARK | JOINER;
    } else {
      if ((kind & PICTURE) == 0) continue;
      follows = 0;
    }
    while (follows != 0 && p < end) {
      const next = pointAt(p, end);
      const nextKind = classOf(next);
      if ((nextKind & follows) == 0 || (follows != MARK && (nextKind & ALONE) != 0)) break;
      p += widthOf(next);
    }
    word(from, <u32>((p - from) >> 1));
  }
  lookUp();
  return endRow();
}

/** Code points; a run of two or more white spaces is one space. */
export function addCharacters(start: usize, length: u32): u32 {
  begin(start, length);
  const end = inputEnd;
  let p = input;
  while (p < end) {
    const point = pointAt(p, end);
    p += widthOf(point);
    if (classOf(point) & SPACE) {
      const from = p;
      while (p < end) {
        const next = pointAt(p, end);
        if ((classOf(next) & SPACE) == 0) break;
        p += widthOf(next);
      }
      symbol(p > from ? 0x20 : point);
    } else {
      symbol(point);
    }
  }
  return endRow();
}

/** Code points of each word between white space, a space before and behind it; a word too short counts once, whole. */
export function addPaddedCharacters(start: usize, length: u32): u32 {
  begin(start, length);
  const end = inputEnd;
  let p = input;
  while (p < end) {
    let point = pointAt(p, inputEnd);
    if (classOf(point) & SPACE) {
      p += widthOf(point);
      continue;
    }
    symbol(0x20);
    do {
      symbol(point);
      p += widthOf(point);
      if (p >= end) break;
      point = pointAt(p, end);
    } while ((classOf(point) & SPACE) == 0);
    symbol(0x20);
    cutWhole();
  }
  return endRow();
}
