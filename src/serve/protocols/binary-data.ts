import { Refusal } from '../refusal.js';
import type { OutputTensor } from './inference.js';
import { elementsOf, rawOf, textsOfElements } from './raw-tensors.js';

/**
 * The Open Inference Protocol's binary tensor data extension, which the clients of Triton use unless told otherwise: a body is JSON,
 * and behind it the bytes of the tensors whose parameter `binary_data_size` says how many there are.
 */
export const LENGTH_HEADER = 'inference-header-content-length';

/** A body in its two parts. Throws a refusal (400) for a length of the JSON that cannot be. */
export function partsOf(body: Buffer, length: unknown): [json: Buffer, data: Buffer] {
  const bytes = typeof length === 'string' && /^[1-9][0-9]{0,9}$/.test(length) ? Number(length) : 0;
  if (bytes === 0 || bytes > body.length) {
    throw new Refusal(
      400,
      `${LENGTH_HEADER} is no length of the JSON in a body of ${body.length} bytes, expected 1 to ${body.length}`,
    );
  }
  return [body.subarray(0, bytes), body.subarray(bytes)];
}

interface BinaryInput {
  name?: unknown;
  datatype?: unknown;
  parameters?: { binary_data_size?: unknown };
  data?: unknown;
}

/** Puts the texts of binary data in where JSON would have them. Throws a refusal (400) for data that is not as the JSON says. */
export function takeBinaryData(json: unknown, data: Buffer): void {
  const { inputs } = Object(json) as { inputs?: unknown };
  let at = 0;
  for (const input of Array.isArray(inputs) ? (inputs as BinaryInput[]) : []) {
    const size = input?.parameters?.binary_data_size;
    if (size === undefined) continue;
    if (!Number.isInteger(size) || (size as number) < 0 || at + (size as number) > data.length) {
      throw new Refusal(400, `"binary_data_size" does not fit, there are ${data.length - at} bytes of data`);
    }
    if (input.datatype !== 'BYTES') throw new Refusal(400, 'there is binary data of another type than BYTES');
    if (input.data !== undefined) throw new Refusal(400, 'an input has both "data" and binary data');
    const end = at + (size as number);
    input.data = textsOfElements(elementsOf(data.subarray(at, end), 'the binary data'));
    at = end;
  }
  if (at < data.length)
    throw new Refusal(400, `there are ${data.length - at} bytes of data that no input names`);
}

/** An answer as JSON, and behind it the outputs that are wanted as bytes. */
export function binaryAnswer(
  answer: object,
  outputs: readonly OutputTensor[],
  wanted: (output: OutputTensor) => boolean,
): { body: Buffer; length: number } {
  const parts: Buffer[] = [];
  const tensors = outputs.map((output) => {
    if (!wanted(output)) return output;
    const bytes = rawOf(output);
    parts.push(bytes);
    const { data, ...described } = output;
    return { ...described, parameters: { ...output.parameters, binary_data_size: bytes.length } };
  });
  const json = Buffer.from(JSON.stringify({ ...answer, outputs: tensors }));
  return { body: Buffer.concat([json, ...parts]), length: json.length };
}
