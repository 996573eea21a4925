import type { FastifyReply } from 'fastify';
import { Refusal } from '../refusal.js';
import type { Route, Schema } from '../route.js';
import type { ServedVersion } from '../served.js';
import type { Service } from '../service.js';
import { binaryAnswer, LENGTH_HEADER } from './binary-data.js';
import { goneSignal } from './gone.js';
import { ready } from './health.js';
import { infer, modelMetadata, serverMetadata, versionOf } from './inference.js';

interface InferBody {
  id?: string;
  inputs: { name: string; shape: number[]; datatype: string; data: (string | string[])[] }[];
  outputs?: { name: string; parameters?: { binary_data?: unknown; classification?: unknown } }[];
  parameters?: { binary_data_output?: unknown };
}

const shape = { type: 'array', minItems: 1, maxItems: 2, items: { type: 'integer' } } as const;
const tensor = {
  name: { type: 'string' },
  datatype: { type: 'string' },
  shape,
  parameters: { type: 'object', additionalProperties: true },
} as const;

const body = {
  type: 'object',
  required: ['inputs'],
  properties: {
    id: { type: 'string', maxLength: 200 },
    parameters: tensor.parameters,
    inputs: {
      type: 'array',
      minItems: 1,
      maxItems: 1,
      items: {
        type: 'object',
        required: ['name', 'shape', 'datatype', 'data'],
        properties: {
          ...tensor,
          name: { const: 'text' },
          datatype: { const: 'BYTES' },
          shape: { ...shape, items: { type: 'integer', minimum: 1 } },
          data: {
            type: 'array',
            minItems: 1,
            items: { anyOf: [{ type: 'string' }, { type: 'array', minItems: 1, items: { type: 'string' } }] },
          },
        },
      },
    },
    outputs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, parameters: tensor.parameters },
      },
    },
  },
} as const;

const metadata = { type: 'array', items: { type: 'object', properties: tensor } } as const;
const object = (properties: Schema): Schema => ({ type: 'object', properties });
const flag = { type: 'boolean' } as const;
const name = { type: 'string' } as const;

const inferred = object({
  id: name,
  model_name: name,
  model_version: name,
  outputs: {
    type: 'array',
    items: object({ ...tensor, data: { type: 'array', items: { type: ['string', 'number'] } } }),
  },
});

/** The Open Inference Protocol, version 2, by REST (KServe, Triton). */
export const v2 = (service: Service): Route[] => [
  {
    method: 'GET',
    path: '/v2/health/live',
    summary: 'whether the process answers (Open Inference Protocol)',
    open: true,
    response: object({ live: flag }),
    handle: () => ({ live: true }),
  },
  {
    method: 'GET',
    path: '/v2/health/ready',
    summary: 'whether requests are welcome (Open Inference Protocol)',
    open: true,
    response: object({ ready: flag }),
    handle: () => ({ ready: ready(service) !== undefined }),
  },
  {
    method: 'GET',
    path: '/v2',
    summary: 'what serves (Open Inference Protocol)',
    response: object({ name, version: name, extensions: { type: 'array', items: name } }),
    handle: serverMetadata,
  },
  ...['/v2/models/{model}', '/v2/models/{model}/versions/{version}'].flatMap((path): Route[] => [
    {
      method: 'GET',
      path,
      summary: 'what a model takes and gives (Open Inference Protocol)',
      response: object({
        ...{ name, versions: { type: 'array', items: name }, platform: name },
        ...{ inputs: metadata, outputs: metadata },
      }),
      handle: ({ params }) => modelMetadata(service, named(service, params)),
    },
    {
      method: 'GET',
      path: `${path}/ready`,
      summary: 'whether a model answers (Open Inference Protocol)',
      open: true,
      response: object({ name, ready: flag }),
      handle: ({ params }) => ({ name: named(service, params).model, ready: service.hosting.ready }),
    },
    {
      method: 'POST',
      path: `${path}/infer`,
      summary: 'classify texts (Open Inference Protocol, with binary tensor data)',
      body,
      response: inferred,
      handle: ({ params, body }, reply) => answer(service, named(service, params), body as InferBody, reply),
    },
  ]),
];

function named(service: Service, params: unknown) {
  const { model, version } = params as { model: string; version?: string };
  return versionOf(service, model, version);
}

/** Outputs as JSON, or where it is wanted as bytes behind it. */
async function answer(service: Service, version: ServedVersion, body: InferBody, reply: FastifyReply) {
  const { id, inputs, outputs = [], parameters } = body;
  if (outputs.some((output) => output.parameters?.classification !== undefined)) {
    throw new Refusal(400, '"classification" is not answered here, expected "label" among the outputs');
  }
  const names = outputs.map(({ name }) => name);
  const head = {
    ...(id !== undefined && { id }),
    ...{ model_name: version.model, model_version: String(version.version) },
  };
  const texts = textsOf(inputs[0]!);
  const tensors = await infer(service, version, texts, names, goneSignal(version, texts.length, reply));
  const byDefault = parameters?.binary_data_output === true;
  const binary = tensors.filter(({ name }) => {
    const wanted = outputs.find((output) => output.name === name)?.parameters?.binary_data;
    return wanted === undefined ? byDefault : wanted === true;
  });
  if (binary.length === 0) return { ...head, outputs: tensors };
  const { body: bytes, length } = binaryAnswer(head, tensors, (tensor) => binary.includes(tensor));
  reply.header('content-type', 'application/octet-stream').header(LENGTH_HEADER, length);
  return bytes;
}

/** The texts of a tensor [rows] or [rows, 1], flat or nested. Throws a refusal (400) where its shape says something else. */
function textsOf({ shape, data }: InferBody['inputs'][number]): string[] {
  const texts = data.flat();
  const [rows, columns = 1] = shape;
  if (rows !== texts.length || columns !== 1) {
    throw new Refusal(400, `the shape is [${shape}], expected [${texts.length}], as many as there are texts`);
  }
  return texts;
}
