// Products of sparse rows with dense matrices; every pointer is a byte offset.

/**
 * One row, whose non-zeros stand from byte `from` to `to` of `indices` and `values`, times B of k columns. `added`: to what
 * stands in `out`.
 */
// @ts-expect-error: decorator
@inline
export function rowProduct(k: i32, from: usize, to: usize, indices: usize, values: usize, b: usize, out: usize, added: bool): void {
  const stride = <usize>k << 2;
  let c: usize = 0;
  // four columns alone take as long as sixteen: they go with the last of these
  for (; c + 64 <= stride && c + 80 != stride; c += 64) columns16(from, to, indices, values, b + c, stride, out + c, added);
  if (c + 80 == stride) {
    columns20(from, to, indices, values, b + c, stride, out + c, added);
    c += 80;
  }
  if (c + 32 <= stride) {
    columns8(from, to, indices, values, b + c, stride, out + c, added);
    c += 32;
  }
  if (c + 16 <= stride) {
    columns4(from, to, indices, values, b + c, stride, out + c, added);
    c += 16;
  }
  for (; c < stride; c += 4) {
    const sum = column(from, to, indices, values, b + c, stride);
    store<f32>(out + c, <f32>(added ? sum + <f64>load<f32>(out + c) : sum));
  }
}

/** One row times a vector: products in float32, sums in float64, four at a time since each waits for the one before. */
// @ts-expect-error: decorator
@inline
export function rowDot(from: usize, to: usize, indices: usize, values: usize, b: usize): f64 {
  let p = from;
  let s0: f64 = 0;
  let s1: f64 = 0;
  let s2: f64 = 0;
  let s3: f64 = 0;
  for (; p + 12 < to; p += 16) {
    s0 += <f64>(load<f32>(values + p) * load<f32>(b + (<usize>load<u32>(indices + p) << 2)));
    s1 += <f64>(load<f32>(values + p, 4) * load<f32>(b + (<usize>load<u32>(indices + p, 4) << 2)));
    s2 += <f64>(load<f32>(values + p, 8) * load<f32>(b + (<usize>load<u32>(indices + p, 8) << 2)));
    s3 += <f64>(load<f32>(values + p, 12) * load<f32>(b + (<usize>load<u32>(indices + p, 12) << 2)));
  }
  for (; p < to; p += 4) s0 += <f64>(load<f32>(values + p) * load<f32>(b + (<usize>load<u32>(indices + p) << 2)));
  return s0 + s1 + (s2 + s3);
}

// @ts-expect-error: decorator
@inline
function columns20(from: usize, to: usize, indices: usize, values: usize, b: usize, stride: usize, out: usize, added: bool): void {
  let s0 = added ? v128.load(out) : f32x4.splat(0);
  let s1 = added ? v128.load(out, 16) : f32x4.splat(0);
  let s2 = added ? v128.load(out, 32) : f32x4.splat(0);
  let s3 = added ? v128.load(out, 48) : f32x4.splat(0);
  let s4 = added ? v128.load(out, 64) : f32x4.splat(0);
  for (let p = from; p < to; p += 4) {
    const v = v128.load32_splat(values + p);
    const row = b + <usize>load<u32>(indices + p) * stride;
    s0 = f32x4.add(s0, f32x4.mul(v, v128.load(row)));
    s1 = f32x4.add(s1, f32x4.mul(v, v128.load(row, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v, v128.load(row, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v, v128.load(row, 48)));
    s4 = f32x4.add(s4, f32x4.mul(v, v128.load(row, 64)));
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
}

// @ts-expect-error: decorator
@inline
function columns16(from: usize, to: usize, indices: usize, values: usize, b: usize, stride: usize, out: usize, added: bool): void {
  let s0 = added ? v128.load(out) : f32x4.splat(0);
  let s1 = added ? v128.load(out, 16) : f32x4.splat(0);
  let s2 = added ? v128.load(out, 32) : f32x4.splat(0);
  let s3 = added ? v128.load(out, 48) : f32x4.splat(0);
  for (let p = from; p < to; p += 4) {
    const v = v128.load32_splat(values + p);
    const row = b + <usize>load<u32>(indices + p) * stride;
    s0 = f32x4.add(s0, f32x4.mul(v, v128.load(row)));
    s1 = f32x4.add(s1, f32x4.mul(v, v128.load(row, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v, v128.load(row, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v, v128.load(row, 48)));
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}

// @ts-expect-error: decorator
@inline
function columns8(from: usize, to: usize, indices: usize, values: usize, b: usize, stride: usize, out: usize, added: bool): void {
  let s0 = added ? v128.load(out) : f32x4.splat(0);
  let s1 = added ? v128.load(out, 16) : f32x4.splat(0);
  for (let p = from; p < to; p += 4) {
    const v = v128.load32_splat(values + p);
    const row = b + <usize>load<u32>(indices + p) * stride;
    s0 = f32x4.add(s0, f32x4.mul(v, v128.load(row)));
    s1 = f32x4.add(s1, f32x4.mul(v, v128.load(row, 16)));
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
}

// @ts-expect-error: decorator
@inline
function columns4(from: usize, to: usize, indices: usize, values: usize, b: usize, stride: usize, out: usize, added: bool): void {
  let s = added ? v128.load(out) : f32x4.splat(0);
  for (let p = from; p < to; p += 4) {
    const row = b + <usize>load<u32>(indices + p) * stride;
    s = f32x4.add(s, f32x4.mul(v128.load32_splat(values + p), v128.load(row)));
  }
  v128.store(out, s);
}

// @ts-expect-error: decorator
@inline
function column(from: usize, to: usize, indices: usize, values: usize, b: usize, stride: usize): f64 {
  let s: f64 = 0;
  for (let p = from; p < to; p += 4) {
    s += <f64>load<f32>(values + p) * <f64>load<f32>(b + <usize>load<u32>(indices + p) * stride);
  }
  return s;
}
