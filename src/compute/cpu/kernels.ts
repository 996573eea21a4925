/** A·B for a CSR matrix with `rows` rows and a dense row-major B with k columns; sums in float64. */
export function sparseMatMul(
  rows: number,
  k: number,
  indptr: Int32Array,
  indices: Int32Array,
  values: Float32Array,
  b: Float32Array,
): Float32Array {
  const out = new Float32Array(rows * k);
  const sums = new Float64Array(k);
  for (let r = 0; r < rows; r++) {
    sums.fill(0);
    for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
      const value = values[p]!;
      const row = indices[p]! * k;
      for (let c = 0; c < k; c++) sums[c]! += value * b[row + c]!;
    }
    out.set(sums, r * k);
  }
  return out;
}

/** Cross-entropy of softmax(logits) and its gradient; one column of logits means the two logits 0 and z. */
export function softmaxCrossEntropy(
  rows: number,
  k: number,
  logits: Float32Array,
  labels: Int32Array,
): { loss: Float32Array; backprop: Float32Array } {
  const loss = new Float32Array(rows);
  const backprop = new Float32Array(rows * k);
  for (let r = 0; r < rows; r++) {
    const label = labels[r]!;
    if (k === 1) {
      const z = logits[r]!;
      const small = Math.exp(-Math.abs(z));
      backprop[r] = (z >= 0 ? 1 : small) / (1 + small) - label;
      loss[r] = Math.max(z, 0) - label * z + Math.log1p(small);
      continue;
    }
    const from = r * k;
    let max = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < k; c++) max = Math.max(max, logits[from + c]!);
    let total = 0;
    for (let c = 0; c < k; c++) total += Math.exp(logits[from + c]! - max);
    for (let c = 0; c < k; c++) backprop[from + c] = Math.exp(logits[from + c]! - max) / total;
    backprop[from + label]! -= 1;
    loss[r] = Math.log(total) + max - logits[from + label]!;
  }
  return { loss, backprop };
}

/** Σ aᵢ·bᵢ over n elements from `from` on, in float64. */
export function dot(n: number, from: number, a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = from; i < from + n; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** y = scale·y + weight·x over n elements from `from` on; a scale of 0 forgets y, whatever it held. */
export function scaleAdd(
  n: number,
  from: number,
  scale: number,
  y: Float32Array,
  weight: number,
  x: Float32Array,
): void {
  for (let i = from; i < from + n; i++) y[i] = (scale === 0 ? 0 : scale * y[i]!) + weight * x[i]!;
}

/** out = a ⊙ b over n elements. */
export function multiply(n: number, out: Float32Array, a: Float32Array, b: Float32Array): void {
  for (let i = 0; i < n; i++) out[i] = a[i]! * b[i]!;
}

/** Largest |aᵢ| over n elements; 0 for none. */
export function maxAbs(n: number, a: Float32Array): number {
  let max = 0;
  for (let i = 0; i < n; i++) max = Math.max(max, Math.abs(a[i]!));
  return max;
}
