// AssemblyScript, compiled by scripts/build.mjs to dist/compute/wasm/kernels.wasm.
// The module imports the memory of the TensorFlow.js wasm backend and works in place on its tensors.
import { binaryRow, softmaxRow } from './loss';
import { rowDot, rowProduct } from './sparse';

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
  const stride = <usize>k << 2;
  for (let r = 0; r < rows; r++) {
    const from = <usize>load<u32>(indptr + (<usize>r << 2)) << 2;
    const to = <usize>load<u32>(indptr + (<usize>r << 2), 4) << 2;
    const target = out + <usize>r * stride;
    if (k == 1) store<f32>(target, <f32>rowDot(from, to, indices, values, b));
    else rowProduct(k, from, to, indices, values, b, target, false);
  }
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
