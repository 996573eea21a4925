import { Refusal } from '../refusal.js';
import type { OutputTensor } from './inference.js';

/** Tensors as bytes, little endian and row-major: of BYTES each element behind its length in four bytes, of FP64 eight bytes each. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws a refusal (400) for bytes that are not UTF-8. */
export const textsOfElements = (elements: readonly Uint8Array[]): string[] =>
  elements.map((bytes, i) => {
    try {
      return decoder.decode(bytes);
    } catch {
      throw new Refusal(400, `the bytes of text ${i} are not UTF-8`);
    }
  });

/** The elements of a raw BYTES tensor. Throws a refusal (400), which calls it by its name, where it ends within one. */
export function elementsOf(raw: Uint8Array, name: string): Uint8Array[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const elements: Uint8Array[] = [];
  for (let at = 0; at < raw.length; ) {
    const from = at + 4;
    const length = from <= raw.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (from + length > raw.length) throw new Refusal(400, `${name} ends within element ${elements.length}`);
    elements.push(raw.subarray(from, from + length));
    at = from + length;
  }
  return elements;
}

/** The bytes of a tensor that is answered. */
export function rawOf({ datatype, data }: Pick<OutputTensor, 'datatype' | 'data'>): Buffer {
  if (datatype === 'FP64') {
    const bytes = Buffer.alloc(8 * data.length);
    data.forEach((value, i) => {
      bytes.writeDoubleLE(value as number, 8 * i);
    });
    return bytes;
  }
  return Buffer.concat(
    data.flatMap((value) => {
      const text = Buffer.from(value as string);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return [length, text];
    }),
  );
}
