import type { FastifyReply } from 'fastify';
import { answerJson, answersJson } from '../answers.js';
import type { Route } from '../route.js';
import * as schemas from '../schemas.js';
import type { Service } from '../service.js';

interface PredictBody {
  text?: string;
  texts?: string[];
  top_k?: number;
  explain?: boolean;
  model?: string;
}

const body = {
  type: 'object',
  additionalProperties: false,
  properties: {
    text: schemas.text,
    texts: { type: 'array', items: schemas.text, description: 'texts to classify, each answered in order' },
    top_k: schemas.topK,
    explain: { type: 'boolean', description: 'say what each word contributes to the predicted class' },
    model: { type: 'string', description: 'what to ask, such as reviews, reviews@7 or reviews@champion' },
  },
  oneOf: [{ required: ['text'] }, { required: ['texts'] }],
} as const;

const predictions = {
  type: 'object',
  required: ['predictions'],
  properties: { predictions: { type: 'array', items: schemas.prediction } },
} as const;

/** What maas itself speaks: `POST /predict`. */
export const own = (service: Service): Route[] => [
  {
    method: 'POST',
    path: '/predict',
    summary: 'classify a text, or several',
    body,
    response: { oneOf: [schemas.prediction, predictions] },
    handle: (request, reply) => answer(service, request.body as PredictBody, reply),
  },
];

/** Answers a body of this protocol, which others speak, too. */
export async function answer(service: Service, asked: PredictBody, reply: FastifyReply): Promise<string> {
  const version = service.hosting.find(asked.model);
  const texts = asked.texts ?? [asked.text!];
  const scored = service.score(version, texts);
  const probabilities = scored instanceof Promise ? await scored : scored;
  reply.header('content-type', 'application/json; charset=utf-8');
  return asked.texts
    ? `{"predictions":${answersJson(version, probabilities, asked.top_k)}}`
    : answerJson(version, probabilities, 0, asked.top_k);
}
