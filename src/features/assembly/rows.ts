// AssemblyScript, compiled by scripts/build.mjs to dist/features/rows.wasm.
// Makes rows of weights from rows of counted nodes: each node's column, columns in rising order, tf · idf, the norm.
// The same arithmetic as `weigh` in tfidf.ts, bit by bit.

import { NONE } from './memory';

// @ts-expect-error: decorator
@external('env', 'log')
declare function log(x: f64): f64;

/** Rows up to this length are sorted by insertion, longer ones digit by digit. */
const SHORT: u32 = 40;
const DIGIT_BITS: u32 = 7;
const DIGITS: u32 = 1 << DIGIT_BITS;

/** The column of each node, NONE where it has none. */
let columns: usize = 0;
let nodeCapacity: u32 = 0;
/** Inverse document frequencies of the columns, float64. */
let idf: usize = 0;
/** Digits of a column. */
let digits: u32 = 0;
let sublinear: bool = false;
/** 0: none, 1: l1, 2: l2. */
let norm: u32 = 0;

/** Entries of the rows to come; then of the rows made: columns and float32 weights. */
let capacity: u32 = 0;
let nodes: usize = 0;
let counts: usize = 0;
let rowLengths: usize = 0;
let rowCapacity: u32 = 0;
/** Entries of one row while it is sorted, column above count, and room for as many. */
let entries: usize = 0;
let spare: usize = 0;
let histogram: usize = 0;
let weights: usize = 0;
/** Keeps the fetching loop from being optimised away. */
let touched: u32 = 0;

export function start(columnCount: u32, sublinearTf: bool, normKind: u32): void {
  idf = heap.alloc(<usize>columnCount << 3);
  digits = 1;
  while (digits * DIGIT_BITS < 32 && columnCount >> (digits * DIGIT_BITS) != 0) digits++;
  sublinear = sublinearTf;
  norm = normKind;
  histogram = heap.alloc(<usize>(DIGITS * 5) << 2);
}

/** The columns of the nodes, with room for so many; what is there stays. */
export function columnsFor(count: u32): usize {
  if (count > nodeCapacity) {
    const more = max(count, nodeCapacity * 2);
    const larger = heap.alloc(<usize>more << 2);
    if (nodeCapacity) {
      memory.copy(larger, columns, <usize>nodeCapacity << 2);
      heap.free(columns);
    }
    columns = larger;
    nodeCapacity = more;
  }
  return columns;
}

export function idfAt(): usize {
  return idf;
}

/** Makes room for so many rows with so many entries together. */
export function reserve(rows: u32, length: u32): void {
  if (length > capacity) {
    if (capacity) {
      heap.free(nodes);
      heap.free(counts);
      heap.free(entries);
      heap.free(spare);
      heap.free(weights);
    }
    capacity = length;
    nodes = heap.alloc(<usize>length << 2);
    counts = heap.alloc(<usize>length << 2);
    entries = heap.alloc(<usize>length << 3);
    spare = heap.alloc(<usize>length << 3);
    weights = heap.alloc(<usize>length << 3);
  }
  if (rows > rowCapacity) {
    if (rowCapacity) heap.free(rowLengths);
    rowCapacity = rows;
    rowLengths = heap.alloc(<usize>rows << 2);
  }
}

export function nodesAt(): usize {
  return nodes;
}

export function countsAt(): usize {
  return counts;
}

export function rowLengthsAt(): usize {
  return rowLengths;
}

/**
 * Turns the rows at `nodesAt()` (lengths at `rowLengthsAt()`) into rows of columns there, and of weights at
 * `countsAt()`; overwrites the lengths, answers with how many entries there are.
 */
export function weighRows(rows: u32): u32 {
  findColumns(rows);
  let from: usize = 0;
  let out: usize = 0;
  for (let r: usize = 0; r < <usize>rows; r++) {
    const length = <usize>load<u32>(rowLengths + (r << 2));
    let kept: usize = 0;
    for (let p = from << 2; p < (from + length) << 2; p += 4) {
      const column = load<u32>(nodes + p);
      if (column == NONE) continue;
      store<u64>(entries + (kept << 3), (<u64>column << 32) | <u64>load<u32>(counts + p));
      kept++;
    }
    from += length;
    const sorted = kept <= <usize>SHORT ? sortShort(<u32>kept) : sortLong(<u32>kept);
    weigh(sorted, kept, out);
    store<u32>(rowLengths + (r << 2), <u32>kept);
    out += kept;
  }
  return <u32>out;
}

/** Puts columns in the place of nodes, and fetches their frequencies: for all rows at once, so that no load waits for another. */
function findColumns(rows: u32): void {
  let length: usize = 0;
  for (let r: usize = 0; r < <usize>rows; r++) length += <usize>load<u32>(rowLengths + (r << 2));
  let sum: u32 = 0;
  for (let p = nodes; p < nodes + (length << 2); p += 4) {
    const column = load<u32>(columns + (<usize>load<u32>(p) << 2));
    store<u32>(p, column);
    sum += load<u32>(idf + (<usize>(column == NONE ? 0 : column) << 3));
  }
  touched = sum;
}

// @ts-expect-error: decorator
@inline
function sortShort(length: u32): usize {
  const end = entries + (<usize>length << 3);
  for (let p = entries + 8; p < end; p += 8) {
    const entry = load<u64>(p);
    let q = p;
    while (q > entries && load<u64>(q - 8) > entry) {
      store<u64>(q, load<u64>(q - 8));
      q -= 8;
    }
    store<u64>(q, entry);
  }
  return entries;
}

/** Sorts by column, the last digit first, each pass keeping the order of the one before; answers with where it is. */
function sortLong(length: u32): usize {
  memory.fill(histogram, 0, <usize>(DIGITS * digits) << 2);
  const bytes = <usize>length << 3;
  for (let p: usize = 0; p < bytes; p += 8) {
    let column = load<u32>(entries + p, 4);
    let at = histogram;
    for (let d: u32 = 0; d < digits; d++) {
      const bucket = at + (<usize>(column & (DIGITS - 1)) << 2);
      store<u32>(bucket, load<u32>(bucket) + 1);
      column >>= DIGIT_BITS;
      at += <usize>DIGITS << 2;
    }
  }
  let from = entries;
  let to = spare;
  let starts = histogram;
  for (let d: u32 = 0; d < digits; d++) {
    let sum: u32 = 0;
    for (let b: usize = 0; b < <usize>DIGITS << 2; b += 4) {
      const count = load<u32>(starts + b);
      store<u32>(starts + b, sum);
      sum += count;
    }
    const shift = d * DIGIT_BITS;
    for (let p: usize = 0; p < bytes; p += 8) {
      const entry = load<u64>(from + p);
      const bucket = starts + (<usize>((<u32>(entry >> 32) >> shift) & (DIGITS - 1)) << 2);
      const place = load<u32>(bucket);
      store<u32>(bucket, place + 1);
      store<u64>(to + (<usize>place << 3), entry);
    }
    const swap = from;
    from = to;
    to = swap;
    starts += <usize>DIGITS << 2;
  }
  return from;
}

/** Writes the columns and weights of a sorted row from place `out` on. */
// @ts-expect-error: decorator
@inline
function weigh(sorted: usize, length: usize, out: usize): void {
  let sum: f64 = 0;
  for (let i: usize = 0; i < length; i++) {
    const count = <f64>load<u32>(sorted + (i << 3));
    const column = load<u32>(sorted + (i << 3), 4);
    const tf = sublinear && count > 1 ? 1 + log(count) : count;
    const weight = tf * load<f64>(idf + (<usize>column << 3));
    store<u32>(nodes + ((out + i) << 2), column);
    store<f64>(weights + (i << 3), weight);
    sum += norm == 2 ? weight * weight : weight;
  }
  const divisor: f64 = norm == 0 || sum == 0 ? 1 : norm == 2 ? Math.sqrt(sum) : sum;
  for (let i: usize = 0; i < length; i++) {
    store<f32>(counts + ((out + i) << 2), <f32>(load<f64>(weights + (i << 3)) / divisor));
  }
}
