import { fileURLToPath } from 'node:url';
import type {
  Metadata,
  Server,
  ServerUnaryCall,
  ServiceDefinition,
  StatusObject,
  sendUnaryData,
} from '@grpc/grpc-js';
import { MaasError } from '../../errors.js';
import { type ApiKey, holderOf } from '../access.js';
import type { Rates } from '../rates.js';
import { GONE, Refusal } from '../refusal.js';
import { requestIds } from '../request-ids.js';
import type { Service } from '../service.js';
import type { Answered } from '../under-way.js';
import { Health } from './health-service.js';
import { inferenceMethods, type Method } from './inference-service.js';

type Grpc = typeof import('@grpc/grpc-js');

export interface GrpcOptions {
  host: string;
  /** 0 for any that is free. */
  port: number;
  /** Who may ask; anybody where there is no list. */
  keys?: (() => readonly ApiKey[]) | undefined;
  rateLimit?: Rates | undefined;
  tls?: { cert: Buffer; key: Buffer } | undefined;
  /** Told of every request, if it is here. */
  answered?: ((answered: Answered) => void) | undefined;
}

/** gRPC that is listened for. */
export interface GrpcListening {
  port: number;
  /** Ends it: what was asked is answered first, for as long as an answer may take. */
  stop(): Promise<void>;
}

/** The published protocol files. */
const protos = ['open_inference.proto', 'grpc_health.proto'].map((name) =>
  fileURLToPath(new URL(`../../../data/${name}`, import.meta.url)),
);

/** Answers a service's predictions over gRPC. Throws `usage` for an address that cannot be had. */
export async function listenGrpc(service: Service, options: GrpcOptions): Promise<GrpcListening> {
  const [{ default: grpc }, { default: loader }] = await Promise.all([
    import('@grpc/grpc-js'),
    import('@grpc/proto-loader'),
  ]);
  const types = await loader.load(protos, { keepCase: true, longs: Number, enums: String, defaults: true });
  const server = new grpc.Server({
    'grpc.max_receive_message_length': service.limits.bodyLimit,
    'grpc.max_concurrent_streams': service.limits.maxPending,
  });
  const health = new Health(service);
  const unary = answering(grpc, service, options);
  const methods: Record<string, Method> = inferenceMethods(service);
  server.addService(
    types['inference.GRPCInferenceService'] as ServiceDefinition,
    Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, unary(name, method)])),
  );
  server.addService(types['grpc.health.v1.Health'] as ServiceDefinition, {
    Check: unary('Check', { open: true, answer: (request) => health.check(request) }),
    Watch: health.watch.bind(health),
  });
  const port = await bind(grpc, server, options);
  return {
    port,
    async stop() {
      health.end();
      const late = setTimeout(() => server.forceShutdown(), service.limits.timeoutMs).unref();
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(late);
    },
  };
}

/** Makes handlers of methods: who asks is asked who he is, refusals become statuses, answers are counted. */
function answering(grpc: Grpc, service: Service, { keys, rateLimit, answered }: GrpcOptions) {
  const { limits, hosting, monitoring, load, listener } = service;
  const idOf = requestIds();
  const admit = async (metadata: Metadata, peer: string): Promise<string | undefined> => {
    if (!hosting.ready) throw new Refusal(503, 'the service is stopping', 1);
    load.admit(limits);
    const authorization = metadata.get('authorization')[0];
    const holder = keys && holderOf(keys(), authorization?.toString());
    if (keys && holder === undefined) {
      throw new Refusal(
        401,
        'there is no valid API key, expected the metadata "authorization: Bearer <key>"',
      );
    }
    await rateLimit?.take(holder ?? peer.replace(/:\d+$/, ''), performance.now());
    return holder;
  };
  return (name: string, { open = false, answer }: Method) =>
    async (call: ServerUnaryCall<object, object>, respond: sendUnaryData<object>) => {
      const began = performance.now();
      const requestId = idOf({ headers: { 'x-request-id': call.metadata.get('x-request-id')[0] } } as never);
      let status = 200;
      let key: string | undefined;
      const gone = new AbortController();
      // told as well once the deadline is over that came with the call
      call.once('cancelled', () => gone.abort());
      load.pending++;
      try {
        if (!open) key = await admit(call.metadata, call.getPeer());
        respond(null, await answer(call.request as never, gone.signal));
      } catch (error) {
        status = error instanceof Refusal ? error.status : 500;
        if (status === 500) listener.warn?.(`request ${requestId} failed: ${(error as Error).stack}`);
        respond(statusOf(grpc, error, requestId));
      } finally {
        load.pending--;
        if (gone.signal.aborted) status = GONE;
      }
      const seconds = (performance.now() - began) / 1000;
      monitoring.answered(`grpc ${name}`, status, seconds);
      answered?.({ requestId, method: 'GRPC', endpoint: `grpc ${name}`, status, seconds, key });
    };
}

/** The status of gRPC for each status of HTTP that refuses. */
const codes: Record<number, keyof Grpc['status']> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  413: 'RESOURCE_EXHAUSTED',
  [GONE]: 'CANCELLED',
  429: 'RESOURCE_EXHAUSTED',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function statusOf(grpc: Grpc, error: unknown, requestId: string): Partial<StatusObject> {
  const metadata = new grpc.Metadata();
  metadata.set('x-request-id', requestId);
  if (!(error instanceof Refusal)) {
    return { code: grpc.status.INTERNAL, details: 'the service has failed', metadata };
  }
  if (error.retryAfter !== undefined) metadata.set('retry-after', String(error.retryAfter));
  const code = grpc.status[codes[error.status] ?? 'UNKNOWN'];
  return { code, details: error.message, metadata };
}

function bind(grpc: Grpc, server: Server, { host, port, tls }: GrpcOptions): Promise<number> {
  const credentials = tls
    ? grpc.ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.cert }])
    : grpc.ServerCredentials.createInsecure();
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (cause, bound) => {
      if (!cause) return resolve(bound);
      reject(
        new MaasError('usage', `port ${port} of ${host} cannot be listened on for gRPC`, {
          hint: 'name another with --grpc-port; 0 takes any that is free',
          cause,
        }),
      );
    });
  });
}
