// Words: their UTF-16 units one after the other, numbered as they first appear, in a hash table.
import { grown, mixed, zeros } from './memory';

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
let hashes: usize = 0;
let symbols: usize = 0;
/** Open addressing: word + 1, 0 for none; at most half full. */
let slots: usize = 0;
let mask: u32 = 0;

export function startWords(maps: bool): void {
  mapped = maps;
  unitsCapacity = 1 << 14;
  units = heap.alloc(<usize>unitsCapacity << 1);
  capacity = 1 << 11;
  starts = heap.alloc((<usize>capacity + 1) << 2);
  store<u32>(starts, 0);
  hashes = heap.alloc(<usize>capacity << 2);
  symbols = heap.alloc(<usize>capacity << 2);
  mask = (1 << 12) - 1;
  slots = zeros((<usize>mask + 1) << 2);
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

/** Where FNV-1a begins; each unit is exclusive-or'd in and multiplied by `PRIME`. */
export const BASIS: u32 = 0x811c9dc5;
export const PRIME: u32 = 0x01000193;

/** The symbol of a word, given its units and their FNV-1a hash. */
export function wordSymbol(start: usize, length: u32, hash: u32): u32 {
  let slot = mixed(hash) & mask;
  for (;;) {
    const held = load<u32>(slots + (<usize>slot << 2));
    if (held == 0) break;
    const word = <usize>(held - 1) << 2;
    if (load<u32>(hashes + word) == hash) {
      const at = load<u32>(starts + word);
      if (load<u32>(starts + word, 4) - at == length && equal(units + (<usize>at << 1), start, length)) {
        return load<u32>(symbols + word);
      }
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
  unitsUsed += length;
  const word = words++;
  if (words > capacity) {
    const used = <usize>capacity << 2;
    starts = grown(starts, used + 4, used * 2 + 4);
    hashes = grown(hashes, used, used * 2);
    symbols = grown(symbols, used, used * 2);
    capacity *= 2;
  }
  store<u32>(starts + (<usize>words << 2), unitsUsed);
  store<u32>(hashes + (<usize>word << 2), hash);
  store<u32>(slots + (<usize>slot << 2), words);
  if (words * 2 > mask) rehash();
  const own = mapped ? symbolOf(start, length) : word;
  store<u32>(symbols + (<usize>word << 2), own);
  return own;
}

function rehash(): void {
  heap.free(slots);
  mask = mask * 4 + 3;
  slots = zeros((<usize>mask + 1) << 2);
  for (let word: u32 = 0; word < words; word++) {
    let slot = mixed(load<u32>(hashes + (<usize>word << 2))) & mask;
    while (load<u32>(slots + (<usize>slot << 2)) != 0) slot = (slot + 1) & mask;
    store<u32>(slots + (<usize>slot << 2), word + 1);
  }
}
