// A long short-term memory (Hochreiter & Schmidhuber 1997) over the sequences of a batch. A block is eight sequences, which
// stand by falling length, so that at each step those that go on are the first ones: a sequence costs its own length.
// What a block works on stands step by step, of each step a row for each sequence that has it. Units are a multiple of
// eight; gates stand in Keras's order: input, forget, cell, output.
import { arg } from './arguments';
import { sigmoid128, tanh128 } from './functions';
import { addProduct } from './matmul';
import { zero } from './vectors';

const SEQUENCES: usize = 8;

/** Bytes of a row of one number, and of four numbers, for each unit. */
// @ts-expect-error: decorator
@inline
function rowBytes(): usize {
  return arg(0) << 2;
}

// @ts-expect-error: decorator
@inline
function lengthOf(sequence: usize): usize {
  return <usize>load<u32>(arg(2) + (sequence << 2));
}

/** The first row of a block. */
// @ts-expect-error: decorator
@inline
function startOf(block: i32): usize {
  return <usize>load<u32>(arg(3) + (<usize>block << 2));
}

/**
 * From what the terms are projected to, to each sequence's last state (zeros where it is empty).
 * Arguments: units, sequences, their lengths, the first row of each block, which projection each row has, projections
 * [terms, 4 · units], the recurrent kernel in panels; to be written: gates, states before and cells before each step, tanh
 * of the cells after it; last states, and the bytes from one of these to the next.
 */
export function lstmForwardBlock(block: i32): void {
  const units = arg(0);
  const bytes = rowBytes();
  const first = <usize>block * SEQUENCES;
  let going = min(SEQUENCES, arg(1) - first);
  let at = startOf(block);
  for (let i: usize = 0; i < going; i++) zero(arg(11) + (first + i) * arg(12), bytes);
  const longest = lengthOf(first);
  for (let step: usize = 0; step < longest; step++) {
    while (lengthOf(first + going - 1) <= step) going--;
    const gates = arg(7) + at * (bytes << 2);
    for (let i: usize = 0; i < going; i++) {
      copy(arg(5) + <usize>load<u32>(arg(4) + ((at + i) << 2)) * (bytes << 2), gates + i * (bytes << 2), bytes << 2);
    }
    if (step == 0) {
      zero(arg(8) + at * bytes, going * bytes);
      zero(arg(9) + at * bytes, going * bytes);
    } else {
      addProduct(going, units, arg(8) + at * bytes, bytes, 4, units << 2, arg(6), gates, bytes << 2);
    }
    const next = at + going;
    for (let i: usize = 0; i < going; i++) {
      const goesOn = lengthOf(first + i) > step + 1;
      const state = goesOn ? arg(8) + (next + i) * bytes : arg(11) + (first + i) * arg(12);
      // the cell of a sequence that ends is of no more use, and may overwrite its tanh, which follows
      const own = arg(10) + (at + i) * bytes;
      const cell = goesOn ? arg(9) + (next + i) * bytes : own;
      advance(bytes, gates + i * (bytes << 2), arg(9) + (at + i) * bytes, own, cell, state);
    }
    at = next;
  }
}

/** Gates from sums to what they are, and from the cells before a step to those after it, their tanh and the states. */
// @ts-expect-error: decorator
@inline
function advance(bytes: usize, gates: usize, before: usize, tanhs: usize, cells: usize, states: usize): void {
  for (let u: usize = 0; u < bytes; u += 16) {
    const at = gates + u;
    const input = sigmoid128(v128.load(at));
    const forget = sigmoid128(v128.load(at + bytes));
    const candidate = tanh128(v128.load(at + (bytes << 1)));
    const output = sigmoid128(v128.load(at + 3 * bytes));
    v128.store(at, input);
    v128.store(at + bytes, forget);
    v128.store(at + (bytes << 1), candidate);
    v128.store(at + 3 * bytes, output);
    const cell = f32x4.add(f32x4.mul(forget, v128.load(before + u)), f32x4.mul(input, candidate));
    const tanh = tanh128(cell);
    v128.store(cells + u, cell);
    v128.store(tanhs + u, tanh);
    v128.store(states + u, f32x4.mul(output, tanh));
  }
}

/**
 * From the gradient by the last states back to that by the sums of the gates, which is written over the gates.
 * Arguments: as of `lstmForwardBlock`, but for the panels, which are those of the transposed recurrent kernel, and in the place
 * of the last states the gradient by them; and room for two rows of units for each sequence.
 */
export function lstmBackwardBlock(block: i32): void {
  const units = arg(0);
  const bytes = rowBytes();
  const first = <usize>block * SEQUENCES;
  const count = min(SEQUENCES, arg(1) - first);
  const byStates = arg(13) + <usize>block * (SEQUENCES * 2 * bytes);
  const byCells = byStates + SEQUENCES * bytes;
  let at = startOf(block);
  for (let i: usize = 0; i < count; i++) at += lengthOf(first + i);
  let going: usize = 0;
  for (let step = lengthOf(first); step > 0; step--) {
    for (; going < count && lengthOf(first + going) >= step; going++) {
      copy(arg(11) + (first + going) * arg(12), byStates + going * bytes, bytes);
      zero(byCells + going * bytes, bytes);
    }
    at -= going;
    const gates = arg(7) + at * (bytes << 2);
    for (let i: usize = 0; i < going; i++) {
      const row = (at + i) * bytes;
      retreat(bytes, gates + i * (bytes << 2), arg(9) + row, arg(10) + row, byStates + i * bytes, byCells + i * bytes);
    }
    if (step == 1) return;
    zero(byStates, going * bytes);
    addProduct(going, units << 2, gates, bytes << 2, 4, units, arg(6), byStates, bytes);
  }
}

// @ts-expect-error: decorator
@inline
function retreat(bytes: usize, gates: usize, before: usize, tanhs: usize, byStates: usize, byCells: usize): void {
  const one = f32x4.splat(1);
  for (let u: usize = 0; u < bytes; u += 16) {
    const at = gates + u;
    const input = v128.load(at);
    const forget = v128.load(at + bytes);
    const candidate = v128.load(at + (bytes << 1));
    const output = v128.load(at + 3 * bytes);
    const tanh = v128.load(tanhs + u);
    const byState = v128.load(byStates + u);
    const byTanh = f32x4.mul(f32x4.mul(byState, output), f32x4.sub(one, f32x4.mul(tanh, tanh)));
    const byCell = f32x4.add(v128.load(byCells + u), byTanh);
    const byInput = f32x4.mul(f32x4.mul(byCell, candidate), f32x4.mul(input, f32x4.sub(one, input)));
    const byForget = f32x4.mul(f32x4.mul(byCell, v128.load(before + u)), f32x4.mul(forget, f32x4.sub(one, forget)));
    const byCandidate = f32x4.mul(f32x4.mul(byCell, input), f32x4.sub(one, f32x4.mul(candidate, candidate)));
    const byOutput = f32x4.mul(f32x4.mul(byState, tanh), f32x4.mul(output, f32x4.sub(one, output)));
    v128.store(at, byInput);
    v128.store(at + bytes, byForget);
    v128.store(at + (bytes << 1), byCandidate);
    v128.store(at + 3 * bytes, byOutput);
    v128.store(byCells + u, f32x4.mul(byCell, forget));
  }
}

/** A multiple of 16 bytes; not by `memory.copy`, for the reason that `zero` gives. */
// @ts-expect-error: decorator
@inline
function copy(from: usize, to: usize, bytes: usize): void {
  const end = from + bytes;
  for (; from < end; from += 16, to += 16) v128.store(to, v128.load(from));
}
