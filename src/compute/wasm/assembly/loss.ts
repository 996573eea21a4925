// Cross-entropy of a row's softmax. No static data: the modules own no byte of the memory that they work on.
import { exp32, exp128, log } from './functions';

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
