// Code points in UTF-16, and their classes, which JavaScript knows and which are asked for a page at a time.

/** Classifies the 256 code points of a page into `classesAt()`; called once for each page that texts touch. */
// @ts-expect-error: decorator
@external('env', 'classify')
declare function classify(page: u32): void;

/** Classes of code points, as bits; 0 where the page has not been classified. */
export const LETTER: u8 = 1; // letters, numbers and _
export const MARK: u8 = 2; // combining marks
export const JOINER: u8 = 4; // zero-width joiner and non-joiner
export const ALONE: u8 = 8; // a word of its own: Han, Hiragana, Katakana
export const PICTURE: u8 = 16; // a pictograph
export const SPACE: u8 = 32; // white space as Python has it
export const CASED: u8 = 128; // not what it is in lower case

const classes: usize = heap.alloc(0x110000);
memory.fill(classes, 0, 0x110000);

// @ts-expect-error: decorator
@inline
export function pointAt(p: usize, end: usize): u32 {
  const unit = <u32>load<u16>(p);
  if ((unit & 0xfc00) != 0xd800 || p + 2 >= end) return unit;
  const low = <u32>load<u16>(p, 2);
  return (low & 0xfc00) == 0xdc00 ? 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff) : unit;
}

// @ts-expect-error: decorator
@inline
export function widthOf(point: u32): usize {
  return point >= 0x10000 ? 4 : 2;
}

// @ts-expect-error: decorator
@inline
export function classOf(point: u32): u8 {
  const kind = load<u8>(classes + <usize>point);
  if (kind) return kind;
  classify(point >> 8);
  return load<u8>(classes + <usize>point);
}

export function classesAt(): usize {
  return classes;
}

/** ASCII is looked up without asking whether it is known. */
export function startCharacters(): void {
  classify(0);
}
