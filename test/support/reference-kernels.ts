// What kernels are held to, in float64.
import { expect } from 'vitest';
import type { Csr } from '../../src/sparse/csr.js';

/** A·B for a dense row-major B of k columns; `adjoint`: Aᵀ·B. */
export function multiply(a: Csr, b: Float32Array, k: number, adjoint: boolean): Float64Array {
  const out = new Float64Array((adjoint ? a.cols : a.rows) * k);
  for (let r = 0; r < a.rows; r++) {
    for (let p = a.indptr[r]!; p < a.indptr[r + 1]!; p++) {
      const [to, from] = adjoint ? [a.indices[p]!, r] : [r, a.indices[p]!];
      for (let c = 0; c < k; c++) out[to * k + c]! += a.values[p]! * b[from * k + c]!;
    }
  }
  return out;
}

/** The cross-entropy of rows of k logits, and its gradient by them; one column means two classes. */
export function crossEntropy(logits: Float32Array, labels: Int32Array, k: number) {
  const loss: number[] = [];
  const gradient: number[] = [];
  for (let r = 0; r < labels.length; r++) {
    const own = logits.subarray(r * k, (r + 1) * k);
    const z = k === 1 ? [0, own[0]!] : [...own];
    const max = Math.max(...z);
    const total = z.reduce((sum, v) => sum + Math.exp(v - max), 0);
    loss.push(Math.log(total) + max - z[labels[r]!]!);
    const p = z.map((v, c) => Math.exp(v - max) / total - (c === labels[r] ? 1 : 0));
    gradient.push(...(k === 1 ? [p[1]!] : p));
  }
  return { loss, gradient };
}

/** The loss of a linear model and its gradient, in float64. */
export function lossOf(
  a: Csr,
  labels: Int32Array,
  weights: Float64Array,
  k: number,
  penalties: Float32Array,
  w: Float32Array,
) {
  const logits = Float32Array.from(multiply(a, w, k, false));
  const { loss, gradient: byLogits } = crossEntropy(logits, labels, k);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const scaled = Float32Array.from(byLogits, (g, i) => (g * weights[Math.floor(i / k)]!) / sum);
  const gradient = multiply(a, scaled, k, true);
  let value = loss.reduce((total, l, r) => total + (l * weights[r]!) / sum, 0);
  for (let i = 0; i < w.length; i++) {
    const penalty = penalties[Math.floor(i / k)]!;
    value += (penalty * w[i]! ** 2) / 2;
    gradient[i]! += penalty * w[i]!;
  }
  return { value, gradient };
}

/** Asserts that numbers differ by less than `tolerance`, relative to the largest, or to 1 if that is larger. */
export function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  let scale = 1;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!));
  let worst = 0;
  for (let i = 0; i < expected.length; i++)
    worst = Math.max(worst, Math.abs(found[i]! - expected[i]!) / scale);
  expect(worst).toBeLessThan(tolerance);
}
