/** Numbers in the order of their keys, which are below `limit`; equal ones stay as they are (a counting sort). */
function sortedBy(numbers: Uint32Array, keys: Uint32Array, limit: number): Uint32Array {
  const starts = new Uint32Array(limit + 1);
  for (let i = 0; i < numbers.length; i++) starts[keys[numbers[i]!]! + 1]!++;
  for (let key = 0; key < limit; key++) starts[key + 1]! += starts[key]!;
  const sorted = new Uint32Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) sorted[starts[keys[numbers[i]!]!]!++] = numbers[i]!;
  return sorted;
}

export function allBelow(length: number): Uint32Array {
  const all = new Uint32Array(length);
  for (let i = 0; i < length; i++) all[i] = i;
  return all;
}

/** Numbers in the falling order of their keys, which are at most `largest`; equal ones stay as they are. */
export function byFallingKey(numbers: Uint32Array, keys: Uint32Array, largest: number): Uint32Array {
  const falling = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) falling[i] = largest - keys[i]!;
  return sortedBy(numbers, falling, largest + 1);
}
