import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerLines } from '../answers.js';
import { Refusal } from '../refusal.js';
import type { Route } from '../route.js';
import * as schemas from '../schemas.js';
import type { Service } from '../service.js';
import { goneSignal } from './gone.js';
import { ready } from './health.js';
import {
  type Inputs,
  type Instance,
  inputs,
  instances,
  textColumn,
  textOf,
  textsOfInputs,
  textsOfRecords,
} from './instances.js';
import { textsOfCsv, textsOfLines } from './lines.js';
import { type Asked, answerText, answerTexts } from './own.js';

interface Body extends Asked {
  text?: string;
  texts?: string[];
  instances?: Instance[];
  inputs?: Inputs;
  dataframe_split?: { columns?: unknown[]; data: unknown[] };
  dataframe_records?: Record<string, unknown>[];
  parameters?: Asked;
  params?: Asked;
}

const beside = {
  type: 'object',
  properties: { top_k: schemas.topK, explain: schemas.explain },
} as const;
const anything = { type: 'array', minItems: 1 } as const;
const body = {
  type: 'object',
  properties: {
    text: schemas.text,
    texts: schemas.texts,
    instances,
    inputs,
    dataframe_split: {
      type: 'object',
      required: ['data'],
      properties: { columns: anything, data: anything },
    },
    dataframe_records: { type: 'array', minItems: 1, items: { type: 'object' } },
    top_k: schemas.topK,
    explain: schemas.explain,
    parameters: { ...beside, description: 'of Vertex AI and SageMaker: what may be asked beside the texts' },
    params: { ...beside, description: 'the same, of MLflow' },
  },
  ...schemas.oneOf('text', 'texts', 'instances', 'inputs', 'dataframe_split', 'dataframe_records'),
} as const;

const LINES = 'application/jsonlines';

/** Paths on which a host of models asks: how it finds out that the service lives, and where it sends texts. */
export interface HostRoutes {
  health?: string | undefined;
  predict?: string | undefined;
}

/** What SageMaker and MLflow call, and what Vertex AI calls under the names of its environment. */
export function invocations(service: Service, more: readonly HostRoutes[] = []): Route[] {
  const all = [{ health: '/ping', predict: '/invocations' }, ...more];
  const predicts = new Set(all.flatMap(({ predict }) => predict ?? []));
  const healths = new Set(all.flatMap(({ health }) => health ?? []));
  return [
    ...[...predicts].map(
      (path): Route => ({
        method: 'POST',
        path,
        summary: 'classify texts in the forms of SageMaker, MLflow and Vertex AI',
        body,
        bodyTypes: ['application/json', LINES, 'text/plain', 'text/csv'],
        response: { oneOf: [schemas.prediction, schemas.predictions] },
        handle: (request, reply) => invoke(service, request, reply),
      }),
    ),
    ...[...healths].map(
      (path): Route => ({
        method: 'GET',
        path,
        summary: 'whether requests are welcome',
        open: true,
        response: { type: 'object', properties: { status: { type: 'string' } } },
        handle: () => ready(service),
      }),
    ),
  ];
}

/** Answers texts in any of the forms. The version is the default. */
function invoke(service: Service, request: FastifyRequest, reply: FastifyReply): string | Promise<string> {
  if (request.body === undefined) throw new Refusal(400, 'there is no body, expected texts as JSON');
  if (typeof request.body === 'string') return invokeText(service, request.body, request, reply);
  const version = service.hosting.find();
  const body = request.body as Body;
  const beside = body.parameters ?? body.params;
  const asked = { top_k: body.top_k ?? beside?.top_k, explain: body.explain ?? beside?.explain };
  return body.text === undefined
    ? answerTexts(service, version, textsOf(body), asked, reply)
    : answerText(service, version, body.text, asked, reply);
}

function textsOf({ texts, instances, inputs, dataframe_split, dataframe_records }: Body): string[] {
  if (texts) return texts;
  if (instances) return instances.map(textOf);
  if (inputs !== undefined) return textsOfInputs(inputs);
  if (dataframe_split) {
    // a frame may be written without the names of its columns, and one of a single column without its rows
    const rows = dataframe_split.data.map((row) => (Array.isArray(row) ? row : [row]));
    return textColumn(dataframe_split.columns ?? rows[0]!.map(() => ''), rows);
  }
  return textsOfRecords(dataframe_records!);
}

/** A body that is no JSON: a text, or a text on each line. */
async function invokeText(
  service: Service,
  body: string,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  const version = service.hosting.find();
  const type = headers['content-type'] ?? '';
  if (type.startsWith('text/plain')) return answerText(service, version, body, {}, reply);
  if (type.startsWith('text/csv')) {
    return answerTexts(service, version, await textsOfCsv(body), {}, reply);
  }
  const texts = textsOfLines(body);
  const probabilities = await service.score(version, texts, goneSignal(version, texts.length, reply));
  reply.header('content-type', LINES).header('x-model-version', version.header);
  return `${answerLines(version, probabilities).join('\n')}\n`;
}
