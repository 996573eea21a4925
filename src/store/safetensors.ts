import { MaasError } from '../errors.js';

/** The arrays that maas stores. */
export type TypedArray = Float64Array | Float32Array | Uint32Array | Int32Array;
export interface Tensor {
  shape: number[];
  data: TypedArray;
}

const kinds = {
  F64: Float64Array,
  F32: Float32Array,
  U32: Uint32Array,
  I32: Int32Array,
} as const;
type Kind = keyof typeof kinds;

/** Where a header holds texts in the place of an array. */
const METADATA = '__metadata__';

/**
 * Writes named arrays, and texts about them, in the safetensors format: the length of a JSON header (8 bytes, little-endian), the header,
 * and the arrays one after the other. Python's `safetensors` reads the result.
 */
export function encodeSafetensors(
  tensors: Record<string, Tensor>,
  metadata?: Record<string, string>,
): Uint8Array {
  let size = 0;
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    const dtype = (Object.keys(kinds) as Kind[]).find((kind) => data instanceof kinds[kind])!;
    const from = size;
    size += data.byteLength;
    return [name, { dtype, shape, data_offsets: [from, size] }] as const;
  });
  const header = { ...(metadata && { [METADATA]: metadata }), ...Object.fromEntries(entries) };
  let json = JSON.stringify(header);
  // the arrays start on a multiple of eight, so that they can be read in place
  json = json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8 - Buffer.byteLength(json) + json.length, ' ');
  const text = Buffer.from(json, 'utf8');
  const out = new Uint8Array(8 + text.length + size);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of Object.values(tensors)) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/** Reads the arrays that `encodeSafetensors` wrote. Throws `artifact` for anything else; `name` is the file, for the message. */
export function decodeSafetensors(bytes: Uint8Array, name: string): Record<string, Tensor> {
  return decodeWithMetadata(bytes, name).tensors;
}

/** The same, and the texts about them. */
export function decodeWithMetadata(
  bytes: Uint8Array,
  name: string,
): { tensors: Record<string, Tensor>; metadata: Record<string, string> } {
  const broken = (why: string) => new MaasError('artifact', `${name} is not a safetensors file: ${why}`);
  if (bytes.length < 8) throw broken('it is too short');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length - 8) throw broken('its header is cut off');
  let header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  try {
    header = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + 8, length).toString('utf8'));
  } catch (cause) {
    throw new MaasError('artifact', `${name} is not a safetensors file: its header is not JSON`, { cause });
  }
  const { [METADATA]: metadata, ...arrays } = header;
  const entries = Object.entries(arrays).map(([key, { dtype, shape, data_offsets }]): [string, Tensor] => {
    const [from, to] = data_offsets;
    const type = kinds[dtype as Kind];
    if (!type) throw broken(`"${key}" has the unknown type ${dtype}`);
    const size = shape.reduce((product, n) => product * n, 1) * type.BYTES_PER_ELEMENT;
    if (to - from !== size || 8 + length + to > bytes.length) throw broken(`"${key}" has the wrong size`);
    // a copy, since the bytes may start anywhere in their buffer
    const own = new Uint8Array(bytes.subarray(8 + length + from, 8 + length + to));
    return [key, { shape, data: new type(own.buffer) }];
  });
  return {
    tensors: Object.fromEntries(entries),
    metadata: (metadata ?? {}) as unknown as Record<string, string>,
  };
}
