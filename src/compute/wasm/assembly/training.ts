// What networks are trained with on the processor: the batch's part of a sparse matrix turned round, and the steps of
// optimizers.

/**
 * Turns the rows of a batch round: which features they have (to `touched`, in the order they are met), where the
 * entries of each begin (to `offsets`, one more), and those entries, the place of the row in the batch and the value.
 * `place` holds a zero for each feature, and does so again afterwards. Answers with how many features there are.
 */
export function turnBatch(
  batch: u32,
  rows: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  place: usize,
  touched: usize,
  offsets: usize,
  outRows: usize,
  outValues: usize,
): u32 {
  let count: u32 = 0;
  for (let i: usize = 0; i < <usize>batch; i++) {
    const row = <usize>load<u32>(rows + (i << 2)) << 2;
    const to = <usize>load<u32>(indptr + row, 4) << 2;
    for (let p = <usize>load<u32>(indptr + row) << 2; p < to; p += 4) {
      const feature = load<u32>(indices + p);
      const at = place + (<usize>feature << 2);
      if (load<u32>(at) == 0) {
        store<u32>(touched + (<usize>count << 2), feature);
        store<u32>(offsets + (<usize>count << 2), 0);
        store<u32>(at, ++count);
      }
      const counted = offsets + (<usize>(load<u32>(at) - 1) << 2);
      store<u32>(counted, load<u32>(counted) + 1);
    }
  }
  let sum: u32 = 0;
  for (let j: usize = 0; j < <usize>count << 2; j += 4) {
    const length = load<u32>(offsets + j);
    store<u32>(offsets + j, sum);
    sum += length;
  }
  // each offset goes on to the end of its entries, which is where the next ones begin
  for (let i: usize = 0; i < <usize>batch; i++) {
    const row = <usize>load<u32>(rows + (i << 2)) << 2;
    const to = <usize>load<u32>(indptr + row, 4) << 2;
    for (let p = <usize>load<u32>(indptr + row) << 2; p < to; p += 4) {
      const next = offsets + (<usize>(load<u32>(place + (<usize>load<u32>(indices + p) << 2)) - 1) << 2);
      const at = <usize>load<u32>(next) << 2;
      store<u32>(next, (<u32>at >> 2) + 1);
      store<u32>(outRows + at, <u32>i);
      store<f32>(outValues + at, load<f32>(values + p));
    }
  }
  for (let j = <usize>count << 2; j > 0; j -= 4) {
    store<u32>(offsets + j, load<u32>(offsets + j - 4));
    store<u32>(place + (<usize>load<u32>(touched + j - 4) << 2), 0);
  }
  store<u32>(offsets, 0);
  return count;
}

/** Adam's update of `bytes` of weights, their mean gradients and mean squares; `squared` stands for the gradient's squares if not 0. */
export function adam(
  bytes: usize,
  weights: usize,
  means: usize,
  squares: usize,
  gradient: usize,
  squared: usize,
  rate: f32,
  keep: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const g = v128.load(gradient + i);
    const m = f32x4.add(
      f32x4.mul(f32x4.splat(beta1), v128.load(means + i)),
      f32x4.mul(f32x4.splat(1 - beta1), g),
    );
    const v = f32x4.add(
      f32x4.mul(f32x4.splat(beta2), v128.load(squares + i)),
      f32x4.mul(f32x4.splat(1 - beta2), squared ? v128.load(squared + i) : f32x4.mul(g, g)),
    );
    v128.store(means + i, m);
    v128.store(squares + i, v);
    const step = f32x4.div(f32x4.mul(f32x4.splat(rate), m), f32x4.add(f32x4.sqrt(v), f32x4.splat(epsilon)));
    v128.store(weights + i, f32x4.sub(f32x4.mul(f32x4.splat(keep), v128.load(weights + i)), step));
  }
  for (; i < bytes; i += 4) {
    const g = load<f32>(gradient + i);
    const m = beta1 * load<f32>(means + i) + (1 - beta1) * g;
    const v = beta2 * load<f32>(squares + i) + (1 - beta2) * (squared ? load<f32>(squared + i) : g * g);
    store<f32>(means + i, m);
    store<f32>(squares + i, v);
    store<f32>(weights + i, keep * load<f32>(weights + i) - (rate * m) / (sqrt<f32>(v) + epsilon));
  }
}

export function sgd(bytes: usize, weights: usize, gradient: usize, rate: f32): void {
  for (let i: usize = 0; i < bytes; i += 4) {
    store<f32>(weights + i, load<f32>(weights + i) - rate * load<f32>(gradient + i));
  }
}

export function momentum(
  bytes: usize,
  weights: usize,
  velocities: usize,
  gradient: usize,
  rate: f32,
  decay: f32,
): void {
  for (let i: usize = 0; i < bytes; i += 4) {
    const v = decay * load<f32>(velocities + i) - rate * load<f32>(gradient + i);
    store<f32>(velocities + i, v);
    store<f32>(weights + i, load<f32>(weights + i) + v);
  }
}

export function rmsprop(
  bytes: usize,
  weights: usize,
  squares: usize,
  gradient: usize,
  squared: usize,
  rate: f32,
  rho: f32,
  epsilon: f32,
): void {
  for (let i: usize = 0; i < bytes; i += 4) {
    const g = load<f32>(gradient + i);
    const s = rho * load<f32>(squares + i) + (1 - rho) * (squared ? load<f32>(squared + i) : g * g);
    store<f32>(squares + i, s);
    store<f32>(weights + i, load<f32>(weights + i) - (rate * g) / sqrt<f32>(s + epsilon));
  }
}
