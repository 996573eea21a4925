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

/** Numbers that are sorted faster by insertion, and bits that are sorted by at a time. */
const [FEW, DIGIT_BITS] = [40, 7];
const DIGITS = 1 << DIGIT_BITS;
const places = new Uint32Array(DIGITS);
let spare = new Uint32Array(512);

/** Sorts numbers in place, rising: few by insertion, more of them digit by digit, the last one first. */
export function sortInPlace(numbers: Uint32Array): void {
  const { length } = numbers;
  if (length <= FEW) {
    for (let i = 1; i < length; i++) {
      const number = numbers[i]!;
      let at = i;
      for (; at > 0 && numbers[at - 1]! > number; at--) numbers[at] = numbers[at - 1]!;
      numbers[at] = number;
    }
    return;
  }
  if (length > spare.length) spare = new Uint32Array(2 * length);
  let any = 0;
  for (let i = 0; i < length; i++) any |= numbers[i]!;
  let from = numbers;
  let to: Uint32Array = spare;
  for (let shift = 0; shift < 32 && any >>> shift !== 0; shift += DIGIT_BITS) {
    places.fill(0);
    for (let i = 0; i < length; i++) places[(from[i]! >>> shift) & (DIGITS - 1)]!++;
    let sum = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const count = places[digit]!;
      places[digit] = sum;
      sum += count;
    }
    for (let i = 0; i < length; i++) {
      const number = from[i]!;
      to[places[(number >>> shift) & (DIGITS - 1)]!++] = number;
    }
    [from, to] = [to, from];
  }
  if (from !== numbers) numbers.set(from.subarray(0, length));
}
