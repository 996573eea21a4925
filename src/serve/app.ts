import type { FastifyInstance } from 'fastify';
import { health } from './protocols/health.js';
import { own } from './protocols/own.js';
import { Refusal } from './refusal.js';
import type { Route } from './route.js';
import type { Service } from './service.js';

/** Every route of the service. */
export const routesOf = (service: Service): Route[] => [...own(service), ...health(service)];

/** The HTTP application of a service, not listening yet. */
export async function buildApp(service: Service): Promise<FastifyInstance> {
  const { fastify } = await import('fastify');
  const app = fastify({
    logger: false,
    bodyLimit: service.limits.bodyLimit,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof Refusal ? error.status : (error.statusCode ?? 500);
    if (status >= 500 && !(error instanceof Refusal)) service.listener.warn?.(error.stack ?? error.message);
    reply.status(status).send({ error: status === 500 ? 'the service has failed' : error.message });
  });
  for (const route of routesOf(service)) {
    const url = route.url ?? route.path.replace(/\{(\w+)\}/g, ':$1');
    app.route({
      method: route.method,
      url,
      schema: { ...(route.body ? { body: route.body } : {}) },
      handler: route.handle,
    });
  }
  return app;
}
