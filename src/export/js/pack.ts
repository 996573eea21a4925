import { readFile } from 'node:fs/promises';
import { MaasError } from '../../errors.js';
import type { StemmerName } from '../../text/stemmers.js';
import type { PackedArray } from './runtime.js';

/** Bytes of arrays that fit into a string, which has at most 2²⁹ characters, written as text. */
const MOST_BYTES = 3e8;

/** Plain data and typed arrays as JSON that the runtime revives. Throws `usage` where that would be too long. */
export function packState(state: object): string {
  let bytes = 0;
  return JSON.stringify(state, (_key, value: unknown): unknown => {
    if (!(value instanceof Float32Array || value instanceof Float64Array || value instanceof Uint32Array)) {
      return value;
    }
    bytes += value.byteLength;
    if (bytes > MOST_BYTES) {
      throw new MaasError('usage', 'the model holds more than 300 MB of numbers, too many for an export', {
        hint: 'train with fewer words (--embedding-words seen), or with fewer features',
      });
    }
    const packed: PackedArray = {
      array: value.constructor.name as PackedArray['array'],
      base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
    };
    return packed;
  });
}

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
