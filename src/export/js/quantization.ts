/** Numbers that share a scale. */
const BLOCK = 64;
/** The largest code of either sign. */
const LARGEST = 127;

/** Codes from −127 to 127, and for each block of them what one is worth. */
export interface Codes {
  codes: Int8Array;
  scales: Float32Array;
}

/**
 * Weights by symmetric int8 with a scale for each block of consecutive ones, the largest of which it gives exactly: no
 * weight moves by more than half of its scale.
 */
export function toInt8(weights: Float32Array): Codes {
  const scales = new Float32Array(Math.ceil(weights.length / BLOCK));
  const codes = Int8Array.from(weights, (weight, i) => {
    if (i % BLOCK === 0) {
      const block = weights.subarray(i, i + BLOCK);
      scales[i / BLOCK] = block.reduce((most, w) => Math.max(most, Math.abs(w)), 0) / LARGEST;
    }
    const scale = scales[Math.floor(i / BLOCK)]!;
    return scale === 0 ? 0 : Math.max(-LARGEST, Math.min(LARGEST, Math.round(weight / scale)));
  });
  return { codes, scales };
}

/** The weights that codes stand for. */
export const fromInt8 = ({ codes, scales }: Codes): Float32Array =>
  Float32Array.from(codes, (code, i) => code * scales[Math.floor(i / BLOCK)]!);

/** Numbers in 255 equal steps from the smallest to the largest. */
export interface Steps {
  steps: Uint8Array;
  least: number;
  step: number;
}

export function toSteps(numbers: Float64Array): Steps {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of numbers) {
    least = Math.min(least, number);
    most = Math.max(most, number);
  }
  const step = (most - least) / 255;
  const steps = Uint8Array.from(numbers, (number) => (step > 0 ? Math.round((number - least) / step) : 0));
  return { steps, least, step };
}

export const fromSteps = ({ steps, least, step }: Steps): Float64Array =>
  Float64Array.from(steps, (n) => least + n * step);

/** Numbers in IEEE 754's binary16, rounded to the nearest, of two such the even one; those above 65504 become infinite. */
export function toFloat16(numbers: Float32Array | Float64Array): Uint16Array {
  return Uint16Array.from(numbers, (number) => {
    const size = Math.abs(number);
    const sign = number < 0 || Object.is(number, -0) ? 0x8000 : 0;
    if (size >= 65520) return sign | 0x7c00;
    // steps of the numbers between two powers of two, and below 2^-14 of all
    const exponent = Math.max(-14, Math.floor(Math.log2(Math.max(size, 2 ** -24))));
    const steps = roundedToEven(size / 2 ** (exponent - 10));
    // so many steps may be those of the next power, which the sum carries over to
    return sign | (exponent === -14 ? steps : ((exponent + 15) << 10) + (steps - 1024));
  });
}

/** The numbers that halves stand for. */
export const fromFloat16 = (halves: Uint16Array): number[] => Array.from(halves, fromHalf);

function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

function roundedToEven(number: number): number {
  const below = Math.floor(number);
  const rest = number - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
