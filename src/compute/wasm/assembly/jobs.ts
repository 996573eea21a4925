// AssemblyScript, compiled by scripts/build.mjs to dist/compute/wasm/jobs.wasm.
// Work that several threads share. Each thread has an instance of this module on the same memory. A job is cut into
// blocks whose borders do not depend on how many threads there are; a thread that is free claims the next block, and
// what blocks sum up is written block by block and added in their order, so that any number of threads computes the
// same bits. The first bytes of the memory hold the job; the rest belongs to heap.ts. Borders of blocks are argument 10 of
// every job that has them; – is a gap.
import { arg, border, number } from './arguments';
import { convolveBackBlock, convolveBackTokensBlock, convolveBlock } from './convolution';
import { binaryRow, softmaxRow } from './loss';
import { lstmBackwardBlock, lstmForwardBlock } from './lstm';
import { matmulBlock } from './matmul';
import { rowDot, rowProduct } from './sparse';
import { transposeBlock } from './transpose';
import { updateBlock, updateTableBlock } from './update';
import { addDots, combine, maxAbs, multiply, zero } from './vectors';

export { packPanels } from './matmul';
export { turnBatch } from './training';
export { columnOffsets } from './transpose';

/** Number of the job (18 bits) and the next block of it (12 bits, all set when the job is over); −1 ends the threads. */
const NEXT: usize = 64;
const BLOCKS: usize = 128;
/** Not 0 once a thread that serves has failed. */
const FAILED: usize = 132;
const DONE: usize = 192;
const KIND: usize = 256;

const BLOCK_BITS: i32 = 12;
const OVER: i32 = (1 << BLOCK_BITS) - 1;
/** How often a thread looks for work before it sleeps; 20 to 40 µs. */
const SPINS: i32 = 10000;
/** Nanoseconds that the caller sleeps at a time, and how often in a row nothing may have been done meanwhile. */
const NAP: i64 = 1000000000;
const NAPS: i32 = 300;
const TIMED_OUT: i32 = 2;

/** How a job ended: every block is done; a thread failed; one holds a block and is gone. */
const FINE: i32 = 0;
const THREAD_FAILED: i32 = 1;
const THREAD_GONE: i32 = 2;

/** What a thread beside does until it is told to end. */
export function serve(): void {
  let seen = atomic.load<i32>(NEXT);
  for (;;) {
    if (seen == -1) return;
    work(seen);
    seen = changed(seen);
  }
}

/** What a thread beside does whose `serve` threw: the job that it had a block of will never be done. */
export function fail(): void {
  atomic.store<i32>(FAILED, 1);
  atomic.notify(DONE, -1);
}

/** Does the job whose description is written, together with whoever serves; at most 4,094 blocks. Answers with how it ended. */
export function run(blocks: i32): i32 {
  store<i32>(BLOCKS, blocks);
  atomic.store<i32>(DONE, 0);
  const job = (((atomic.load<i32>(NEXT) >> BLOCK_BITS) + 1) & 0x3ffff) << BLOCK_BITS;
  atomic.store<i32>(NEXT, job);
  if (blocks > 1) atomic.notify(NEXT, -1);
  work(job);
  let done = atomic.load<i32>(DONE);
  let naps = 0;
  for (let spins = 0; done < blocks; spins++) {
    if (atomic.load<i32>(FAILED)) return THREAD_FAILED;
    if (spins > SPINS) naps = atomic.wait<i32>(DONE, done, NAP) == TIMED_OUT ? naps + 1 : 0;
    if (naps == NAPS) return THREAD_GONE;
    done = atomic.load<i32>(DONE);
  }
  // before the next job is described, so that nobody takes a block of that for one of this
  atomic.store<i32>(NEXT, job | OVER);
  return FINE;
}

/** Ends the threads that serve. */
export function end(): void {
  atomic.store<i32>(NEXT, -1);
  atomic.notify(NEXT, -1);
}

/** Waits for another job than the one that was seen. */
function changed(seen: i32): i32 {
  const job = seen >> BLOCK_BITS;
  let next = atomic.load<i32>(NEXT);
  for (let spins = 0; next != -1 && next >> BLOCK_BITS == job; spins++) {
    if (spins > SPINS) atomic.wait<i32>(NEXT, next, -1);
    next = atomic.load<i32>(NEXT);
  }
  return next;
}

/** Claims and does blocks of a job until none is left or the job is over. */
function work(job: i32): void {
  const own = job >> BLOCK_BITS;
  for (;;) {
    const next = atomic.load<i32>(NEXT);
    if (next >> BLOCK_BITS != own) return;
    const blocks = load<i32>(BLOCKS);
    const block = next & OVER;
    if (block >= blocks) return;
    // succeeds only while the job is the one whose description stands there
    if (atomic.cmpxchg<i32>(NEXT, next, next + 1) != next) continue;
    runBlock(block);
    if (atomic.add<i32>(DONE, 1) + 1 == blocks) atomic.notify(DONE, -1);
  }
}

function runBlock(block: i32): void {
  switch (load<i32>(KIND)) {
    case 0: return lossBlock(block);
    case 1: return gradientBlock(block);
    case 2: return dotsBlock(block);
    case 3: return combineBlock(block);
    case 4: return multiplyBlock(block);
    case 5: return maxAbsBlock(block);
    case 6: return transposeBlock(block);
    case 7: return rowsBlock(block);
    case 8: return updateBlock(block);
    case 9: return matmulBlock(block);
    case 10: return lstmForwardBlock(block);
    case 11: return lstmBackwardBlock(block);
    case 12: return convolveBlock(block);
    case 13: return convolveBackBlock(block);
    case 14: return convolveBackTokensBlock(block);
    case 15: return updateTableBlock(block);
  }
}

/**
 * Logits of some rows, their weighted loss (summed to partials) and its gradient by the logits.
 * Arguments: columns of weights with padding, without, indptr, indices, values, parameters, labels, row weights (0: all 1), backprop,
 * partials, borders, the row whose gradient stands first in backprop. Columns above the number of classes are padding, and
 * have no gradient.
 */
function lossBlock(block: i32): void {
  const k = <i32>arg(0);
  const classes = <i32>arg(1);
  const indptr = arg(2);
  const indices = arg(3);
  const values = arg(4);
  const x = arg(5);
  const labels = arg(6);
  const weights = arg(7);
  const stride = <usize>k << 2;
  const backprop = arg(8);
  const first = <i32>arg(11);
  const to = border(arg(10), block + 1);
  let total: f64 = 0;
  for (let r = border(arg(10), block); r < to; r++) {
    const row = <usize>r << 2;
    const start = <usize>load<u32>(indptr + row) << 2;
    const stop = <usize>load<u32>(indptr + row, 4) << 2;
    const target = backprop + <usize>(r - first) * stride;
    const label = load<i32>(labels + row);
    let loss: f64;
    if (k == 1) {
      store<f32>(target, <f32>rowDot(start, stop, indices, values, x));
      loss = binaryRow(label, target, target);
    } else {
      rowProduct(k, start, stop, indices, values, x, target, false);
      loss = softmaxRow(classes, label, target, target);
      for (let c = classes; c < k; c++) store<f32>(target + (<usize>c << 2), 0);
    }
    if (weights) {
      const weight = load<f32>(weights + row);
      loss *= <f64>weight;
      for (let c: usize = 0; c < stride; c += 4) store<f32>(target + c, weight * load<f32>(target + c));
    }
    total += loss;
  }
  store<f64>(arg(9) + (<usize>block << 3), total);
}

/**
 * Adds a band's share to the gradient of some features. The first band overwrites what stands there; the last divides by
 * Σ weights and adds the penalty's gradient, and its partials hold Σ penalty·x² (those of the others are 0).
 * Arguments: columns of weights, which band (bit 0: the first, bit 1: the last), indptr, indices, values of the transpose,
 * parameters, penalties by feature, –, backprop, partials, borders, gradient, 1 / Σ weights.
 */
function gradientBlock(block: i32): void {
  const k = <i32>arg(0);
  const first = <bool>(arg(1) & 1);
  const last = <bool>(arg(1) >> 1);
  const indptr = arg(2);
  const indices = arg(3);
  const values = arg(4);
  const x = arg(5);
  const penalties = arg(6);
  const backprop = arg(8);
  const gradient = arg(11);
  const scale = number(12);
  const stride = <usize>k << 2;
  const to = border(arg(10), block + 1);
  let total: f64 = 0;
  for (let j = border(arg(10), block); j < to; j++) {
    const row = <usize>j << 2;
    const start = <usize>load<u32>(indptr + row) << 2;
    const stop = <usize>load<u32>(indptr + row, 4) << 2;
    if (start == stop && !first && !last) continue;
    const target = gradient + <usize>j * stride;
    const own = x + <usize>j * stride;
    const penalty = load<f32>(penalties + row);
    if (k == 1) {
      let sum = rowDot(start, stop, indices, values, backprop);
      if (!first) sum += <f64>load<f32>(target);
      if (last) {
        const value = load<f32>(own);
        const pull = penalty * value;
        store<f32>(target, <f32>(sum * <f64>scale) + pull);
        total += <f64>pull * <f64>value;
      } else store<f32>(target, <f32>sum);
      continue;
    }
    rowProduct(k, start, stop, indices, values, backprop, target, !first);
    if (!last) continue;
    for (let c: usize = 0; c < stride; c += 4) {
      const value = load<f32>(own + c);
      const pull = penalty * value;
      store<f32>(target + c, load<f32>(target + c) * scale + pull);
      total += <f64>pull * <f64>value;
    }
  }
  store<f64>(arg(9) + (<usize>block << 3), total);
}

/** The bytes of a block of vectors: [block · size, length). */
// @ts-expect-error: decorator
@inline
function firstByte(block: i32): usize {
  return <usize>block * arg(1);
}

// @ts-expect-error: decorator
@inline
function lastByte(block: i32): usize {
  return min((<usize>block + 1) * arg(1), arg(0));
}

/** Arguments: bytes, bytes of a block, lefts, their number, rights, their number, partials. */
function dotsBlock(block: i32): void {
  const size = arg(3) * arg(5) << 3;
  const out = arg(6) + <usize>block * size;
  zero(out, size);
  addDots(firstByte(block), lastByte(block), arg(2), arg(3), arg(4), arg(5), out);
}

/** Arguments: bytes, bytes of a block, out, scale, vectors, weights, their number. */
function combineBlock(block: i32): void {
  combine(firstByte(block), lastByte(block), arg(2), number(3), arg(4), arg(5), arg(6));
}

/** Arguments: bytes, bytes of a block, out, a, b. */
function multiplyBlock(block: i32): void {
  multiply(firstByte(block), lastByte(block), arg(2), arg(3), arg(4));
}

/** Arguments: bytes, bytes of a block, vector, partials. */
function maxAbsBlock(block: i32): void {
  store<f64>(arg(3) + (<usize>block << 3), <f64>maxAbs(firstByte(block), lastByte(block), arg(2)));
}

/**
 * Some rows of a sparse matrix times a dense one.
 * Arguments: columns, rows in all, rows of a block, indptr, indices, values, dense matrix, which rows (0: these), out.
 */
function rowsBlock(block: i32): void {
  const k = <i32>arg(0);
  const chosen = arg(7);
  const last = min((<usize>block + 1) * arg(2), arg(1));
  for (let i = <usize>block * arg(2); i < last; i++) {
    const row = (chosen ? <usize>load<u32>(chosen + (i << 2)) : i) << 2;
    const from = <usize>load<u32>(arg(3) + row) << 2;
    const to = <usize>load<u32>(arg(3) + row, 4) << 2;
    rowProduct(k, from, to, arg(4), arg(5), arg(6), arg(8) + i * (<usize>k << 2), false);
  }
}
