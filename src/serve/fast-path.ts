import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, RequestListener } from 'node:http';
import { answerJson } from './answers.js';
import { LENGTH_HEADER } from './protocols/binary-data.js';
import type { requestIds } from './request-ids.js';
import type { Service } from './service.js';
import type { underWay } from './under-way.js';

/**
 * Answers what most requests are, JSON that holds a text and nothing else, without the framework, which takes longer than to score
 * a text. All that is not so plain, and all that fails, is left to it, whose answers these are to the byte.
 * @param path of the route that answers such a text by `answerJson`
 */
export function fastPath(
  service: Service,
  path: string,
  take: ReturnType<typeof underWay>,
  idOf: ReturnType<typeof requestIds>,
  framework: RequestListener,
): RequestListener {
  const { hosting, limits, load } = service;

  /** The head and the body of an answer; nothing where it is not for this path to give. */
  function answerTo(body: Buffer, id: string) {
    const text = onlyText(body);
    if (text === undefined) return undefined;
    try {
      load.admit(limits);
      const version = hosting.find();
      if (!version.immediate) return undefined;
      const answer = answerJson(version, service.score(version, [text]) as Float64Array, 0);
      const head = {
        'x-request-id': id,
        'content-type': 'application/json; charset=utf-8',
        'x-model-version': version.header,
        'content-length': Buffer.byteLength(answer),
      };
      return { head, answer };
    } catch {
      // the framework meets it again, and says it as it says everything
      return undefined;
    }
  }

  return (request, response) => {
    const length = plainLength(request, path);
    if (length === 0 || length > limits.bodyLimit || !hosting.ready) return framework(request, response);
    const id = idOf(request);
    const leave = take(path, response, { id });
    let body: Buffer | undefined;
    const read = (chunk: Buffer) => {
      body = body ? Buffer.concat([body, chunk]) : chunk;
      if (body.length < length) return;
      const found = answerTo(body, id);
      if (found) {
        request.on('end', () => response.writeHead(200, found.head).end(found.answer));
        return;
      }
      leave();
      request.pause();
      request.off('data', read);
      request.unshift(body);
      framework(request, response);
    };
    request.on('data', read);
  };
}

/** Bytes of the body of a request for this path that its head says nothing unusual of; 0 for all others. */
function plainLength({ method, url, headers }: IncomingMessage, path: string): number {
  if (method !== 'POST' || url !== path || headers['content-type'] !== 'application/json') return 0;
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
