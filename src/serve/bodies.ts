import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LENGTH_HEADER, partsOf, takeBinaryData } from './protocols/binary-data.js';
import { Refusal } from './refusal.js';
import { NOT_READ } from './sentences.js';

/** Media types that are read as text. */
const texts = [
  'text/plain',
  'text/csv',
  'application/jsonlines',
  'application/x-ndjson',
  'application/jsonl',
];

/** What a body holds. Throws what is wrong with it. */
type Parser = (request: FastifyRequest, body: Buffer) => unknown;

/**
 * Has the application read bodies: JSON whose names cannot change what objects are, with the data of tensors behind it where a header
 * says so, and text. What is not UTF-8 is refused (400), not mended.
 */
export function readBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  const read = (types: string | string[], parser: Parser) =>
    app.addContentTypeParser(types, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
      let value: unknown;
      try {
        const encoding = request.headers['content-encoding'];
        if (encoding !== undefined && encoding !== 'identity')
          throw new Refusal(415, 'the body is compressed, expected it as it is');
        value = parser(request, body);
      } catch (error) {
        return done(error as Error);
      }
      done(null, value);
    });
  const jsonOf: Parser = (request, body) => {
    let failed: Error | null = null;
    let value: unknown;
    // answers before it returns
    parse(request, utf8(body), (error, parsed) => {
      failed = error;
      value = parsed;
    });
    if (failed) throw failed;
    return value;
  };
  const jsonAndData: Parser = (request, body) => {
    const length = request.headers[LENGTH_HEADER];
    if (length === undefined) return jsonOf(request, body);
    const [head, data] = partsOf(body, length);
    const json = jsonOf(request, head);
    takeBinaryData(json, data);
    return json;
  };
  read('application/json', jsonAndData);
  read(texts, (_request, body) => utf8(body));
  // clients of Triton name the one of these types where they send binary data, or none
  read(['application/octet-stream', '*'], (request, body) => {
    const { 'content-type': type, [LENGTH_HEADER]: length } = request.headers;
    const binary = length !== undefined && type?.startsWith('application/octet-stream');
    if (type !== undefined && !binary) throw new Refusal(415, NOT_READ);
    return jsonAndData(request, body);
  });
}

/** Throws a refusal (400). */
function utf8(body: Buffer): string {
  if (!isUtf8(body)) throw new Refusal(400, 'the body is not valid UTF-8');
  return body.toString();
}
