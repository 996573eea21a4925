import type { RequestListener } from 'node:http';
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
} from 'fastify';
import { MaasError } from '../errors.js';
import { type ApiKey, holderOf } from './access.js';
import { readBodies } from './bodies.js';
import { type CorsOptions, cors } from './cors.js';
import { fastPath } from './fast-path.js';
import type { Rates } from './rates.js';
import { Refusal } from './refusal.js';
import { requestIds } from './request-ids.js';
import type { Route } from './route.js';
import { sentenceOf, sentenceOfCode } from './sentences.js';
import type { Service } from './service.js';
import { type AnsweredListener, UnderWay } from './under-way.js';

export interface AppOptions {
  routes: readonly Route[];
  /** Who may ask; anybody where there is no list. */
  keys?: () => readonly ApiKey[];
  rateLimit?: Rates | undefined;
  cors?: CorsOptions | undefined;
  tls?: { cert: Buffer; key: Buffer } | undefined;
  /** Told of every request, if it is here. */
  answered?: AnsweredListener;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the key that was presented. */
    holder: string | undefined;
  }
}

/** The HTTP application of a service, not listening yet. */
export async function buildApp(service: Service, options: AppOptions): Promise<FastifyInstance> {
  const { default: fastify } = await import('fastify');
  const { limits, hosting, load, listener } = service;
  const idOf = requestIds();
  const timing = {
    // looks for slow clients as often as this
    connectionsCheckingInterval: Math.min(1000, limits.timeoutMs),
    headersTimeout: limits.timeoutMs,
  };
  const app = fastify({
    ...(options.tls ? { https: { ...options.tls, ...timing } } : { http: timing }),
    logger: false,
    bodyLimit: limits.bodyLimit,
    requestTimeout: limits.timeoutMs,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    genReqId: idOf,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    schemaErrorFormatter: (errors, part) => new Refusal(400, sentenceOf(errors, part)),
    clientErrorHandler,
    frameworkErrors: (error, request, reply) => fail(error, request, reply),
  }) as FastifyInstance;
  app.decorateRequest('holder', undefined);
  readBodies(app);

  function fail(error: unknown, request: FastifyRequest, reply: FastifyReply) {
    const { status, sentence, retryAfter } = told(error);
    if (status === 500) listener.warn?.(`request ${request.id} failed: ${(error as Error).stack}`);
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    return reply
      .status(status)
      .type('application/json; charset=utf-8')
      .send({ error: sentence, request_id: request.id });
  }
  app.setErrorHandler(fail);
  const { keys, rateLimit } = options;
  const underWay = new UnderWay(service, options.answered);

  /** What begins a request at an endpoint. A hook of each route, since to look the endpoint up costs. */
  const begin =
    (endpoint: string, open: boolean) =>
    (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
      underWay.begin(endpoint, reply.raw, request);
      reply.header('x-request-id', request.id);
      if (!hosting.ready) reply.header('connection', 'close');
      if (open) return done();
      try {
        load.admit(limits);
        if (keys && request.method !== 'OPTIONS') {
          request.holder = holderOf(keys(), request.headers.authorization);
          if (request.holder === undefined) {
            reply.header('www-authenticate', 'Bearer');
            throw new Refusal(401, 'there is no valid API key, expected "Authorization: Bearer <key>"');
          }
        }
        const counted = rateLimit?.take(request.holder ?? request.ip, performance.now());
        if (counted) return void counted.then(() => done(), done);
      } catch (error) {
        return done(error as Error);
      }
      done();
    };

  app.setNotFoundHandler({ preHandler: begin('other', false) }, (request, reply) =>
    fail(
      new Refusal(404, `there is no such ${request.method}, /openapi.json lists what there is`),
      request,
      reply,
    ),
  );

  if (options.cors) cors(app, options.cors, begin('preflight', true));

  for (const route of options.routes) addRoute(app, route, begin(route.path, route.open ?? false));

  const fast = options.routes.find(({ oneText }) => oneText);
  if (fast && !rateLimit && !options.cors) {
    const [framework] = app.server.listeners('request') as RequestListener[];
    const keepAliveSeconds = Math.floor(app.server.keepAliveTimeout / 1000);
    const answering = { path: fast.path, underWay, idOf, keys, keepAliveSeconds };
    app.server.removeAllListeners('request').on('request', fastPath(service, answering, framework!));
  }
  return app;
}

function addRoute(
  app: FastifyInstance,
  { method, path, url, handle, ...schemas }: Route,
  onRequest: onRequestHookHandler,
): void {
  const { body, bodyTypes, response } = schemas;
  // of several media types, JSON alone has a schema
  const checked = bodyTypes ? { content: { 'application/json': { schema: body } } } : body;
  app.route({
    method,
    url: url ?? path.replaceAll(':', '::').replace(/\{(\w+)\}/g, ':$1'),
    onRequest,
    schema: { ...(body && { body: checked }), ...(response && { response: { 200: response } }) },
    handler: handle,
  });
}

/** What is said of what went wrong: nothing of a fault of ours but that there is one. */
function told(error: unknown): { status: number; sentence: string; retryAfter?: number | undefined } {
  if (error instanceof Refusal) {
    return { status: error.status, sentence: error.message, retryAfter: error.retryAfter };
  }
  if (error instanceof MaasError && error.code === 'usage') return { status: 400, sentence: error.message };
  const sentence = sentenceOfCode(error as FastifyError);
  if (sentence !== undefined) return { status: (error as FastifyError).statusCode!, sentence };
  return { status: 500, sentence: 'the service has failed at this; its log says why' };
}

/** What is no HTTP at all, or does not come in time. */
function clientErrorHandler(error: NodeJS.ErrnoException, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, sentence] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'the request did not arrive in time']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', 'the head of the request is too large']
        : ['400 Bad Request', 'this is not HTTP'];
  const body = JSON.stringify({ error: sentence });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}
