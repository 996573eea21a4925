// Elementary functions, without static data.

/** e^x for x ≤ 0, relative error below 3e-7; 0 below −87.3. */
// @ts-expect-error: decorator
@inline
export function exp32(x: f32): f32 {
  return f32x4.extract_lane(exp128(f32x4.splat(x)), 0);
}

/**
 * e^x = 2^n · e^r with n = round(x / ln 2) and |r| ≤ ln 2 / 2 (ln 2 split in two so that r is exact), e^r by its
 * Taylor polynomial of degree 7, whose remainder is below 1e-8 there.
 */
// @ts-expect-error: decorator
@inline
export function exp128(x: v128): v128 {
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
export function log(x: f64): f64 {
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

/** 1 / (1 + e^−x), from e^−|x|, which does not overflow. */
// @ts-expect-error: decorator
@inline
export function sigmoid128(x: v128): v128 {
  const one = f32x4.splat(1);
  const small = exp128(f32x4.neg(f32x4.abs(x)));
  const above = f32x4.div(one, f32x4.add(one, small));
  return v128.bitselect(f32x4.sub(one, above), above, f32x4.lt(x, f32x4.splat(0)));
}

/** (1 − e^−2|x|) / (1 + e^−2|x|) with the sign of x; absolute error below 2e-7. */
// @ts-expect-error: decorator
@inline
export function tanh128(x: v128): v128 {
  const one = f32x4.splat(1);
  const small = exp128(f32x4.mul(f32x4.splat(-2), f32x4.abs(x)));
  const above = f32x4.div(f32x4.sub(one, small), f32x4.add(one, small));
  return v128.or(above, v128.and(x, f32x4.splat(-0.0)));
}
