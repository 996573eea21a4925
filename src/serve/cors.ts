import type { FastifyInstance, onRequestHookHandler } from 'fastify';

export interface CorsOptions {
  /** Origins whose pages may ask, such as `https://example.org`; `*` for all. */
  origins: readonly string[];
}

/** Lets pages of other origins ask; `begin` is the hook of what they ask before. */
export function cors(app: FastifyInstance, { origins }: CorsOptions, begin: onRequestHookHandler): void {
  const all = origins.includes('*');
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    if (!all) reply.header('vary', 'origin');
    if (origin === undefined || !(all || origins.includes(origin))) return done();
    reply.header('access-control-allow-origin', all ? '*' : origin);
    reply.header('access-control-expose-headers', 'x-request-id');
    done();
  });
  app.options('/*', { onRequest: begin }, (_request, reply) => {
    reply
      .header('access-control-allow-methods', 'GET, POST')
      .header('access-control-allow-headers', 'authorization, content-type, x-request-id')
      .header('access-control-max-age', '600')
      .status(204)
      .send();
  });
}
