import { version as toolVersion } from '../../version.js';
import { Refusal } from '../refusal.js';
import type { ServedVersion } from '../served.js';
import type { Service } from '../service.js';

/** What the Open Inference Protocol says, by whatever wire it is asked. */

/** A tensor before it has data; -1 is any number of rows. */
export interface TensorMetadata {
  name: OutputName | 'text';
  datatype: 'BYTES' | 'FP64';
  shape: number[];
}

/** A tensor of an answer, row-major. */
export interface OutputTensor extends TensorMetadata {
  parameters?: Record<string, string>;
  data: string[] | number[];
}

export const serverMetadata = () => ({
  name: 'maas',
  version: toolVersion,
  extensions: ['binary_tensor_data'],
});

/** The version that a model's name, and perhaps a version's number or alias, stand for. Throws a refusal (404). */
export const versionOf = ({ hosting }: Service, model: string, version?: string): ServedVersion =>
  hosting.find(version ? `${model}@${version}` : model);

export function modelMetadata({ hosting }: Service, { model, labels }: ServedVersion) {
  return {
    name: model,
    versions: hosting.model(model).versions.map(({ version }) => String(version)),
    platform: 'maas',
    inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }] as TensorMetadata[],
    outputs: [
      { name: 'label', datatype: 'BYTES', shape: [-1] },
      { name: 'score', datatype: 'FP64', shape: [-1] },
      { name: 'scores', datatype: 'FP64', shape: [-1, labels.length] },
    ] as TensorMetadata[],
  };
}

/** The outputs by name, in their order; the labels of the columns of `scores` stand in its parameters, as JSON. */
const outputs = {
  label: ({ labels }, best) => ({
    ...{ datatype: 'BYTES', shape: [best.length] },
    data: best.map((c) => labels[c]!),
  }),
  score: ({ labels }, best, probabilities) => ({
    ...{ datatype: 'FP64', shape: [best.length] },
    data: best.map((c, row) => probabilities[row * labels.length + c]!),
  }),
  scores: ({ labels }, best, probabilities) => ({
    ...{ datatype: 'FP64', shape: [best.length, labels.length] },
    parameters: { labels: JSON.stringify(labels) },
    data: Array.from(probabilities),
  }),
} as const satisfies Record<
  string,
  (version: ServedVersion, best: number[], probabilities: Float64Array) => Omit<OutputTensor, 'name'>
>;

export type OutputName = keyof typeof outputs;
export const outputNames = Object.keys(outputs) as OutputName[];

/** Classifies texts and answers with the outputs that are wanted, or all. Throws a refusal (400) for an output that there is not. */
export async function infer(
  service: Service,
  version: ServedVersion,
  texts: readonly string[],
  wanted: readonly string[] = [],
  signal?: AbortSignal,
): Promise<OutputTensor[]> {
  const unknown = wanted.find((name) => !Object.hasOwn(outputs, name));
  if (unknown !== undefined) {
    throw new Refusal(
      400,
      `an output is wanted that there is not, expected one of ${outputNames.join(', ')}`,
    );
  }
  const scored = service.score(version, texts, signal);
  const probabilities = scored instanceof Promise ? await scored : scored;
  const best = texts.map((_, row) => version.decide(probabilities, row * version.labels.length));
  const names = wanted.length > 0 ? (wanted as OutputName[]) : outputNames;
  return names.map((name) => ({ name, ...outputs[name](version, best, probabilities) }));
}
