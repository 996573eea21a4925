// Products of dense matrices. The right one is packed into panels of eight columns, which stand row by row, so that a tile
// of four rows and eight columns stays in registers and reads memory in order. Each number is summed over the depth from
// the first to the last, whatever stands beside it: rows do not know each other.
import { arg } from './arguments';

/** Bytes of a row of a panel, and how deep the panels of a block of `matmulBlock` are. */
const PANEL: usize = 32;
const DEPTH: usize = 256;

/**
 * Packs rows of a matrix, eight columns from `b` on, into a panel; `step` and `column` are the bytes from one row and
 * from one column to the next.
 */
// @ts-expect-error: decorator
@inline
function packPanel(depth: usize, b: usize, step: usize, column: usize, out: usize): void {
  const end = out + depth * PANEL;
  if (column == 4) {
    for (; out < end; out += PANEL, b += step) {
      v128.store(out, v128.load(b));
      v128.store(out, v128.load(b, 16), 16);
    }
    return;
  }
  for (; out < end; out += PANEL, b += step) {
    let p = b;
    for (let c: usize = 0; c < PANEL; c += 4, p += column) store<f32>(out + c, load<f32>(p));
  }
}

/** Packs a whole matrix, panel by panel; its columns are a multiple of eight. */
export function packPanels(depth: usize, columns: usize, b: usize, step: usize, column: usize, out: usize): void {
  for (let c: usize = 0; c < columns; c += 8) {
    packPanel(depth, b + c * column, step, column, out + c * depth * 4);
  }
}

/** Adds A·B to `out` for some rows of A and a packed B; `row` and `step` are the bytes from one row and one column of A to the next. */
export function addProduct(
  rows: usize,
  depth: usize,
  a: usize,
  row: usize,
  step: usize,
  columns: usize,
  packed: usize,
  out: usize,
  outRow: usize,
): void {
  for (let c: usize = 0; c < columns; c += 8) {
    addPanel(rows, depth, a, row, step, packed + c * depth * 4, out + c * 4, outRow);
  }
}

// @ts-expect-error: decorator
@inline
function addPanel(
  rows: usize,
  depth: usize,
  a: usize,
  row: usize,
  step: usize,
  panel: usize,
  out: usize,
  outRow: usize,
): void {
  let r: usize = 0;
  for (; r + 4 <= rows; r += 4) tile4(depth, a + r * row, row, step, panel, out + r * outRow, outRow);
  for (; r < rows; r++) tile1(depth, a + r * row, step, panel, out + r * outRow);
}

function tile4(depth: usize, a: usize, row: usize, step: usize, panel: usize, out: usize, outRow: usize): void {
  const out1 = out + outRow;
  const out2 = out1 + outRow;
  const out3 = out2 + outRow;
  let a1 = a + row;
  let a2 = a1 + row;
  let a3 = a2 + row;
  let s00 = v128.load(out);
  let s01 = v128.load(out, 16);
  let s10 = v128.load(out1);
  let s11 = v128.load(out1, 16);
  let s20 = v128.load(out2);
  let s21 = v128.load(out2, 16);
  let s30 = v128.load(out3);
  let s31 = v128.load(out3, 16);
  const end = panel + depth * PANEL;
  for (; panel < end; panel += PANEL) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let v = v128.load32_splat(a);
    s00 = f32x4.add(s00, f32x4.mul(v, b0));
    s01 = f32x4.add(s01, f32x4.mul(v, b1));
    v = v128.load32_splat(a1);
    s10 = f32x4.add(s10, f32x4.mul(v, b0));
    s11 = f32x4.add(s11, f32x4.mul(v, b1));
    v = v128.load32_splat(a2);
    s20 = f32x4.add(s20, f32x4.mul(v, b0));
    s21 = f32x4.add(s21, f32x4.mul(v, b1));
    v = v128.load32_splat(a3);
    s30 = f32x4.add(s30, f32x4.mul(v, b0));
    s31 = f32x4.add(s31, f32x4.mul(v, b1));
    a += step;
    a1 += step;
    a2 += step;
    a3 += step;
  }
  v128.store(out, s00);
  v128.store(out, s01, 16);
  v128.store(out1, s10);
  v128.store(out1, s11, 16);
  v128.store(out2, s20);
  v128.store(out2, s21, 16);
  v128.store(out3, s30);
  v128.store(out3, s31, 16);
}

function tile1(depth: usize, a: usize, step: usize, panel: usize, out: usize): void {
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  const end = panel + depth * PANEL;
  for (; panel < end; panel += PANEL, a += step) {
    const v = v128.load32_splat(a);
    s0 = f32x4.add(s0, f32x4.mul(v, v128.load(panel)));
    s1 = f32x4.add(s1, f32x4.mul(v, v128.load(panel, 16)));
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
}

/**
 * Some panels of A·B.
 * Arguments: rows, depth, columns (a multiple of eight), columns of a block, A, bytes from row to row and from column to
 * column of it, B, the same of it, out (row-major), what rows of it begin with (0: zeros, 1: what they hold, or a row),
 * room for a panel a block.
 */
export function matmulBlock(block: i32): void {
  const rows = arg(0);
  const depth = arg(1);
  const columns = arg(2);
  const outRow = columns << 2;
  const begin = arg(11);
  const panel = arg(12) + <usize>block * (DEPTH * PANEL);
  const last = min((<usize>block + 1) * arg(3), columns);
  for (let c = <usize>block * arg(3); c < last; c += 8) {
    const out = arg(10) + (c << 2);
    if (begin != 1) {
      const first0 = begin ? v128.load(begin + (c << 2)) : f32x4.splat(0);
      const first1 = begin ? v128.load(begin + (c << 2), 16) : f32x4.splat(0);
      for (let r: usize = 0; r < rows; r++) {
        v128.store(out + r * outRow, first0);
        v128.store(out + r * outRow, first1, 16);
      }
    }
    for (let k: usize = 0; k < depth; k += DEPTH) {
      const some = min(DEPTH, depth - k);
      packPanel(some, arg(7) + k * arg(8) + c * arg(9), arg(8), arg(9), panel);
      addPanel(rows, some, arg(4) + k * arg(6), arg(5), arg(6), panel, out, outRow);
    }
  }
}
