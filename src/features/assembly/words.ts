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
/** Slots of 16 bytes: hash, word + 1 (0: none), start, length. Open addressing, at most half full. */
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
  slots = zeros((<usize>mask + 1) << 4);
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
  for (let at = waiting; at < end; at += 12) sum += load<u32>(slots + (<usize>(load<u32>(at, 8) & mask) << 4));
  touched = sum;
  for (let at = waiting; at < end; at += 12) {
    symbol(wordSymbol(<usize>load<u32>(at), load<u32>(at, 4), load<u32>(at, 8)));
  }
  found = 0;
}

/** Eight bytes at a time, the last eight perhaps once more; its low bits spread well. */
// @ts-expect-error: decorator
@inline
function hashOf(start: usize, length: u32): u32 {
  const PRIME: u64 = 0x9e3779b97f4a7c15;
  let hash: u64 = <u64>length * PRIME;
  if (length >= 4) {
    const last = start + (<usize>length << 1) - 8;
    for (let p = start; p < last; p += 8) hash = rotl<u64>((hash ^ load<u64>(p)) * PRIME, 29);
    hash = (hash ^ load<u64>(last)) * PRIME;
  } else {
    let few = <u64>load<u16>(start);
    if (length >= 2) few |= <u64>load<u16>(start, 2) << 16;
    if (length == 3) few |= <u64>load<u16>(start, 4) << 32;
    hash = (hash ^ few) * PRIME;
  }
  hash ^= hash >> 32;
  return <u32>((hash * PRIME) >> 32);
}

// @ts-expect-error: decorator
@inline
function wordSymbol(start: usize, length: u32, hash: u32): u32 {
  let slot = hash & mask;
  for (;;) {
    const at = slots + (<usize>slot << 4);
    const held = load<u32>(at, 4);
    if (held == 0) break;
    if (load<u32>(at) == hash && load<u32>(at, 12) == length && equal(units + (<usize>load<u32>(at, 8) << 1), start, length)) {
      return mapped ? load<u32>(symbols + (<usize>(held - 1) << 2)) : held - 1;
    }
    slot = (slot + 1) & mask;
  }
  return append(start, length, hash, slot);
}

// @ts-expect-error: decorator
@inline
function equal(a: usize, b: usize, length: u32): bool {
  const bytes = <usize>length << 1;
  let i: usize = 0;
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
  memory.copy(units + (<usize>unitsUsed << 1), start, <usize>length << 1);
  const at = slots + (<usize>slot << 4);
  store<u32>(at, hash);
  store<u32>(at, words + 1, 4);
  store<u32>(at, unitsUsed, 8);
  store<u32>(at, length, 12);
  unitsUsed += length;
  const word = words++;
  if (words > capacity) {
    const used = <usize>capacity << 2;
    starts = grown(starts, used + 4, used * 2 + 4);
    symbols = grown(symbols, used, used * 2);
    capacity *= 2;
  }
  store<u32>(starts + (<usize>words << 2), unitsUsed);
  if (words * 2 > mask) rehash();
  if (!mapped) return word;
  const own = symbolOf(start, length);
  store<u32>(symbols + (<usize>word << 2), own);
  return own;
}

function rehash(): void {
  const old = slots;
  const end = old + ((<usize>mask + 1) << 4);
  mask = mask * 2 + 1;
  slots = zeros((<usize>mask + 1) << 4);
  for (let from = old; from < end; from += 16) {
    if (load<u32>(from, 4) == 0) continue;
    let slot = load<u32>(from) & mask;
    while (load<u32>(slots + (<usize>slot << 4), 4) != 0) slot = (slot + 1) & mask;
    memory.copy(slots + (<usize>slot << 4), from, 16);
  }
  heap.free(old);
}
