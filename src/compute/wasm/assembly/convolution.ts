// Convolutions over the sequences of a batch, and the largest outcome of each filter (Kim 2014). What a term adds to a filter
// at each of its places is projected before, so that a convolution adds up rows of projections. A sequence is followed
// by padding, which adds nothing: a window begins at each of its terms, and one behind them. Filters are a multiple of eight.
import { arg } from './arguments';
import { zero } from './vectors';

const SEQUENCES: usize = 8;
/** The place of a filter that nothing activates. */
const NONE: i32 = -1;

/** Bytes of the numbers of one filter each, of all widths, for a sequence. */
// @ts-expect-error: decorator
@inline
function outBytes(): usize {
  return (arg(6) * arg(0)) << 2;
}

// @ts-expect-error: decorator
@inline
function widthOf(kernel: usize): usize {
  return <usize>load<u32>(arg(7) + (kernel << 2));
}

/** Where the projection of a sequence's term begins. */
// @ts-expect-error: decorator
@inline
function projection(tokens: usize, place: usize): usize {
  return arg(5) + <usize>load<u32>(tokens + (place << 2)) * arg(8);
}

/**
 * The largest outcomes, or 0 where they are below, and at which term their window begins.
 * Arguments: filters of a width, sequences, their lengths, where the terms of each begin, terms as places of the projections,
 * projections [terms, places · filters], how many widths there are, widths, bytes of a projection, biases, outcomes, places.
 */
export function convolveBlock(block: i32): void {
  const last = min((<usize>block + 1) * SEQUENCES, arg(1));
  for (let s = <usize>block * SEQUENCES; s < last; s++) {
    const length = <usize>load<u32>(arg(2) + (s << 2));
    const tokens = arg(4) + (<usize>load<u32>(arg(3) + (s << 2)) << 2);
    let at: usize = 0;
    let column: usize = 0;
    for (let kernel: usize = 0; kernel < arg(6); kernel++) {
      const width = widthOf(kernel);
      for (let f: usize = 0; f < arg(0) << 2; f += 32, at += 32) {
        largest(tokens, length, width, column + f, arg(9) + at, arg(10) + s * outBytes() + at, arg(11) + s * outBytes() + at);
      }
      column += width * (arg(0) << 2);
    }
  }
}

/** Of eight filters. */
// @ts-expect-error: decorator
@inline
function largest(
  tokens: usize,
  length: usize,
  width: usize,
  column: usize,
  bias: usize,
  out: usize,
  places: usize,
): void {
  const step = arg(0) << 2;
  const bias0 = v128.load(bias);
  const bias1 = v128.load(bias, 16);
  let best0 = bias0;
  let best1 = bias1;
  let place0 = i32x4.splat(<i32>length);
  let place1 = place0;
  for (let t: usize = 0; t < length; t++) {
    let sum0 = bias0;
    let sum1 = bias1;
    const end = min(t + width, length);
    let own = column;
    for (let p = t; p < end; p++, own += step) {
      const from = projection(tokens, p) + own;
      sum0 = f32x4.add(sum0, v128.load(from));
      sum1 = f32x4.add(sum1, v128.load(from, 16));
    }
    const here = i32x4.splat(<i32>t);
    const more0 = f32x4.gt(sum0, best0);
    const more1 = f32x4.gt(sum1, best1);
    best0 = v128.bitselect(sum0, best0, more0);
    best1 = v128.bitselect(sum1, best1, more1);
    place0 = v128.bitselect(here, place0, more0);
    place1 = v128.bitselect(here, place1, more1);
  }
  const zeros = f32x4.splat(0);
  const none = i32x4.splat(NONE);
  v128.store(out, f32x4.max(best0, zeros));
  v128.store(out, f32x4.max(best1, zeros), 16);
  v128.store(places, v128.bitselect(place0, none, f32x4.gt(best0, zeros)));
  v128.store(places, v128.bitselect(place1, none, f32x4.gt(best1, zeros)), 16);
}

/**
 * The gradients of eight filters of a width, for all sequences, from those by their outcomes.
 * Arguments: as of `convolveBlock`, but for embeddings [terms, dim] in the place of projections with the bytes of one, and the
 * gradient by the biases and by the outcomes; and to be written, the gradient by the kernel [places · filters, dim].
 */
export function convolveBackBlock(block: i32): void {
  const filters = arg(0);
  const dim = arg(8);
  const at = <usize>block << 3;
  const kernel = at / filters;
  const width = widthOf(kernel);
  const first = firstColumn(kernel) + at - kernel * filters;
  for (let w: usize = 0; w < width; w++) zero(arg(12) + (first + w * filters) * dim, dim << 3);
  zero(arg(9) + (at << 2), 32);
  for (let s: usize = 0; s < arg(1); s++) {
    const length = <usize>load<u32>(arg(2) + (s << 2));
    const tokens = arg(4) + (<usize>load<u32>(arg(3) + (s << 2)) << 2);
    const outcomes = s * outBytes() + (at << 2);
    for (let f: usize = 0; f < 8; f++) {
      const place = load<i32>(arg(11) + outcomes + (f << 2));
      if (place == NONE) continue;
      const by = load<f32>(arg(10) + outcomes + (f << 2));
      const bias = arg(9) + ((at + f) << 2);
      store<f32>(bias, load<f32>(bias) + by);
      const stop = min(<usize>place + width, length);
      let out = arg(12) + (first + f) * dim;
      for (let p = <usize>place; p < stop; p++, out += filters * dim) {
        addScaled(by, projection(tokens, p), out, dim);
      }
    }
  }
}

/**
 * Some columns of the gradient by the embeddings of all tokens.
 * Arguments: as of `convolveBackBlock`, but for the tokens' own places, that gradient [tokens, dim] in the place of embeddings,
 * and the kernel in the place of its gradient; how many tokens there are, and bytes of a block's columns.
 */
export function convolveBackTokensBlock(block: i32): void {
  const filters = arg(0);
  const dim = arg(8);
  const begin = <usize>block * arg(14);
  const bytes = min(arg(14), dim - begin);
  for (let t: usize = 0; t < arg(13); t++) zero(arg(5) + t * dim + begin, bytes);
  for (let s: usize = 0; s < arg(1); s++) {
    const length = <usize>load<u32>(arg(2) + (s << 2));
    const tokens = arg(4) + (<usize>load<u32>(arg(3) + (s << 2)) << 2);
    let outcome = s * outBytes();
    for (let kernel: usize = 0; kernel < arg(6); kernel++) {
      const width = widthOf(kernel);
      const first = arg(12) + firstColumn(kernel) * dim + begin;
      for (let f: usize = 0; f < filters; f++, outcome += 4) {
        const place = load<i32>(arg(11) + outcome);
        if (place == NONE) continue;
        const by = load<f32>(arg(10) + outcome);
        const stop = min(<usize>place + width, length);
        let from = first + f * dim;
        for (let p = <usize>place; p < stop; p++, from += filters * dim) {
          addScaled(by, from, projection(tokens, p) + begin, bytes);
        }
      }
    }
  }
}

/** Columns of a projection before those of a width. */
function firstColumn(kernel: usize): usize {
  let places: usize = 0;
  for (let k: usize = 0; k < kernel; k++) places += widthOf(k);
  return places * arg(0);
}

/** to += factor · from, for a multiple of 32 bytes. */
// @ts-expect-error: decorator
@inline
function addScaled(factor: f32, from: usize, to: usize, bytes: usize): void {
  const by = f32x4.splat(factor);
  for (let b: usize = 0; b < bytes; b += 32) {
    v128.store(to + b, f32x4.add(v128.load(to + b), f32x4.mul(by, v128.load(from + b))));
    v128.store(to + b, f32x4.add(v128.load(to + b, 16), f32x4.mul(by, v128.load(from + b, 16))), 16);
  }
}
