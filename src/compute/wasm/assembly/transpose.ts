// A sparse matrix by columns.
import { arg, border } from './arguments';

/** Counts how often each column stands in some of `indices`, into offsets of cols + 1 columns, and a second copy of them. */
export function columnOffsets(cols: i32, nonZeros: i32, indices: usize, offsets: usize, copy: usize): void {
  memory.fill(copy, 0, (<usize>cols + 1) << 2);
  const end = indices + (<usize>nonZeros << 2);
  for (let p = indices; p < end; p += 4) {
    const at = copy + (<usize>load<u32>(p) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let sum: u32 = 0;
  for (let c: usize = 0; c <= <usize>cols; c++) {
    const count = load<u32>(copy + (c << 2));
    store<u32>(copy + (c << 2), sum);
    store<u32>(offsets + (c << 2), sum);
    sum += count;
  }
}

/**
 * Some columns of a band of rows as rows: a range of columns at a time, so that what is written stays in the cache.
 * Columns must rise within a row; rows are numbered from the first of the band on.
 * Arguments: the first row, the row after the last, indptr, indices, values, outIndices, outValues, where each column goes on, –, –, borders.
 */
export function transposeBlock(block: i32): void {
  const firstRow = <i32>arg(0);
  const endRow = <i32>arg(1);
  const indptr = arg(2);
  const indices = arg(3);
  const values = arg(4);
  const outIndices = arg(5);
  const outValues = arg(6);
  const next = arg(7);
  const firstColumn = <u32>border(arg(10), block);
  const endColumn = <u32>border(arg(10), block + 1);
  for (let r = firstRow; r < endRow; r++) {
    const to = <usize>load<u32>(indptr + (<usize>r << 2), 4) << 2;
    let p = <usize>load<u32>(indptr + (<usize>r << 2)) << 2;
    p = lowerBound(indices, p, to, firstColumn);
    for (; p < to; p += 4) {
      const column = load<u32>(indices + p);
      if (column >= endColumn) break;
      const at = next + (<usize>column << 2);
      const place = <usize>load<u32>(at);
      store<u32>(at, <u32>place + 1);
      store<i32>(outIndices + (place << 2), r - firstRow);
      store<f32>(outValues + (place << 2), load<f32>(values + p));
    }
  }
}

/** The first byte of [from, to) of rising numbers at which there is one that is not below `least`. */
// @ts-expect-error: decorator
@inline
function lowerBound(numbers: usize, from: usize, to: usize, least: u32): usize {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + ((high - low) >> 1)) & ~3;
    if (load<u32>(numbers + middle) < least) low = middle + 4;
    else high = middle;
  }
  return low;
}
