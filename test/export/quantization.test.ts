import { expect, test } from 'vitest';
import { frontCoded, frontDecoded } from '../../src/export/js/front-coding.js';
import { packState } from '../../src/export/js/pack.js';
import { revive } from '../../src/export/js/packed.js';
import {
  fromFloat16,
  fromInt8,
  fromSteps,
  toFloat16,
  toInt8,
  toSteps,
} from '../../src/export/js/quantization.js';
import { seededRandom } from '../../src/random.js';

const random = seededRandom(7);
const below = (n: number) => Math.floor(random() * n);

test('terms come back from their text, whatever they are made of', () => {
  const pieces = [
    'a',
    'ab',
    ' ',
    '"',
    '\\',
    '~',
    '\n',
    '\u0000',
    'é',
    '天',
    '😀',
    '\ud83d',
    '\ude00',
    '__proto__',
  ];
  for (let round = 0; round < 200; round++) {
    const terms = Array.from({ length: below(30) }, () =>
      Array.from({ length: below(6) }, () => pieces[below(pieces.length)]!)
        .join('')
        .repeat(1 + below(60)),
    );
    const sorted = [...new Set(terms)].sort();
    expect(frontDecoded(frontCoded(sorted))).toEqual(sorted);
    // they are right in any order, and short in one
    expect(frontDecoded(JSON.parse(JSON.stringify(frontCoded(terms))))).toEqual(terms);
  }
  expect(frontDecoded(frontCoded([]))).toEqual([]);
});

test('a weight moves by no more than half of its block’s scale, and the largest stays', () => {
  const weights = Float32Array.from({ length: 1000 }, (_, i) => (random() - 0.5) * 10 ** ((i >> 6) - 8));
  weights.fill(0, 128, 192);
  const quantized = toInt8(weights);
  const found = fromInt8(quantized);
  found.forEach((weight, i) => {
    const half = quantized.scales[i >> 6]! / 2;
    expect(Math.abs(weight - weights[i]!)).toBeLessThanOrEqual(half * (1 + 1e-6));
  });
  expect(found.subarray(128, 192).every((weight) => weight === 0)).toBe(true);
  expect(quantized.codes.byteLength + quantized.scales.byteLength).toBe(1000 + 4 * 16);
});

test('numbers in steps move by no more than half of one', () => {
  const numbers = Float64Array.from({ length: 500 }, () => 1 + 9 * random());
  const { step } = toSteps(numbers);
  fromSteps(toSteps(numbers)).forEach((number, i) => {
    expect(Math.abs(number - numbers[i]!)).toBeLessThanOrEqual(step / 2 + 1e-12);
  });
  expect(fromSteps(toSteps(Float64Array.of(3, 3, 3)))).toEqual(Float64Array.of(3, 3, 3));
});

test('every half comes back as itself, and other numbers as the nearest half, of two the even one', () => {
  const finite = Array.from({ length: 1 << 16 }, (_, half) => half).filter(
    (half) => ((half >>> 10) & 31) !== 31,
  );
  const values = fromFloat16(Uint16Array.from(finite));
  expect([...toFloat16(Float64Array.from(values))]).toEqual(finite);
  for (let half = 0; half < 0x7bff; half += 7) {
    const [low, high] = fromFloat16(Uint16Array.of(half, half + 1)) as [number, number];
    const middle = (low + high) / 2;
    const even = half % 2 === 0 ? half : half + 1;
    const nearest = [0.9 * middle + 0.1 * low, middle, 0.9 * middle + 0.1 * high];
    expect([...toFloat16(Float64Array.from(nearest))]).toEqual([half, even, half + 1]);
  }
  // the numbers of IEEE 754-2019: the smallest, the smallest normal one, 1/3, the largest, and what is above
  expect([...toFloat16(Float64Array.of(2 ** -24, 2 ** -14, 1 / 3, 65504, 65520, -2, 2 ** -26))]).toEqual([
    1, 0x400, 0x3555, 0x7bff, 0x7c00, 0xc000, 0,
  ]);
});

test('short arrays and whole numbers stay as they are', () => {
  const state = { bias: Float32Array.of(0.1, 0.2), kept: Uint32Array.from({ length: 300 }, (_, i) => i * i) };
  for (const quantization of ['int8', 'float16'] as const) {
    expect(JSON.parse(packState(state, quantization), revive)).toEqual(state);
  }
});
