import { Refusal } from '../refusal.js';
import type { Route } from '../route.js';
import * as schemas from '../schemas.js';
import type { ServedVersion } from '../served.js';
import type { Service } from '../service.js';
import { type Inputs, type Instance, inputs, instances, textOf, textsOfInputs } from './instances.js';
import { answerTexts } from './own.js';

interface PredictBody {
  instances?: Instance[];
  inputs?: Inputs;
}

const body = {
  type: 'object',
  properties: {
    signature_name: { type: 'string' },
    instances,
    inputs: { ...inputs, description: 'the same in the columnar form, answered by `outputs`' },
  },
  ...schemas.oneOf('instances', 'inputs'),
} as const;

const answers = {
  type: 'object',
  properties: {
    predictions: { type: 'array', items: schemas.prediction },
    outputs: { type: 'array', items: schemas.prediction },
  },
} as const;

const status = {
  type: 'object',
  required: ['model_version_status'],
  properties: {
    model_version_status: {
      type: 'array',
      items: {
        type: 'object',
        required: ['version', 'state', 'status'],
        properties: {
          version: { type: 'string' },
          state: { type: 'string' },
          status: {
            type: 'object',
            properties: { error_code: { type: 'string' }, error_message: { type: 'string' } },
          },
        },
      },
    },
  },
} as const;

/** Where a version is named: nowhere, by its number, by its alias. */
const places = [
  ['', (model: string) => model],
  ['/versions/{version}', (model: string, version: string) => `${model}@${numberOf(version)}`],
  ['/labels/{label}', (model: string, label: string) => `${model}@${label}`],
] as const;

/** TensorFlow Serving's REST interface, version 1. */
export const tensorflow = (service: Service): Route[] =>
  places.flatMap(([place, referenceOf]): Route[] => {
    const path = `/v1/models/{model}${place}`;
    const url = path.replace(/\{(\w+)\}$/, ':last').replace(/\{(\w+)\}/g, ':$1');
    // the last part of a path is all that stands there, a verb included
    const named = (params: unknown, last: string) => {
      const { model } = params as { model?: string };
      return service.hosting.find(model === undefined ? referenceOf(last, '') : referenceOf(model, last));
    };
    return [
      {
        method: 'POST',
        path: `${path}:predict`,
        url,
        summary: 'classify texts (TensorFlow Serving)',
        body,
        response: answers,
        handle: (request, reply) => {
          const { last } = request.params as { last: string };
          if (!last.endsWith(':predict'))
            throw new Refusal(404, 'there is no such verb, expected ":predict"');
          const version = named(request.params, last.slice(0, -':predict'.length));
          const { instances, inputs } = request.body as PredictBody;
          const texts = instances ? instances.map(textOf) : textsOfInputs(inputs!);
          return answerTexts(service, version, texts, {}, reply, instances ? 'predictions' : 'outputs');
        },
      },
      {
        method: 'GET',
        path,
        url,
        summary: 'which versions answer (TensorFlow Serving)',
        response: status,
        handle: (request) => {
          const { last } = request.params as { last: string };
          const version = named(request.params, last);
          const all = place === '' ? service.hosting.model(version.model).versions : [version];
          return { model_version_status: all.map(statusOf) };
        },
      },
    ];
  });

const statusOf = ({ version }: ServedVersion) => ({
  version: String(version),
  state: 'AVAILABLE',
  status: { error_code: 'OK', error_message: '' },
});

/** Throws a refusal (404) for what is no number of a version: an alias has a path of its own. */
function numberOf(version: string): string {
  if (!/^[1-9][0-9]*$/.test(version)) throw new Refusal(404, 'a version is a number');
  return version;
}
