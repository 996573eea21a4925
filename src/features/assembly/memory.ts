/** So many bytes of zeros. */
export function zeros(bytes: usize): usize {
  const at = heap.alloc(bytes);
  memory.fill(at, 0, bytes);
  return at;
}

/** Larger room for what stands at `at`, which is freed. */
export function grown(at: usize, used: usize, bytes: usize): usize {
  const larger = heap.alloc(bytes);
  memory.copy(larger, at, used);
  heap.free(at);
  return larger;
}

/** The same, with zeros behind what is used. */
export function grownWithZeros(at: usize, used: usize, bytes: usize): usize {
  const larger = grown(at, used, bytes);
  memory.fill(larger + used, 0, bytes - used);
  return larger;
}

/** Spreads the bits of a hash (murmur3's finaliser, cut short). */
// @ts-expect-error: decorator
@inline
export function mixed(hash: u32): u32 {
  let h = hash;
  h ^= h >> 16;
  h *= 0x85ebca6b;
  h ^= h >> 13;
  return h;
}

export const NONE: u32 = 0xffff_ffff;
