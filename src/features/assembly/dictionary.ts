// Terms that are known from elsewhere, such as those of a stored vocabulary, and which of them a node is. They differ
// from each other, so that the table is filled without comparing any.
import { grown, NONE, zeros } from './memory';
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

/** Room for the text of a node. */
let scratch: usize = 0;
let scratchCapacity: u32 = 0;

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
  for (let node = first; node < last; node++) {
    const length = words ? textOfWords(node) : textOfCharacters(node);
    store<u32>(out + (<usize>(node - first) << 2), find(scratch, length));
  }
}

function find(start: usize, length: u32): u32 {
  let slot = hashOf(start, length) & mask;
  let held = load<u32>(table + (<usize>slot << 2));
  while (held != 0) {
    const term = held - 1;
    const from = term == 0 ? 0 : load<u32>(ends + (<usize>(term - 1) << 2));
    const at = units + (<usize>from << 1);
    if (load<u32>(ends + (<usize>term << 2)) - from == length && equalUnits(at, start, length)) return term;
    slot = (slot + 1) & mask;
    held = load<u32>(table + (<usize>slot << 2));
  }
  return NONE;
}

/** Writes the words of a node, a space between them, from the last one back; answers with their units. */
function textOfWords(node: u32): u32 {
  const texts = unitsAt();
  const starts = wordStartsAt();
  let length: u32 = 0;
  for (let n = node; n != NONE; n = load<u32>(parentsAt() + (<usize>n << 2))) {
    const at = starts + (<usize>load<u32>(nodeSymbolsAt() + (<usize>n << 2)) << 2);
    length += load<u32>(at, 4) - load<u32>(at) + 1;
  }
  // no space before the first
  length--;
  reserve(length);
  let p = scratch + (<usize>length << 1);
  for (let n = node; n != NONE; n = load<u32>(parentsAt() + (<usize>n << 2))) {
    const at = starts + (<usize>load<u32>(nodeSymbolsAt() + (<usize>n << 2)) << 2);
    const from = texts + (<usize>load<u32>(at) << 1);
    for (let q = texts + (<usize>load<u32>(at, 4) << 1); q > from; ) {
      q -= 2;
      p -= 2;
      store<u16>(p, load<u16>(q));
    }
    if (p > scratch) {
      p -= 2;
      store<u16>(p, 0x20);
    }
  }
  return length;
}

/** The same for a node of characters. */
function textOfCharacters(node: u32): u32 {
  let length: u32 = 0;
  for (let n = node; n != NONE; n = load<u32>(parentsAt() + (<usize>n << 2))) {
    length += load<u32>(nodeSymbolsAt() + (<usize>n << 2)) > 0xffff ? 2 : 1;
  }
  reserve(length);
  let p = scratch + (<usize>length << 1);
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
  return length;
}

function reserve(length: u32): void {
  if (length <= scratchCapacity && scratch != 0) return;
  const capacity = max(length * 2, 1024);
  const bytes = (<usize>capacity << 1) + READ_AHEAD;
  scratch = scratch == 0 ? heap.alloc(bytes) : grown(scratch, 0, bytes);
  scratchCapacity = capacity;
}
