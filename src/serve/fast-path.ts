import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, RequestListener } from 'node:http';
import { type ApiKey, holderOf } from './access.js';
import { answerJson } from './answers.js';
import { LENGTH_HEADER } from './protocols/binary-data.js';
import type { requestIds } from './request-ids.js';
import type { Service } from './service.js';
import type { UnderWay } from './under-way.js';
import { sendWhole } from './whole-answer.js';

/** Bytes of a body beyond which what is spent on a request is spent on its text. */
const LONGEST = 1 << 16;

export interface FastPathOptions {
  /** Path of the route that answers such a text by `answerJson`. */
  path: string;
  underWay: UnderWay;
  idOf: ReturnType<typeof requestIds>;
  /** Who may ask; anybody where there is no list. */
  keys?: (() => readonly ApiKey[]) | undefined;
  /** How long the server keeps an idle connection open. */
  keepAliveSeconds: number;
}

/**
 * Answers what most requests are, JSON that holds a text and nothing else, without the framework, which takes longer than to score
 * a text. All that is not so plain, and all that fails, is left to it, whose answers these are to the byte.
 */
export function fastPath(
  service: Service,
  { path, underWay, idOf, keys, keepAliveSeconds }: FastPathOptions,
  framework: RequestListener,
): RequestListener {
  const { hosting, limits, load } = service;

  /** The headers and the body of an answer; nothing where it is not for this path to give. */
  function answerTo(body: Buffer, id: string) {
    const text = onlyText(body);
    // who stops tells the connection to close, as the framework does
    if (text === undefined || !hosting.ready) return undefined;
    try {
      // much may have come while the body did
      load.admit(limits);
      const version = hosting.find();
      if (version.takesTurns(1)) return undefined;
      const answer = answerJson(version, service.score(version, [text]) as Float64Array, 0);
      const fields = {
        'x-request-id': id,
        'content-type': 'application/json; charset=utf-8',
        'x-model-version': version.header,
      };
      return { fields, answer };
    } catch {
      // the framework meets it again, and says it as it says everything
      return undefined;
    }
  }

  return (request, response) => {
    const length = plainLength(request, path);
    const short = length > 0 && length <= Math.min(LONGEST, limits.bodyLimit);
    if (!short || !load.hasRoom(limits) || !hosting.ready) return framework(request, response);
    const holder = keys && holderOf(keys(), request.headers.authorization);
    if (keys && holder === undefined) return framework(request, response);
    const id = idOf(request);
    underWay.begin(path, response, { id, method: 'POST', holder });
    const chunks: Buffer[] = [];
    let received = 0;
    const read = (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received < length) return;
      const body = chunks.length === 1 ? chunk : Buffer.concat(chunks);
      const found = answerTo(body, id);
      if (found) {
        request.on('end', () => sendWhole(response, found.fields, found.answer, keepAliveSeconds));
        return;
      }
      request.pause();
      request.off('data', read);
      request.unshift(body);
      request.headers['x-request-id'] = id;
      underWay.handOver(response);
      framework(request, response);
    };
    request.on('data', read);
  };
}

/** Bytes of the body of a request for this path that its head says nothing unusual of; 0 for all others. */
function plainLength({ method, url, headers }: IncomingMessage, path: string): number {
  if (method !== 'POST' || url !== path) return 0;
  const type = headers['content-type'];
  if (type !== 'application/json' && type !== 'application/json; charset=utf-8') return 0;
  if (headers['content-encoding'] !== undefined || headers[LENGTH_HEADER] !== undefined) return 0;
  return Number(headers['content-length'] ?? 0);
}

/** The text of `{"text": "…"}`; nothing where a body is anything else. */
function onlyText(body: Buffer): string | undefined {
  if (!isUtf8(body)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { text } = value as { text?: unknown };
  return typeof text === 'string' && Object.keys(value).length === 1 ? text : undefined;
}
