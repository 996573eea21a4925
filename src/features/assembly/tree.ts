// N-grams as nodes of a tree: a node is the n-gram of its parent with a symbol behind it.
import { grown, grownWithZeros, mixed, NONE, zeros } from './memory';

let firstLength: u32 = 1; // shortest n-gram that counts
let lastLength: u32 = 1; // longest
let nodes: u32 = 0;
/** What each node is: its parent (NONE at the first symbol), and its symbol. */
let parents: usize = 0;
let ownSymbols: usize = 0;
let nodeCapacity: u32 = 0;
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

/** The symbols up to the next cut; for each the node reached so far that starts there, and the hash of the next one. */
let symbols: usize = 0;
let symbolCount: u32 = 0;
let symbolCapacity: u32 = 0;
let reached: usize = 0;
let hashes: usize = 0;
/** N-grams that are looked up together, so that the memory that they need is fetched at once. */
const TOGETHER: u32 = 256;
/** Keeps the fetching loops from being optimised away. */
let touched: u32 = 0;

export function startTree(first: u32, last: u32, alphabet: u32): void {
  firstLength = first;
  lastLength = last;
  firstCapacity = alphabet;
  firsts = zeros(<usize>firstCapacity << 3);
  mask = (1 << 12) - 1;
  slots = zeros((<usize>mask + 1) << 4);
  outCapacity = 1 << 16;
  outNodes = heap.alloc(<usize>outCapacity << 2);
  outCounts = heap.alloc(<usize>outCapacity << 2);
  nodeCapacity = 1 << 12;
  parents = heap.alloc(<usize>nodeCapacity << 2);
  ownSymbols = heap.alloc(<usize>nodeCapacity << 2);
  symbolCapacity = 1 << 12;
  symbols = heap.alloc(<usize>symbolCapacity << 2);
  reached = heap.alloc(<usize>symbolCapacity << 2);
  hashes = heap.alloc(<usize>symbolCapacity << 2);
}

export function nodeCount(): u32 {
  return nodes;
}

export function parentsAt(): usize {
  return parents;
}

export function nodeSymbolsAt(): usize {
  return ownSymbols;
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
  // places of entries are whole numbers of 32 bits
  if (base > 0xe000_0000) unreachable();
  base += outLength;
  outLength = 0;
}

export function beginRow(): void {
  rowStart = base + outLength;
}

/** How many entries the row has, which stand behind those of the rows before it. */
export function endRow(): u32 {
  cut();
  return base + outLength - rowStart;
}

/** The next symbol of the row; NONE is passed over. */
// @ts-expect-error: decorator
@inline
export function symbol(id: u32): void {
  if (id == NONE) return;
  if (symbolCount == symbolCapacity) growSymbols();
  store<u32>(symbols + (<usize>symbolCount << 2), id);
  symbolCount++;
}

function growSymbols(): void {
  const used = <usize>symbolCount << 2;
  symbols = grown(symbols, used, used * 2);
  heap.free(reached);
  heap.free(hashes);
  reached = heap.alloc(used * 2);
  hashes = heap.alloc(used * 2);
  symbolCapacity *= 2;
}

/** Counts the n-grams of the symbols so far; none reaches across this place. */
export function cut(): void {
  const length = symbolCount;
  symbolCount = 0;
  if (length == 0) return;
  countFirsts(length);
  const longest = min(length, lastLength);
  for (let n: u32 = 2; n <= longest; n++) countLonger(n, length - n + 1);
}

/** The same for a piece that counts as a whole if it is too short for any n-gram. */
export function cutWhole(): void {
  const length = symbolCount;
  cut();
  if (length > 0 && length < firstLength) countWhole(load<u32>(reached));
}

function countFirsts(length: u32): void {
  const counts = firstLength == 1;
  for (let from: u32 = 0; from < length; from += TOGETHER) {
    const to = min(from + TOGETHER, length);
    let sum: u32 = 0;
    for (let i = from; i < to; i++) {
      const id = load<u32>(symbols + (<usize>i << 2));
      if (id < firstCapacity) sum += load<u32>(firsts + (<usize>id << 3));
    }
    touched = sum;
    for (let i = from; i < to; i++) {
      store<u32>(reached + (<usize>i << 2), firstNode(load<u32>(symbols + (<usize>i << 2)), counts));
    }
  }
}

/** From the n-grams of n − 1 symbols that start at the first `length` places to those of n. */
function countLonger(n: u32, length: u32): void {
  const counts = n >= firstLength;
  const last = symbols + (<usize>(n - 1) << 2);
  for (let from: u32 = 0; from < length; from += TOGETHER) {
    const to = min(from + TOGETHER, length);
    let sum: u32 = 0;
    for (let i = <usize>from << 2; i < <usize>to << 2; i += 4) {
      const hash = hashOf(load<u32>(reached + i), load<u32>(last + i));
      store<u32>(hashes + i, hash);
      sum += load<u32>(slots + (<usize>(hash & mask) << 4));
    }
    touched = sum;
    for (let i = <usize>from << 2; i < <usize>to << 2; i += 4) {
      store<u32>(reached + i, child(load<u32>(reached + i), load<u32>(last + i), load<u32>(hashes + i), counts));
    }
  }
}

/** Counts an n-gram that is too short to count otherwise; looked for in the row, since such words are few. */
function countWhole(node: u32): void {
  for (let p = rowStart - base; p < outLength; p++) {
    if (load<u32>(outNodes + (<usize>p << 2)) == node) {
      const at = outCounts + (<usize>p << 2);
      store<u32>(at, load<u32>(at) + 1);
      return;
    }
  }
  push(node);
}

/** The number of a new node, one more than its place. */
function newNode(parent: u32, id: u32): u32 {
  if (nodes == nodeCapacity) {
    const bytes = <usize>nodes << 2;
    parents = grown(parents, bytes, bytes * 2);
    ownSymbols = grown(ownSymbols, bytes, bytes * 2);
    nodeCapacity *= 2;
  }
  store<u32>(parents + (<usize>nodes << 2), parent);
  store<u32>(ownSymbols + (<usize>nodes << 2), id);
  return ++nodes;
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
    held = newNode(NONE, id);
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

// @ts-expect-error: decorator
@inline
function child(parent: u32, id: u32, hash: u32, counts: bool): u32 {
  let slot = hash & mask;
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
  return newChild(at, parent, id, counts);
}

function newChild(at: usize, parent: u32, id: u32, counts: bool): u32 {
  const held = newNode(parent, id);
  store<u32>(at, parent);
  store<u32>(at, id, 4);
  store<u32>(at, held, 8);
  if (counts) count(held - 1, at + 12);
  if (++used * 2 > mask) makeRoom();
  return held - 1;
}

/** A table of half the largest block that can be allocated is filled further, to seven eighths. */
function makeRoom(): void {
  if (mask == (1 << 25) - 1) {
    if (used > (mask >> 3) * 7) unreachable();
    return;
  }
  const old = slots;
  const oldMask = mask;
  slots = zeros((<usize>mask * 2 + 2) << 4);
  mask = mask * 2 + 1;
  for (let i: u32 = 0; i <= oldMask; i++) {
    const from = old + (<usize>i << 4);
    if (load<u32>(from, 8) == 0) continue;
    let slot = hashOf(load<u32>(from), load<u32>(from, 4)) & mask;
    while (load<u32>(slots + (<usize>slot << 4), 8) != 0) slot = (slot + 1) & mask;
    v128.store(slots + (<usize>slot << 4), v128.load(from));
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
