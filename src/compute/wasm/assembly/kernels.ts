// AssemblyScript, compiled by scripts/build.mjs to dist/compute/wasm/kernels.wasm.
// The module imports the memory of the TensorFlow.js wasm backend and works in place on its tensors. It therefore
// must not own a byte of memory: no static data (hence the polynomial exp and the imported log), no allocation.

// @ts-expect-error: decorator
@external('env', 'log')
declare function log(x: f64): f64;

/**
 * out = A·B for a CSR matrix A (rows × cols) and a dense row-major B (cols × k); every pointer is a byte offset.
 * Called with the CSR form of Aᵀ it computes the gradient, so that both directions gather and none scatters.
 */
export function sparseMatMul(
  rows: i32,
  k: i32,
  indptr: usize,
  indices: usize,
  values: usize,
  b: usize,
  out: usize,
): void {
  if (k == 1) return sparseMatVec(rows, indptr, indices, values, b, out);
  const stride = <usize>k << 2;
  for (let r = 0; r < rows; r++) {
    const from = <usize>load<u32>(indptr + (<usize>r << 2)) << 2;
    const to = <usize>load<u32>(indptr + (<usize>r << 2), 4) << 2;
    const target = out + <usize>r * stride;
    let c = 0;
    for (; c + 16 <= k; c += 16) columns16(from, to, indices, values, b + (<usize>c << 2), stride, target + (<usize>c << 2));
    for (; c + 4 <= k; c += 4) columns4(from, to, indices, values, b + (<usize>c << 2), stride, target + (<usize>c << 2));
    for (; c < k; c++) columns1(from, to, indices, values, b + (<usize>c << 2), stride, target + (<usize>c << 2));
  }
}

function sparseMatVec(rows: i32, indptr: usize, indices: usize, values: usize, b: usize, out: usize): void {
  for (let r = 0; r < rows; r++) {
    let p = <usize>load<u32>(indptr + (<usize>r << 2)) << 2;
    const to = <usize>load<u32>(indptr + (<usize>r << 2), 4) << 2;
    // products in float32, sums in float64, four at a time since each waits for the one before
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
    for (; p < to; p += 4) {
      s0 += <f64>(load<f32>(values + p) * load<f32>(b + (<usize>load<u32>(indices + p) << 2)));
    }
    store<f32>(out + (<usize>r << 2), <f32>(s0 + s1 + (s2 + s3)));
  }
}

// @ts-expect-error: decorator
@inline
function columns16(from: usize, to: usize, indices: usize, values: usize, b: usize, stride: usize, out: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
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
function columns4(from: usize, to: usize, indices: usize, values: usize, b: usize, stride: usize, out: usize): void {
  let s = f32x4.splat(0);
  for (let p = from; p < to; p += 4) {
    const row = b + <usize>load<u32>(indices + p) * stride;
    s = f32x4.add(s, f32x4.mul(v128.load32_splat(values + p), v128.load(row)));
  }
  v128.store(out, s);
}

// @ts-expect-error: decorator
@inline
function columns1(from: usize, to: usize, indices: usize, values: usize, b: usize, stride: usize, out: usize): void {
  let s: f64 = 0;
  for (let p = from; p < to; p += 4) {
    s += <f64>load<f32>(values + p) * <f64>load<f32>(b + <usize>load<u32>(indices + p) * stride);
  }
  store<f32>(out, <f32>s);
}

/**
 * For each row of logits (rows × k) and its class: the cross-entropy of the softmax, and softmax − one-hot, its
 * gradient. One column of logits means two classes, whose logits are 0 and the column's value.
 */
export function softmaxCrossEntropy(
  rows: i32,
  k: i32,
  logits: usize,
  labels: usize,
  loss: usize,
  backprop: usize,
): void {
  for (let r = 0; r < rows; r++) {
    const label = load<i32>(labels + (<usize>r << 2));
    const row = <usize>r * <usize>k << 2;
    const lost = k == 1 ? binaryRow(label, logits + row, backprop + row) : softmaxRow(k, label, logits + row, backprop + row);
    store<f32>(loss + (<usize>r << 2), <f32>lost);
  }
}

// @ts-expect-error: decorator
@inline
function binaryRow(label: i32, logit: usize, backprop: usize): f64 {
  const z = <f64>load<f32>(logit);
  const small = <f64>exp32(<f32>-Math.abs(z)); // e^-|z|
  const p = (z >= 0 ? 1.0 : small) / (1.0 + small);
  store<f32>(backprop, <f32>(p - <f64>label));
  return Math.max(z, 0) - <f64>label * z + log(1.0 + small);
}

// @ts-expect-error: decorator
@inline
function softmaxRow(k: i32, label: i32, logits: usize, backprop: usize): f64 {
  const end = <usize>k << 2;
  let max = load<f32>(logits);
  for (let p: usize = 4; p < end; p += 4) max = Mathf.max(max, load<f32>(logits + p));
  const shift = f32x4.splat(max);
  let total: f64 = 0;
  let p: usize = 0;
  for (; p + 16 <= end; p += 16) {
    const e = exp128(f32x4.sub(v128.load(logits + p), shift));
    v128.store(backprop + p, e);
    total += <f64>f32x4.extract_lane(e, 0) + <f64>f32x4.extract_lane(e, 1) + <f64>f32x4.extract_lane(e, 2) + <f64>f32x4.extract_lane(e, 3);
  }
  for (; p < end; p += 4) {
    const e = exp32(load<f32>(logits + p) - max);
    store<f32>(backprop + p, e);
    total += <f64>e;
  }
  const scale = f32x4.splat(<f32>(1.0 / total));
  for (p = 0; p + 16 <= end; p += 16) v128.store(backprop + p, f32x4.mul(v128.load(backprop + p), scale));
  for (; p < end; p += 4) store<f32>(backprop + p, load<f32>(backprop + p) * f32x4.extract_lane(scale, 0));
  const own = <usize>label << 2;
  store<f32>(backprop + own, load<f32>(backprop + own) - 1);
  return log(total) + <f64>max - <f64>load<f32>(logits + own);
}

/** e^x for x ≤ 0, relative error below 3e-7; 0 below −87.3. */
// @ts-expect-error: decorator
@inline
function exp32(x: f32): f32 {
  return f32x4.extract_lane(exp128(f32x4.splat(x)), 0);
}

/**
 * e^x = 2^n · e^r with n = round(x / ln 2) and |r| ≤ ln 2 / 2 (ln 2 split in two so that r is exact), e^r by its
 * Taylor polynomial of degree 7, whose remainder is below 1e-8 there.
 */
// @ts-expect-error: decorator
@inline
function exp128(x: v128): v128 {
  const inside = f32x4.ge(x, f32x4.splat(-87.3));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.4426950408889634)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440e-4)));
  let e = f32x4.splat(1.0 / 5040.0);
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1.0 / 720.0));
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1.0 / 120.0));
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1.0 / 24.0));
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1.0 / 6.0));
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(0.5));
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1.0));
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1.0));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.and(f32x4.mul(e, power), inside);
}

/** Σ aᵢ·bᵢ over n elements: float32 within 4,096 elements, float64 across them. */
export function dot(n: i32, a: usize, b: usize): f64 {
  const end = <usize>n << 2;
  const whole = end & ~63;
  let total: f64 = 0;
  let p: usize = 0;
  while (p < whole) {
    const stop = min<usize>(p + 16384, whole);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (; p < stop; p += 64) {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(a + p), v128.load(b + p)));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(a + p, 16), v128.load(b + p, 16)));
      s2 = f32x4.add(s2, f32x4.mul(v128.load(a + p, 32), v128.load(b + p, 32)));
      s3 = f32x4.add(s3, f32x4.mul(v128.load(a + p, 48), v128.load(b + p, 48)));
    }
    total += sum4(s0) + sum4(s1) + sum4(s2) + sum4(s3);
  }
  for (; p < end; p += 4) total += <f64>load<f32>(a + p) * <f64>load<f32>(b + p);
  return total;
}

@inline
function sum4(v: v128): f64 {
  return <f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1) + <f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3);
}

/** y = scale·y + weight·x over n elements; a scale of 0 forgets y, whatever it held. */
export function scaleAdd(n: i32, scale: f32, y: usize, weight: f32, x: usize): void {
  const end = <usize>n << 2;
  const whole = end & ~15;
  const w = f32x4.splat(weight);
  let p: usize = 0;
  if (scale == 0) {
    for (; p < whole; p += 16) v128.store(y + p, f32x4.mul(w, v128.load(x + p)));
    for (; p < end; p += 4) store<f32>(y + p, weight * load<f32>(x + p));
    return;
  }
  const s = f32x4.splat(scale);
  for (; p < whole; p += 16) {
    v128.store(y + p, f32x4.add(f32x4.mul(s, v128.load(y + p)), f32x4.mul(w, v128.load(x + p))));
  }
  for (; p < end; p += 4) store<f32>(y + p, scale * load<f32>(y + p) + weight * load<f32>(x + p));
}

/** out = a ⊙ b over n elements. */
export function multiply(n: i32, out: usize, a: usize, b: usize): void {
  const end = <usize>n << 2;
  const whole = end & ~15;
  let p: usize = 0;
  for (; p < whole; p += 16) v128.store(out + p, f32x4.mul(v128.load(a + p), v128.load(b + p)));
  for (; p < end; p += 4) store<f32>(out + p, load<f32>(a + p) * load<f32>(b + p));
}

/** Largest |aᵢ| over n elements; 0 for none. */
export function maxAbs(n: i32, a: usize): f32 {
  const end = <usize>n << 2;
  const whole = end & ~15;
  let m = f32x4.splat(0);
  let p: usize = 0;
  for (; p < whole; p += 16) m = f32x4.max(m, f32x4.abs(v128.load(a + p)));
  let max = Mathf.max(Mathf.max(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1)), Mathf.max(f32x4.extract_lane(m, 2), f32x4.extract_lane(m, 3)));
  for (; p < end; p += 4) max = Mathf.max(max, Mathf.abs(load<f32>(a + p)));
  return max;
}
