// N-grams as nodes of a tree: a node is the n-gram of its parent with a symbol behind it. And how often each stands in
// the row that is being read.
import { grown, grownWithZeros, mixed, NONE, zeros } from './memory';

let firstLength: u32 = 1; // shortest n-gram that counts
let lastLength: u32 = 1; // longest

let nodes: u32 = 0;
/** Entries of 8 bytes by symbol, for n-grams of one: node + 1, position. */
let firsts: usize = 0;
let firstCapacity: u32 = 0;
/** Slots of 16 bytes, for longer ones: parent, symbol, node + 1, position. Open addressing, at most half full. */
let slots: usize = 0;
let mask: u32 = 0;
let used: u32 = 0;

/** Entries of the rows that have not been taken yet. A position is one past an entry, of all ever written. */
let outNodes: usize = 0;
let outCounts: usize = 0;
let outLength: u32 = 0;
let outCapacity: u32 = 0;
/** Entries taken before. */
let base: u32 = 0;
let rowStart: u32 = 0;

/** Nodes of the n-grams that end at the symbol before, by length less one. */
let window: usize = 0;
let windowLength: u32 = 0;

export function startTree(first: u32, last: u32, symbols: u32): void {
  firstLength = first;
  lastLength = last;
  firstCapacity = symbols;
  firsts = zeros(<usize>firstCapacity << 3);
  mask = (1 << 12) - 1;
  slots = zeros((<usize>mask + 1) << 4);
  outCapacity = 1 << 16;
  outNodes = heap.alloc(<usize>outCapacity << 2);
  outCounts = heap.alloc(<usize>outCapacity << 2);
  window = heap.alloc(<usize>lastLength << 2);
}

export function nodeCount(): u32 {
  return nodes;
}

export function outNodesAt(): usize {
  return outNodes;
}

export function outCountsAt(): usize {
  return outCounts;
}

/** Entries that wait to be taken. */
export function outWaiting(): u32 {
  return outLength;
}

/** Forgets the waiting entries, which have been copied. */
export function taken(): void {
  base += outLength;
  outLength = 0;
}

export function beginRow(): void {
  rowStart = base + outLength;
  windowLength = 0;
}

/** How many entries the row has, which stand behind those of the rows before it. */
export function endRow(): u32 {
  return base + outLength - rowStart;
}

/** N-grams do not reach across this place. */
export function cut(): void {
  windowLength = 0;
}

/** The shortest n-gram that counts. */
export function shortest(): u32 {
  return firstLength;
}

/** Counts the n-grams that end with this symbol. */
export function symbol(id: u32): void {
  if (id == NONE) return;
  let node = firstNode(id, firstLength == 1);
  for (let n: u32 = 1; ; n++) {
    // the n-gram that ended at the symbol before makes room for the one that ends here
    const at = window + (<usize>(n - 1) << 2);
    const before = n <= windowLength ? load<u32>(at) : NONE;
    store<u32>(at, node);
    if (before == NONE || n == lastLength) break;
    node = child(before, id, n + 1 >= firstLength);
  }
  if (windowLength < lastLength) windowLength++;
}

/** Counts the n-gram of all of the last `length` symbols, which is too short to count otherwise. */
export function countWhole(length: u32): void {
  const node = load<u32>(window + (<usize>(length - 1) << 2));
  // looked for in the row, since its position stands with the slot; such words are few
  for (let p = rowStart - base; p < outLength; p++) {
    if (load<u32>(outNodes + (<usize>p << 2)) == node) {
      const at = outCounts + (<usize>p << 2);
      store<u32>(at, load<u32>(at) + 1);
      return;
    }
  }
  push(node);
}

/** Writes parent (NONE at the first symbol) and symbol of each node. */
export function describeNodes(parents: usize, symbols: usize): void {
  for (let s: u32 = 0; s < firstCapacity; s++) {
    const node = load<u32>(firsts + (<usize>s << 3));
    if (node == 0) continue;
    store<u32>(parents + (<usize>(node - 1) << 2), NONE);
    store<u32>(symbols + (<usize>(node - 1) << 2), s);
  }
  for (let i: u32 = 0; i <= mask; i++) {
    const slot = slots + (<usize>i << 4);
    const node = load<u32>(slot, 8);
    if (node == 0) continue;
    store<u32>(parents + (<usize>(node - 1) << 2), load<u32>(slot));
    store<u32>(symbols + (<usize>(node - 1) << 2), load<u32>(slot, 4));
  }
}

// @ts-expect-error: decorator
@inline
function firstNode(id: u32, counts: bool): u32 {
  if (id >= firstCapacity) {
    const more = max(firstCapacity * 2, id + 1);
    firsts = grownWithZeros(firsts, <usize>firstCapacity << 3, <usize>more << 3);
    firstCapacity = more;
  }
  const at = firsts + (<usize>id << 3);
  let held = load<u32>(at);
  if (held == 0) {
    held = ++nodes;
    store<u32>(at, held);
  }
  if (counts) count(held - 1, at + 4);
  return held - 1;
}

// @ts-expect-error: decorator
@inline
function hashOf(parent: u32, id: u32): u32 {
  return mixed(parent * 0x9e3779b1 + id * 0x7feb352d);
}

function child(parent: u32, id: u32, counts: bool): u32 {
  let slot = hashOf(parent, id) & mask;
  let at: usize;
  for (;;) {
    at = slots + (<usize>slot << 4);
    const held = load<u32>(at, 8);
    if (held == 0) break;
    if (load<u32>(at) == parent && load<u32>(at, 4) == id) {
      if (counts) count(held - 1, at + 12);
      return held - 1;
    }
    slot = (slot + 1) & mask;
  }
  const node = nodes++;
  store<u32>(at, parent);
  store<u32>(at, id, 4);
  store<u32>(at, nodes, 8);
  if (counts) count(node, at + 12);
  if (++used * 2 > mask) rehash();
  return node;
}

function rehash(): void {
  // twice as many would take more than can be addressed
  if (mask >= (1 << 27) - 1) unreachable();
  const old = slots;
  const oldMask = mask;
  mask = mask * 2 + 1;
  slots = zeros((<usize>mask + 1) << 4);
  for (let i: u32 = 0; i <= oldMask; i++) {
    const from = old + (<usize>i << 4);
    if (load<u32>(from, 8) == 0) continue;
    let slot = hashOf(load<u32>(from), load<u32>(from, 4)) & mask;
    while (load<u32>(slots + (<usize>slot << 4), 8) != 0) slot = (slot + 1) & mask;
    memory.copy(slots + (<usize>slot << 4), from, 16);
  }
  heap.free(old);
}

/** Counts a node whose position stands at `place`. */
// @ts-expect-error: decorator
@inline
function count(node: u32, place: usize): void {
  const position = load<u32>(place);
  if (position > rowStart) {
    const at = outCounts + (<usize>(position - 1 - base) << 2);
    store<u32>(at, load<u32>(at) + 1);
    return;
  }
  push(node);
  store<u32>(place, base + outLength);
}

function push(node: u32): void {
  if (outLength == outCapacity) {
    const bytes = <usize>outLength << 2;
    outNodes = grown(outNodes, bytes, bytes * 2);
    outCounts = grown(outCounts, bytes, bytes * 2);
    outCapacity <<= 1;
  }
  store<u32>(outNodes + (<usize>outLength << 2), node);
  store<u32>(outCounts + (<usize>outLength << 2), 1);
  outLength++;
}
