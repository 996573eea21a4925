import type { FastifyReply } from 'fastify';
import type { ServedVersion } from '../served.js';
import { onceClosed } from '../under-way.js';

/** Says when who asked about so many texts has gone away; nothing where they are scored before that could be known. */
export function goneSignal(
  version: ServedVersion,
  texts: number,
  reply: FastifyReply,
): AbortSignal | undefined {
  if (!version.takesTurns(texts)) return undefined;
  const gone = new AbortController();
  // comes after an answer, too, when nobody listens any more
  onceClosed(reply.raw, () => gone.abort());
  return gone.signal;
}
