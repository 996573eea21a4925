// Terms that are known from elsewhere, such as those of a stored vocabulary, and which of them a node is. They differ
// from each other, so that the table is filled without comparing any.
import { NONE, zeros } from './memory';
import { nodeSymbolsAt, parentsAt } from './tree';
import { equalUnits, hashOf, unitsAt, wordStartsAt } from './words';

/** Bytes behind a term that may be read, and mean nothing. */
const READ_AHEAD: usize = 16;

/** UTF-16 units of the terms one behind the other, and where each ends. */
let units: usize = 0;
let ends: usize = 0;
let terms: u32 = 0;
/** Slots of term + 1 (0: none). Open addressing, at most half full. */
let table: usize = 0;
let mask: u32 = 0;

/**
 * Terms that are looked for together, 12 bytes each: where the text is, its length, its hash; so that memory answers for
 * all of them at once.
 */
const TOGETHER: u32 = 128;
let sought: usize = 0;
/** Keeps the fetching loops from being optimised away. */
let touched: u32 = 0;

/** Room for the texts of nodes that are sought together and are not found in one piece elsewhere. */
let scratch: usize = 0;
let scratchCapacity: u32 = 0;
let scratchUsed: u32 = 0;

/** Room for so many terms of so many units together: first where each ends, four bytes each, then the units. */
export function roomForTerms(count: u32, length: u32): usize {
  terms = count;
  ends = heap.alloc((<usize>count << 2) + (<usize>length << 1) + READ_AHEAD);
  units = ends + (<usize>count << 2);
  return ends;
}

/** To be called when the terms stand there. */
export function knowTerms(): void {
  let slots: u32 = 1 << 10;
  while (slots < terms * 2) slots *= 2;
  mask = slots - 1;
  table = zeros(<usize>slots << 2);
  let from: u32 = 0;
  for (let term: u32 = 0; term < terms; term++) {
    const to = load<u32>(ends + (<usize>term << 2));
    let slot = hashOf(units + (<usize>from << 1), to - from) & mask;
    while (load<u32>(table + (<usize>slot << 2)) != 0) slot = (slot + 1) & mask;
    store<u32>(table + (<usize>slot << 2), term + 1);
    from = to;
  }
}

/** Which terms the nodes from `first` to below `last` are (NONE: none of them), four bytes each, to `out`. */
export function termsOfNodes(first: u32, last: u32, words: bool, out: usize): void {
  if (sought == 0) sought = heap.alloc(<usize>TOGETHER * 12);
  for (let node = first; node < last; ) {
    const to = min(node + TOGETHER, last);
    const begun = node;
    let entry = sought;
    scratchUsed = 0;
    for (; node < to; node++, entry += 12) {
      const length = words ? lengthOfWords(node) : lengthOfCharacters(node);
      if (words && isWord(node)) {
        const from = load<u32>(wordStartsAt() + (<usize>load<u32>(nodeSymbolsAt() + (<usize>node << 2)) << 2));
        seek(entry, unitsAt() + (<usize>from << 1), length);
        continue;
      }
      if (scratchUsed + length > scratchCapacity) {
        // what is sought stays where it is until it has been looked for
        if (scratchUsed > 0) break;
        growScratch(length);
      }
      const start = scratch + (<usize>scratchUsed << 1);
      if (words) writeWords(node, start, length);
      else writeCharacters(node, start, length);
      seek(entry, start, length);
      scratchUsed += length;
    }
    findAll(entry, out + (<usize>(begun - first) << 2));
  }
}

// @ts-expect-error: decorator
@inline
function isWord(node: u32): bool {
  return load<u32>(parentsAt() + (<usize>node << 2)) == NONE;
}

// @ts-expect-error: decorator
@inline
function seek(entry: usize, start: usize, length: u32): void {
  store<u32>(entry, <u32>start);
  store<u32>(entry, length, 4);
  store<u32>(entry, hashOf(start, length), 8);
}

/** Looks for what is sought, up to `end`; the terms go to `out`. */
function findAll(end: usize, out: usize): void {
  let sum: u32 = 0;
  for (let at = sought; at < end; at += 12) sum += heldAt(load<u32>(at, 8) & mask);
  for (let at = sought; at < end; at += 12) {
    const held = heldAt(load<u32>(at, 8) & mask);
    if (held != 0) sum += load<u32>(ends + (<usize>(held - 1) << 2));
  }
  for (let at = sought; at < end; at += 12) {
    const held = heldAt(load<u32>(at, 8) & mask);
    if (held != 0) sum += load<u16>(units + (<usize>load<u32>(ends + (<usize>(held - 1) << 2)) << 1));
  }
  touched = sum;
  for (let at = sought; at < end; at += 12, out += 4) {
    store<u32>(out, find(load<u32>(at), load<u32>(at, 4), load<u32>(at, 8)));
  }
}

// @ts-expect-error: decorator
@inline
function heldAt(slot: u32): u32 {
  return load<u32>(table + (<usize>slot << 2));
}

function find(start: usize, length: u32, hash: u32): u32 {
  let slot = hash & mask;
  let held = heldAt(slot);
  while (held != 0) {
    const term = held - 1;
    const from = term == 0 ? 0 : load<u32>(ends + (<usize>(term - 1) << 2));
    const at = units + (<usize>from << 1);
    if (load<u32>(ends + (<usize>term << 2)) - from == length && equalUnits(at, start, length)) return term;
    slot = (slot + 1) & mask;
    held = heldAt(slot);
  }
  return NONE;
}

/** The units of a node's words with a space between them. */
function lengthOfWords(node: u32): u32 {
  let length: u32 = 0;
  for (let n = node; n != NONE; n = load<u32>(parentsAt() + (<usize>n << 2))) {
    const at = wordStartsAt() + (<usize>load<u32>(nodeSymbolsAt() + (<usize>n << 2)) << 2);
    length += load<u32>(at, 4) - load<u32>(at) + 1;
  }
  return length - 1;
}

/** Writes them from the last word back. */
function writeWords(node: u32, start: usize, length: u32): void {
  const texts = unitsAt();
  let p = start + (<usize>length << 1);
  for (let n = node; n != NONE; n = load<u32>(parentsAt() + (<usize>n << 2))) {
    const at = wordStartsAt() + (<usize>load<u32>(nodeSymbolsAt() + (<usize>n << 2)) << 2);
    const from = texts + (<usize>load<u32>(at) << 1);
    for (let q = texts + (<usize>load<u32>(at, 4) << 1); q > from; ) {
      q -= 2;
      p -= 2;
      store<u16>(p, load<u16>(q));
    }
    if (p > start) {
      p -= 2;
      store<u16>(p, 0x20);
    }
  }
}

/** The units of a node's characters. */
function lengthOfCharacters(node: u32): u32 {
  let length: u32 = 0;
  for (let n = node; n != NONE; n = load<u32>(parentsAt() + (<usize>n << 2))) {
    length += load<u32>(nodeSymbolsAt() + (<usize>n << 2)) > 0xffff ? 2 : 1;
  }
  return length;
}

function writeCharacters(node: u32, start: usize, length: u32): void {
  let p = start + (<usize>length << 1);
  for (let n = node; n != NONE; n = load<u32>(parentsAt() + (<usize>n << 2))) {
    const point = load<u32>(nodeSymbolsAt() + (<usize>n << 2));
    p -= 2;
    if (point > 0xffff) {
      store<u16>(p, 0xdc00 + (point & 0x3ff));
      p -= 2;
      store<u16>(p, 0xd7c0 + (point >> 10));
    } else {
      store<u16>(p, point);
    }
  }
}

function growScratch(length: u32): void {
  if (scratch != 0) heap.free(scratch);
  scratchCapacity = max(length * 2, 1 << 12);
  scratch = heap.alloc((<usize>scratchCapacity << 1) + READ_AHEAD);
}
