import type { OutputTensor } from '../protocols/inference.js';
import { elementsOf, rawOf, textsOfElements } from '../protocols/raw-tensors.js';
import { Refusal } from '../refusal.js';

/** The contents of a tensor; of those that are not named here, none are looked at. */
interface Contents {
  bytes_contents: Uint8Array[];
}

/** A tensor of a request. */
export interface InputTensor {
  name: string;
  datatype: string;
  shape: number[];
  contents: Contents | null;
}

/**
 * The texts of a request: of the contents of its tensor, or raw, each behind its length. Throws a refusal (400) for other tensors,
 * for bytes that are not UTF-8, and where the shape says something else.
 */
export function textsOf(inputs: readonly InputTensor[], raw: readonly Uint8Array[]): string[] {
  const [input] = inputs;
  if (inputs.length !== 1 || input!.name !== 'text' || input!.datatype !== 'BYTES') {
    const found = inputs.map(({ name, datatype }) => `"${name}" (${datatype})`).join(', ') || 'none';
    throw new Refusal(400, `the inputs are ${found}, expected one: "text" (BYTES)`);
  }
  const { contents, shape } = input!;
  const given = contents?.bytes_contents ?? [];
  if (raw.length > 0 && given.length > 0) {
    throw new Refusal(400, 'there are both contents and raw_input_contents, expected one of them');
  }
  if (raw.length > 1) {
    throw new Refusal(400, `there are ${raw.length} raw_input_contents, expected 1, as there are inputs`);
  }
  const elements = raw.length > 0 ? elementsOf(raw[0]!, 'raw_input_contents') : given;
  const [rows, columns = 1] = shape;
  if (rows !== elements.length || columns !== 1 || shape.length > 2) {
    throw new Refusal(
      400,
      `the shape [${shape.join(', ')}] does not fit ${elements.length} texts, expected [${elements.length}]`,
    );
  }
  return textsOfElements(elements);
}

/** What is answered for outputs: with contents, or with raw contents for who asked so. */
export function responseOf(outputs: readonly OutputTensor[], raw: boolean) {
  return {
    outputs: outputs.map(({ name, datatype, shape, parameters = {}, data }) => ({
      ...{ name, datatype, shape },
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([key, string_param]) => [key, { string_param }]),
      ),
      ...(raw ? {} : { contents: contentsOf(datatype, data) }),
    })),
    raw_output_contents: raw ? outputs.map(rawOf) : [],
  };
}

const contentsOf = (datatype: OutputTensor['datatype'], data: OutputTensor['data']) =>
  datatype === 'FP64'
    ? { fp64_contents: data }
    : { bytes_contents: data.map((value) => Buffer.from(value as string)) };
