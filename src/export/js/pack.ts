import { readFile } from 'node:fs/promises';
import { MaasError } from '../../errors.js';
import type { StemmerName } from '../../text/stemmers.js';
import type { Quantization } from '../kinds.js';
import type { PackedArray } from './packed.js';
import { toFloat16, toInt8, toSteps } from './quantization.js';

/** Bytes of arrays that fit into a string, which has at most 2²⁹ characters, written as text. */
const MOST_BYTES = 3e8;

/** Arrays that are so short stay as they are: quantizing them would save next to nothing. */
const SHORT = 256;

/**
 * Plain data and typed arrays as JSON that the runtime revives, real numbers quantized where that is asked for. Throws `usage`
 * where it would be too long.
 */
export function packState(state: object, quantization?: Quantization): string {
  let bytes = 0;
  return JSON.stringify(state, (_key, value: unknown): unknown => {
    if (!(value instanceof Float32Array || value instanceof Float64Array || value instanceof Uint32Array)) {
      return value;
    }
    const packed = quantization && packedSmaller(value, quantization);
    bytes += packed ? value.length * (quantization === 'int8' ? 1 : 2) : value.byteLength;
    if (bytes > MOST_BYTES) {
      throw new MaasError('usage', 'the model holds more than 300 MB of numbers, too many for an export', {
        hint: 'train with fewer words (--embedding-words seen), or with fewer features',
      });
    }
    return packed ?? ({ array: nameOf(value), base64: base64Of(value) } satisfies PackedArray);
  });
}

function packedSmaller(
  values: Float32Array | Float64Array | Uint32Array,
  quantization: Quantization,
): PackedArray | undefined {
  if (values.length < SHORT || values instanceof Uint32Array) return undefined;
  if (quantization === 'float16') {
    const array = values instanceof Float32Array ? 'Float32Array' : 'Float64Array';
    return { array, float16: base64Of(toFloat16(values)) };
  }
  if (values instanceof Float32Array) {
    const { codes, scales } = toInt8(values);
    return { int8: base64Of(codes), scales: base64Of(scales) };
  }
  const { steps, ...line } = toSteps(values);
  return { steps: base64Of(steps), ...line };
}

const nameOf = (values: Float32Array | Float64Array | Uint32Array) =>
  values instanceof Uint32Array
    ? 'Uint32Array'
    : values instanceof Float32Array
      ? 'Float32Array'
      : 'Float64Array';

const base64Of = ({ buffer, byteOffset, byteLength }: NodeJS.TypedArray) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/**
 * The runtime as a script that defines `maas`, with the stemmer that the model needs, as a script that defines
 * `natural`; and the expression that names that stemmer.
 */
export async function runtimeScript(stemmer: StemmerName | null): Promise<{ script: string; stem: string }> {
  const built = new URL('../../../dist/export/js/', import.meta.url);
  const runtime = await readFile(new URL('runtime.bundle.js', built), 'utf8');
  if (stemmer === null) return { script: runtime, stem: 'undefined' };
  const natural = await readFile(new URL(`stemmers/${stemmer}.js`, built), 'utf8');
  return { script: `${natural}${runtime}`, stem: '(word) => natural.stemmer.stem(word)' };
}
