import type { FastifyReply } from 'fastify';
import { answerJson, answerLines, withExplanation } from '../answers.js';
import { Refusal } from '../refusal.js';
import type { Route } from '../route.js';
import * as schemas from '../schemas.js';
import type { ServedVersion } from '../served.js';
import type { Service } from '../service.js';
import { goneSignal } from './gone.js';

/** What may be asked beside the texts. */
export interface Asked {
  top_k?: number | undefined;
  /** Of the predicted class, or of the one of this name. */
  explain?: boolean | string | undefined;
}

interface PredictBody extends Asked {
  text?: string;
  texts?: string[];
  model?: string;
}

const body = {
  type: 'object',
  additionalProperties: false,
  properties: {
    text: schemas.text,
    texts: schemas.texts,
    top_k: schemas.topK,
    explain: schemas.explain,
    model: schemas.model,
  },
  ...schemas.oneOf('text', 'texts'),
} as const;

/** What maas itself speaks. */
export const own = (service: Service): Route[] => [
  {
    method: 'POST',
    path: '/predict',
    summary: 'classify a text, or several',
    body,
    oneText: true,
    response: { oneOf: [schemas.prediction, schemas.predictions] },
    handle: (request, reply) => {
      const asked = request.body as PredictBody;
      const version = service.hosting.find(asked.model);
      return asked.texts
        ? answerTexts(service, version, asked.texts, asked, reply)
        : answerText(service, version, asked.text!, asked, reply);
    },
  },
];

/** `{"label","score","scores"}` of a text. */
export function answerText(
  service: Service,
  version: ServedVersion,
  text: string,
  asked: Asked,
  reply: FastifyReply,
): string | Promise<string> {
  const scored = service.score(version, [text], goneSignal(version, 1, reply));
  asJson(version, reply);
  if (!asked.explain && !(scored instanceof Promise)) return answerJson(version, scored, 0, asked.top_k);
  return (async () => {
    const probabilities = await scored;
    const answer = answerJson(version, probabilities, 0, asked.top_k);
    if (!asked.explain) return answer;
    const number =
      asked.explain === true ? version.decide(probabilities, 0) : version.labels.indexOf(asked.explain);
    if (number < 0) throw new Refusal(400, `there is no class "${asked.explain}" to explain`);
    const explained = await service.explain(version, text, number);
    return withExplanation(answer, { class: version.labels[number], ...explained });
  })();
}

/** `{"predictions": [...]}` of texts; another name may stand for the list. */
export async function answerTexts(
  service: Service,
  version: ServedVersion,
  texts: readonly string[],
  asked: Asked,
  reply: FastifyReply,
  name = 'predictions',
): Promise<string> {
  if (asked.explain) throw new Refusal(400, 'there are several texts to explain, expected one, as "text"');
  const scored = service.score(version, texts, goneSignal(version, texts.length, reply));
  const probabilities = scored instanceof Promise ? await scored : scored;
  asJson(version, reply);
  return `{"${name}":[${answerLines(version, probabilities, asked.top_k).join(',')}]}`;
}

/** What is sent is JSON already, made by this version. */
export function asJson(version: ServedVersion, reply: FastifyReply): void {
  reply.header('content-type', 'application/json; charset=utf-8').header('x-model-version', version.header);
}
