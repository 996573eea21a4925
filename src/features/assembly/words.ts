// Words: their UTF-16 units one after the other, numbered as they first appear, in a hash table.
import { symbol } from './tree';
import { grown, zeros } from './memory';

/** The symbol that a new word counts as: its own, that of its stem, or NONE for a stop word. */
// @ts-expect-error: decorator
@external('env', 'symbolOf')
declare function symbolOf(start: usize, length: u32): u32;

let mapped: bool = false;
let units: usize = 0;
let unitsUsed: u32 = 0;
let unitsCapacity: u32 = 0;
let words: u32 = 0;
let capacity: u32 = 0;
/** Where the units of each word start; one more entry than words. */
let starts: usize = 0;
let symbols: usize = 0;
/**
 * Slots of 32 bytes: hash, word + 1 (0: none), start, length, the first eight units (zeros behind a shorter word), so
 * that most words are compared without a loop. Open addressing, at most half full.
 */
let slots: usize = 0;
let mask: u32 = 0;

/**
 * Words that were found and wait to be looked up, 12 bytes each: where, length, hash. Looked up many at a time, so that
 * the memory that they need is fetched at once and not one after the other.
 */
const WAITING: u32 = 256;
let waiting: usize = 0;
let found: u32 = 0;
/** Keeps the fetching loops from being optimised away. */
let touched: u32 = 0;

export function startWords(maps: bool): void {
  mapped = maps;
  unitsCapacity = 1 << 14;
  units = heap.alloc(<usize>unitsCapacity << 1);
  capacity = 1 << 11;
  starts = heap.alloc((<usize>capacity + 1) << 2);
  store<u32>(starts, 0);
  symbols = heap.alloc(<usize>capacity << 2);
  mask = (1 << 12) - 1;
  slots = zeros((<usize>mask + 1) << 5);
  waiting = heap.alloc(<usize>WAITING * 12);
}

export function unitsAt(): usize {
  return units;
}

export function wordStartsAt(): usize {
  return starts;
}

export function wordCount(): u32 {
  return words;
}

/** Takes the word at `start`, which must stay there until `lookUp`. */
export function word(start: usize, length: u32): void {
  const at = waiting + <usize>found * 12;
  store<u32>(at, <u32>start);
  store<u32>(at, length, 4);
  store<u32>(at, hashOf(start, length), 8);
  if (++found == WAITING) lookUp();
}

/** Hands the symbols of the words that wait to the tree, in order. */
export function lookUp(): void {
  const end = waiting + <usize>found * 12;
  let sum: u32 = 0;
  for (let at = waiting; at < end; at += 12) sum += load<u32>(slots + (<usize>(load<u32>(at, 8) & mask) << 5));
  touched = sum;
  for (let at = waiting; at < end; at += 12) {
    symbol(wordSymbol(<usize>load<u32>(at), load<u32>(at, 4), load<u32>(at, 8)));
  }
  found = 0;
}

/** The first eight units of a word, zeros behind a shorter one; memory behind it must be readable. */
// @ts-expect-error: decorator
@inline
function headOf(start: usize, length: u32): v128 {
  const mask = i16x8.lt_u(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>min<u32>(length, 8)));
  return v128.and(v128.load(start), mask);
}

/** Sixteen bytes at a time; its low bits spread well. */
// @ts-expect-error: decorator
@inline
export function hashOf(start: usize, length: u32): u32 {
  let hash: u64 = <u64>length;
  let left = length;
  let p = start;
  for (;;) {
    const head = headOf(p, left);
    hash = (hash ^ <u64>i64x2.extract_lane(head, 0)) * 0x9e3779b97f4a7c15;
    hash = (rotl<u64>(hash, 29) ^ <u64>i64x2.extract_lane(head, 1)) * 0xd6e8feb86659fd93;
    if (left <= 8) break;
    left -= 8;
    p += 16;
  }
  hash ^= hash >> 32;
  return <u32>((hash * 0x9e3779b97f4a7c15) >> 32);
}

// @ts-expect-error: decorator
@inline
function wordSymbol(start: usize, length: u32, hash: u32): u32 {
  const head = headOf(start, length);
  let slot = hash & mask;
  for (;;) {
    const at = slots + (<usize>slot << 5);
    const held = load<u32>(at, 4);
    if (held == 0) break;
    if (
      load<u32>(at) == hash &&
      load<u32>(at, 12) == length &&
      !v128.any_true(v128.xor(head, v128.load(at, 16))) &&
      (length <= 8 || equal(units + (<usize>load<u32>(at, 8) << 1), start, length))
    ) {
      return mapped ? load<u32>(symbols + (<usize>(held - 1) << 2)) : held - 1;
    }
    slot = (slot + 1) & mask;
  }
  return append(start, length, hash, slot);
}

/** Whether the units at two places are the same. */
// @ts-expect-error: decorator
@inline
export function equalUnits(a: usize, b: usize, length: u32): bool {
  return !v128.any_true(v128.xor(headOf(a, length), headOf(b, length))) && equal(a, b, length);
}

// @ts-expect-error: decorator
@inline
function equal(a: usize, b: usize, length: u32): bool {
  const bytes = <usize>length << 1;
  let i: usize = 16;
  for (; i + 8 <= bytes; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  for (; i < bytes; i += 2) if (load<u16>(a + i) != load<u16>(b + i)) return false;
  return true;
}

function append(start: usize, length: u32, hash: u32, slot: u32): u32 {
  if (unitsUsed + length > unitsCapacity) {
    const more = (unitsUsed + length) * 2;
    units = grown(units, <usize>unitsUsed << 1, <usize>more << 1);
    unitsCapacity = more;
  }
  // short, where memory.copy would be a call into the engine
  for (let u: usize = 0; u < <usize>length << 1; u += 2) store<u16>(units + (<usize>unitsUsed << 1) + u, load<u16>(start + u));
  const at = slots + (<usize>slot << 5);
  store<u32>(at, hash);
  store<u32>(at, words + 1, 4);
  store<u32>(at, unitsUsed, 8);
  store<u32>(at, length, 12);
  v128.store(at, headOf(start, length), 16);
  unitsUsed += length;
  const word = words++;
  if (words > capacity) {
    const used = <usize>capacity << 2;
    starts = grown(starts, used + 4, used * 2 + 4);
    symbols = grown(symbols, used, used * 2);
    capacity *= 2;
  }
  store<u32>(starts + (<usize>words << 2), unitsUsed);
  if (words * 2 > mask) makeRoom();
  if (!mapped) return word;
  const own = symbolOf(start, length);
  store<u32>(symbols + (<usize>word << 2), own);
  return own;
}

/** A table of half the largest block that can be allocated is filled further, to seven eighths. */
function makeRoom(): void {
  if (mask == (1 << 24) - 1) {
    if (words > (mask >> 3) * 7) unreachable();
    return;
  }
  const old = slots;
  const end = old + ((<usize>mask + 1) << 5);
  slots = zeros((<usize>mask * 2 + 2) << 5);
  mask = mask * 2 + 1;
  for (let from = old; from < end; from += 32) {
    if (load<u32>(from, 4) == 0) continue;
    let slot = load<u32>(from) & mask;
    while (load<u32>(slots + (<usize>slot << 5), 4) != 0) slot = (slot + 1) & mask;
    v128.store(slots + (<usize>slot << 5), v128.load(from));
    v128.store(slots + (<usize>slot << 5), v128.load(from, 16), 16);
  }
  heap.free(old);
}
