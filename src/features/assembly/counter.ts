// AssemblyScript, compiled by scripts/build.mjs to dist/features/counter.wasm.
// Finds the terms of texts and counts them by row, without making a string: words are hashed and compared in place,
// and an n-gram is a node in a tree of its symbols (words, or code points for character n-grams).
import { beginRow, cutWhole, endRow, startTree, symbol } from './tree';
import { lookUp, startWords, word } from './words';

export { describeNodes, nodeCount, outCountsAt, outNodesAt, outWaiting, taken } from './tree';
export { unitsAt, wordCount, wordStartsAt } from './words';

/** Classifies the 256 code points of a page into `classesAt()`; called once for each page that texts touch. */
// @ts-expect-error: decorator
@external('env', 'classify')
declare function classify(page: u32): void;

/** Classes of code points, as bits; 0 where the page has not been classified. */
const LETTER: u8 = 1; // letters, numbers and _
const MARK: u8 = 2; // combining marks
const JOINER: u8 = 4; // zero-width joiner and non-joiner
const ALONE: u8 = 8; // a word of its own: Han, Hiragana, Katakana
const PICTURE: u8 = 16; // a pictograph
const SPACE: u8 = 32; // white space as Python has it

const classes: usize = heap.alloc(0x110000);
memory.fill(classes, 0, 0x110000);

// the text that is being read, in UTF-16 units
let input: usize = 0;
let inputCapacity: u32 = 0;
let textLength: u32 = 0;

/** Begins with nothing; lengths of n-grams, both inclusive; `maps` asks `symbolOf` about each new word. */
export function start(first: u32, last: u32, maps: bool, codePoints: bool): void {
  inputCapacity = 1 << 14;
  input = heap.alloc(<usize>inputCapacity << 1);
  // ASCII is looked up without asking whether it is known
  classify(0);
  startWords(maps);
  startTree(first, last, codePoints ? 0x110000 : 1 << 11);
}

export function classesAt(): usize {
  return classes;
}

/** Where to write a text of so many units. */
export function inputAt(length: u32): usize {
  textLength = length;
  if (length > inputCapacity) {
    heap.free(input);
    inputCapacity = length + (length >> 1);
    input = heap.alloc(<usize>inputCapacity << 1);
  }
  return input;
}

/** Units that are classified at a time. */
const BLOCK: u32 = 64;

/** Runs of two or more letters, scikit-learn's pattern (?u)\b\w\w+\b on what Python takes for \w. */
export function addPairs(length: u32): u32 {
  beginRow();
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
  if (open != 0) pair(open, input + (<usize>length << 1));
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
  const end = input + (<usize>textLength << 1);
  for (let i: u32 = 0; i < length; i++) {
    const p = at + (<usize>i << 1);
    const unit = <u32>load<u16>(p);
    let point = unit;
    // a low surrogate is what the high one before it is
    if ((unit & 0xfc00) == 0xdc00 && p > input && (<u32>load<u16>(p - 2) & 0xfc00) == 0xd800) point = pointAt(p - 2, end);
    else if (unit >= 0xd800) point = pointAt(p, end);
    if (classOf(point) & LETTER) letters |= 1 << <u64>i;
  }
  return letters;
}

/** Words as the tokenizer `unicode` finds them. */
export function addWords(length: u32): u32 {
  beginRow();
  const end = input + (<usize>length << 1);
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
export function addCharacters(length: u32): u32 {
  beginRow();
  const end = input + (<usize>length << 1);
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
export function addPaddedCharacters(length: u32): u32 {
  beginRow();
  const end = input + (<usize>length << 1);
  let p = input;
  while (p < end) {
    let point = pointAt(p, end);
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

/** Room for the description of nodes. */
export function allocate(bytes: u32): usize {
  return heap.alloc(bytes);
}

// @ts-expect-error: decorator
@inline
function pointAt(p: usize, end: usize): u32 {
  const unit = <u32>load<u16>(p);
  if ((unit & 0xfc00) != 0xd800 || p + 2 >= end) return unit;
  const low = <u32>load<u16>(p, 2);
  return (low & 0xfc00) == 0xdc00 ? 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff) : unit;
}

// @ts-expect-error: decorator
@inline
function widthOf(point: u32): usize {
  return point >= 0x10000 ? 4 : 2;
}

// @ts-expect-error: decorator
@inline
function classOf(point: u32): u8 {
  const kind = load<u8>(classes + <usize>point);
  if (kind) return kind;
  classify(point >> 8);
  return load<u8>(classes + <usize>point);
}
