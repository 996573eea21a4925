// Arithmetic on dense vectors of float32, from byte `from` to `to` of each.

/**
 * So many bytes of zeros, a multiple of four. Threads beside must not use `memory.fill`: until they hear of it, they
 * take memory that has grown for as small as it was, and what is behind for an error.
 */
export function zero(at: usize, bytes: usize): void {
  const end = at + bytes;
  for (; at + 16 <= end; at += 16) v128.store(at, i32x4.splat(0));
  for (; at < end; at += 4) store<u32>(at, 0);
}

/**
 * How many bytes of each vector are worked on at a time: several pieces stay in the second-level cache. A block of ../vectors.ts has as
 * many, or more where vectors are beyond 268 MB.
 */
const PIECE: usize = 65536;
/** How many bytes of products are added up in float32. */
const SUMMED: usize = 8192;

/**
 * Adds the products of each of `lefts` with each of `rights` (pointers to vectors) to `out`, float64 row by row:
 * up to 2,048 elements in float32, these sums in float64.
 */
export function addDots(
  from: usize,
  to: usize,
  lefts: usize,
  leftCount: usize,
  rights: usize,
  rightCount: usize,
  out: usize,
): void {
  for (let p = from; p < to; p += PIECE) {
    const stop = min(p + PIECE, to);
    let target = out;
    for (let i: usize = 0; i < leftCount; i++) {
      const left = <usize>load<u32>(lefts + (i << 2));
      let j: usize = 0;
      for (; j + 3 <= rightCount; j += 3) {
        const right = rights + (j << 2);
        addThreeDots(p, stop, left, load<u32>(right), load<u32>(right, 4), load<u32>(right, 8), target);
        target += 24;
      }
      for (; j < rightCount; j++) {
        addDot(p, stop, left, load<u32>(rights + (j << 2)), target);
        target += 8;
      }
    }
  }
}

// @ts-expect-error: decorator
@inline
function addDot(from: usize, to: usize, a: usize, b: usize, out: usize): void {
  let total: f64 = 0;
  for (let p = from; p < to; ) {
    const stop = min(p + SUMMED, to);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (; p + 64 <= stop; p += 64) {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(a + p), v128.load(b + p)));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(a + p, 16), v128.load(b + p, 16)));
      s2 = f32x4.add(s2, f32x4.mul(v128.load(a + p, 32), v128.load(b + p, 32)));
      s3 = f32x4.add(s3, f32x4.mul(v128.load(a + p, 48), v128.load(b + p, 48)));
    }
    total += sum4(s0) + sum4(s1) + (sum4(s2) + sum4(s3));
    for (; p < stop; p += 4) total += <f64>load<f32>(a + p) * <f64>load<f32>(b + p);
  }
  store<f64>(out, load<f64>(out) + total);
}

/** A vector with three others: it is read once. */
// @ts-expect-error: decorator
@inline
function addThreeDots(from: usize, to: usize, a: usize, b: usize, c: usize, d: usize, out: usize): void {
  let withB: f64 = 0;
  let withC: f64 = 0;
  let withD: f64 = 0;
  for (let p = from; p < to; ) {
    const stop = min(p + SUMMED, to);
    let b0 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let c0 = f32x4.splat(0);
    let c1 = f32x4.splat(0);
    let d0 = f32x4.splat(0);
    let d1 = f32x4.splat(0);
    for (; p + 32 <= stop; p += 32) {
      const low = v128.load(a + p);
      const high = v128.load(a + p, 16);
      b0 = f32x4.add(b0, f32x4.mul(low, v128.load(b + p)));
      c0 = f32x4.add(c0, f32x4.mul(low, v128.load(c + p)));
      d0 = f32x4.add(d0, f32x4.mul(low, v128.load(d + p)));
      b1 = f32x4.add(b1, f32x4.mul(high, v128.load(b + p, 16)));
      c1 = f32x4.add(c1, f32x4.mul(high, v128.load(c + p, 16)));
      d1 = f32x4.add(d1, f32x4.mul(high, v128.load(d + p, 16)));
    }
    withB += sum4(b0) + sum4(b1);
    withC += sum4(c0) + sum4(c1);
    withD += sum4(d0) + sum4(d1);
    for (; p < stop; p += 4) {
      const value = <f64>load<f32>(a + p);
      withB += value * <f64>load<f32>(b + p);
      withC += value * <f64>load<f32>(c + p);
      withD += value * <f64>load<f32>(d + p);
    }
  }
  store<f64>(out, load<f64>(out) + withB);
  store<f64>(out, load<f64>(out, 8) + withC, 8);
  store<f64>(out, load<f64>(out, 16) + withD, 16);
}

// @ts-expect-error: decorator
@inline
function sum4(v: v128): f64 {
  return <f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1) + <f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3);
}

/**
 * out = scale·out + Σ weightᵢ·vectorᵢ over `count` vectors (pointers and float32 weights); a scale of 0 forgets out,
 * whatever it held.
 */
export function combine(from: usize, to: usize, out: usize, scale: f32, vectors: usize, weights: usize, count: usize): void {
  for (let p = from; p < to; p += PIECE) {
    const stop = min(p + PIECE, to);
    if (count == 0 || scale == 0) scaled(p, stop, out, scale);
    let i: usize = 0;
    let kept = scale == 0 ? <f32>1 : scale;
    if (count & 1) {
      addOne(p, stop, out, kept, <usize>load<u32>(vectors), load<f32>(weights));
      kept = 1;
      i = 1;
    }
    if ((count - i) & 2) {
      addTwo(p, stop, out, kept, vectors + (i << 2), weights + (i << 2));
      kept = 1;
      i += 2;
    }
    for (; i < count; i += 4) {
      addFour(p, stop, out, kept, vectors + (i << 2), weights + (i << 2));
      kept = 1;
    }
  }
}

// @ts-expect-error: decorator
@inline
function scaled(from: usize, to: usize, out: usize, scale: f32): void {
  if (scale == 0) {
    zero(out + from, to - from);
    return;
  }
  for (let p = from; p < to; p += 4) store<f32>(out + p, scale * load<f32>(out + p));
}

// @ts-expect-error: decorator
@inline
function addOne(from: usize, to: usize, out: usize, scale: f32, a: usize, weight: f32): void {
  let p = from;
  const s = f32x4.splat(scale);
  const w = f32x4.splat(weight);
  for (; p + 16 <= to; p += 16) {
    v128.store(out + p, f32x4.add(f32x4.mul(s, v128.load(out + p)), f32x4.mul(w, v128.load(a + p))));
  }
  for (; p < to; p += 4) store<f32>(out + p, scale * load<f32>(out + p) + weight * load<f32>(a + p));
}

// @ts-expect-error: decorator
@inline
function addTwo(from: usize, to: usize, out: usize, scale: f32, vectors: usize, weights: usize): void {
  const a = <usize>load<u32>(vectors);
  const b = <usize>load<u32>(vectors, 4);
  const weightA = load<f32>(weights);
  const weightB = load<f32>(weights, 4);
  const s = f32x4.splat(scale);
  const v = f32x4.splat(weightA);
  const w = f32x4.splat(weightB);
  let p = from;
  for (; p + 16 <= to; p += 16) {
    const sum = f32x4.add(f32x4.mul(v, v128.load(a + p)), f32x4.mul(w, v128.load(b + p)));
    v128.store(out + p, f32x4.add(f32x4.mul(s, v128.load(out + p)), sum));
  }
  for (; p < to; p += 4) {
    store<f32>(out + p, scale * load<f32>(out + p) + (weightA * load<f32>(a + p) + weightB * load<f32>(b + p)));
  }
}

// @ts-expect-error: decorator
@inline
function addFour(from: usize, to: usize, out: usize, scale: f32, vectors: usize, weights: usize): void {
  const a = <usize>load<u32>(vectors);
  const b = <usize>load<u32>(vectors, 4);
  const c = <usize>load<u32>(vectors, 8);
  const d = <usize>load<u32>(vectors, 12);
  const s = f32x4.splat(scale);
  const weightA = v128.load32_splat(weights);
  const weightB = v128.load32_splat(weights, 4);
  const weightC = v128.load32_splat(weights, 8);
  const weightD = v128.load32_splat(weights, 12);
  let p = from;
  for (; p + 16 <= to; p += 16) {
    const ab = f32x4.add(f32x4.mul(weightA, v128.load(a + p)), f32x4.mul(weightB, v128.load(b + p)));
    const cd = f32x4.add(f32x4.mul(weightC, v128.load(c + p)), f32x4.mul(weightD, v128.load(d + p)));
    v128.store(out + p, f32x4.add(f32x4.mul(s, v128.load(out + p)), f32x4.add(ab, cd)));
  }
  for (; p < to; p += 4) {
    const ab = load<f32>(weights) * load<f32>(a + p) + load<f32>(weights, 4) * load<f32>(b + p);
    const cd = load<f32>(weights, 8) * load<f32>(c + p) + load<f32>(weights, 12) * load<f32>(d + p);
    store<f32>(out + p, scale * load<f32>(out + p) + (ab + cd));
  }
}

/** out = a ⊙ b. */
export function multiply(from: usize, to: usize, out: usize, a: usize, b: usize): void {
  let p = from;
  for (; p + 16 <= to; p += 16) v128.store(out + p, f32x4.mul(v128.load(a + p), v128.load(b + p)));
  for (; p < to; p += 4) store<f32>(out + p, load<f32>(a + p) * load<f32>(b + p));
}

/** Largest |aᵢ|; 0 for none. */
export function maxAbs(from: usize, to: usize, a: usize): f32 {
  let p = from;
  let m = f32x4.splat(0);
  for (; p + 16 <= to; p += 16) m = f32x4.max(m, f32x4.abs(v128.load(a + p)));
  let max = Mathf.max(Mathf.max(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1)), Mathf.max(f32x4.extract_lane(m, 2), f32x4.extract_lane(m, 3)));
  for (; p < to; p += 4) max = Mathf.max(max, Mathf.abs(load<f32>(a + p)));
  return max;
}
