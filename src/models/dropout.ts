import type { Random } from '../random.js';

/** For each of so many outputs 0 where it is left out, and for the rest what keeps the expectation. */
export function dropMask(length: number, dropout: number, random: Random): Float32Array {
  const kept = 1 / (1 - dropout);
  const mask = new Float32Array(length);
  for (let i = 0; i < length; i++) mask[i] = random() < dropout ? 0 : kept;
  return mask;
}

/** Multiplies numbers by a mask, in place. */
export function dropOut(values: Float32Array, mask: Float32Array): void {
  for (let i = 0; i < mask.length; i++) values[i]! *= mask[i]!;
}
