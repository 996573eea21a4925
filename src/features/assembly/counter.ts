// AssemblyScript, compiled by scripts/build.mjs to dist/features/counter.wasm.
// Finds the terms of texts and counts them by row, without making a string: words are hashed and compared in place,
// and an n-gram is a node in a tree of its symbols (words, or code points for character n-grams).
import { beginRow, countWhole, cut, endRow, shortest, startTree, symbol } from './tree';
import { BASIS, PRIME, startWords, wordSymbol } from './words';

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
  if (length > inputCapacity) {
    heap.free(input);
    inputCapacity = length + (length >> 1);
    input = heap.alloc(<usize>inputCapacity << 1);
  }
  return input;
}

/** Runs of two or more letters, scikit-learn's pattern (?u)\b\w\w+\b on what Python takes for \w. */
export function addPairs(length: u32): u32 {
  beginRow();
  const end = input + (<usize>length << 1);
  let p = input;
  while (p < end) {
    const from = p;
    let hash = BASIS;
    let run: u32 = 0;
    let wide: usize = 2;
    for (; p < end; p += wide) {
      const unit = <u32>load<u16>(p);
      if (unit < 0x80) {
        wide = 2;
        if ((load<u8>(classes + <usize>unit) & LETTER) == 0) break;
        hash = (hash ^ unit) * PRIME;
      } else {
        const point = pointAt(p, end);
        wide = widthOf(point);
        if ((classOf(point) & LETTER) == 0) break;
        hash = (hash ^ unit) * PRIME;
        if (wide == 4) hash = (hash ^ <u32>load<u16>(p, 2)) * PRIME;
      }
      run++;
    }
    if (run >= 2) symbol(wordSymbol(from, <u32>((p - from) >> 1), hash));
    // what ended the run
    if (p < end) p += wide;
  }
  return endRow();
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
    let hash: u32 = BASIS;
    for (let q = from; q < p; q += 2) hash = (hash ^ <u32>load<u16>(q)) * PRIME;
    symbol(wordSymbol(from, <u32>((p - from) >> 1), hash));
  }
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
    cut();
    let size: u32 = 2;
    symbol(0x20);
    do {
      symbol(point);
      size++;
      p += widthOf(point);
      if (p >= end) break;
      point = pointAt(p, end);
    } while ((classOf(point) & SPACE) == 0);
    symbol(0x20);
    if (size < shortest()) countWhole(size);
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
