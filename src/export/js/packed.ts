import { frontDecoded } from './front-coding.js';
import { fromFloat16, fromInt8, fromSteps } from './quantization.js';

/** The arrays that a pipeline's state has. */
const arrays = { Float32Array, Float64Array, Uint32Array };

/** A typed array as text: what it holds, or what that was quantized to. */
export type PackedArray =
  | { array: keyof typeof arrays; base64: string }
  | { array: 'Float32Array' | 'Float64Array'; float16: string }
  | { int8: string; scales: string }
  | { steps: string; least: number; step: number };

/** Sorted terms as text. */
export interface PackedTerms {
  frontCoded: string;
}

/** What JSON.parse takes to make arrays and terms of what they were packed to. */
export function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const packed = value as PackedArray | PackedTerms;
  if ('base64' in packed) return new arrays[packed.array](bufferOf(packed.base64));
  if ('float16' in packed) {
    return arrays[packed.array].from(fromFloat16(new Uint16Array(bufferOf(packed.float16))));
  }
  if ('int8' in packed) {
    const { int8, scales } = packed;
    return fromInt8({ codes: new Int8Array(bufferOf(int8)), scales: new Float32Array(bufferOf(scales)) });
  }
  if ('steps' in packed) return fromSteps({ ...packed, steps: new Uint8Array(bufferOf(packed.steps)) });
  return 'frontCoded' in packed ? frontDecoded(packed.frontCoded) : value;
}

declare function atob(base64: string): string;

const bufferOf = (base64: string): ArrayBuffer =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
