// Cross-entropy of a row's softmax. No static data: the modules own no byte of the memory that they work on.

/** One logit z of two classes whose logits are 0 and z: writes p − label to `backprop`, which may be `logit`. */
// @ts-expect-error: decorator
@inline
export function binaryRow(label: i32, logit: usize, backprop: usize): f64 {
  const z = <f64>load<f32>(logit);
  const small = <f64>exp32(<f32>-Math.abs(z)); // e^-|z|
  const p = (z >= 0 ? 1.0 : small) / (1.0 + small);
  store<f32>(backprop, <f32>(p - <f64>label));
  return Math.max(z, 0) - <f64>label * z + log(1.0 + small);
}

/** k logits: writes softmax − one-hot to `backprop`, which may be `logits`. */
export function softmaxRow(k: i32, label: i32, logits: usize, backprop: usize): f64 {
  const end = <usize>k << 2;
  const own = <usize>label << 2;
  const ownLogit = load<f32>(logits + own);
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
  store<f32>(backprop + own, load<f32>(backprop + own) - 1);
  return log(total) + <f64>max - <f64>ownLogit;
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

/**
 * ln x for x ≥ 1: x = 2^n · m with m in [√½, √2), ln m = 2·artanh s with s = (m − 1) / (m + 1), |s| < 0.1716, whose
 * series is cut where its terms are below 1e-14.
 */
// @ts-expect-error: decorator
@inline
function log(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let n = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    n++;
  }
  const s = (m - 1) / (m + 1);
  const q = s * s;
  let sum = 1.0 / 17.0;
  sum = sum * q + 1.0 / 15.0;
  sum = sum * q + 1.0 / 13.0;
  sum = sum * q + 1.0 / 11.0;
  sum = sum * q + 1.0 / 9.0;
  sum = sum * q + 1.0 / 7.0;
  sum = sum * q + 1.0 / 5.0;
  sum = sum * q + 1.0 / 3.0;
  return <f64>n * 0.6931471805599453 + 2 * s * (1 + q * sum);
}
