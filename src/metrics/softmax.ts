/** e^z over the sum of e^z, shifted by the largest z so that nothing overflows, into `out` from `at` on. */
export function softmax(logits: Float64Array, out: Float64Array, at: number): void {
  const { length } = logits;
  let max = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < length; c++) max = Math.max(max, logits[c]!);
  let total = 0;
  for (let c = 0; c < length; c++) {
    const e = Math.exp(logits[c]! - max);
    out[at + c] = e;
    total += e;
  }
  for (let c = 0; c < length; c++) out[at + c]! /= total;
}
