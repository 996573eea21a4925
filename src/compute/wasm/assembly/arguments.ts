// What a job is told, four bytes each; heap.ts writes them.
const ARGS: usize = 320;

// @ts-expect-error: decorator
@inline
export function arg(i: usize): usize {
  return <usize>load<u32>(ARGS + (i << 2));
}

/** Rows of one block: borders[block] to borders[block + 1]. */
// @ts-expect-error: decorator
@inline
export function border(borders: usize, block: i32): i32 {
  return load<i32>(borders + (<usize>block << 2));
}

// @ts-expect-error: decorator
@inline
export function number(i: usize): f32 {
  return reinterpret<f32>(<u32>arg(i));
}
