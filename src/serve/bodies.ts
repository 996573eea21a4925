import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { Refusal } from './refusal.js';

/** Media types that are read as text. */
const texts = [
  'text/plain',
  'text/csv',
  'application/jsonlines',
  'application/x-ndjson',
  'application/jsonl',
];

/**
 * Has the application read bodies: JSON whose names cannot change what objects are, and text. What is not UTF-8 is refused (400),
 * not mended.
 */
export function readBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  const refuseEncoded = (encoding: string | undefined): Refusal | undefined =>
    encoding === undefined || encoding === 'identity'
      ? undefined
      : new Refusal(415, 'the body is compressed, expected it as it is');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const refused = refuseEncoded(request.headers['content-encoding']);
    if (refused) return done(refused);
    if (!isUtf8(body)) return done(new Refusal(400, 'the body is not valid UTF-8'));
    parseJson(request, body.toString(), done);
  });
  app.addContentTypeParser(texts, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const refused = refuseEncoded(request.headers['content-encoding']);
    if (refused) return done(refused);
    if (!isUtf8(body)) return done(new Refusal(400, 'the body is not valid UTF-8'));
    done(null, body.toString());
  });
}
