import { readFile } from 'node:fs/promises';
import { type AddressInfo, Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createSecureContext, Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import type { Beside } from '../store/state-files.js';
import { buildApp } from './app.js';
import type { GrpcListening, GrpcOptions } from './grpc/server.js';
import { type Explain, Hosting } from './hosting.js';
import { KeyFile } from './key-file.js';
import type { HostRoutes } from './protocols/invocations.js';
import { RateLimit, type Rates } from './rates.js';
import { routesOf } from './routes.js';
import { type Limits, Service } from './service.js';
import type { Answered } from './under-way.js';

/** What a service is to be, as plain data that processes can be sent. */
export interface ServeOptions extends Beside {
  store: string;
  /** References of what is served; the model whose version was published last if there are none. */
  models: readonly string[];
  /** References of versions that are asked the same, and counted where they say something else. */
  shadows?: readonly string[];
  host: string;
  /** 0 for any that is free. */
  port: number;
  /** Another port, for gRPC; there is no gRPC without. 0 for any that is free. */
  grpcPort?: number | undefined;
  limits?: Partial<Limits>;
  /** A file of API keys; anybody may ask without one. */
  apiKeys?: string | undefined;
  /** Requests a second, for each key, or each address where there are no keys. */
  rateLimit?: number | undefined;
  /** Origins whose pages may ask. */
  cors?: readonly string[] | undefined;
  /** Files of a certificate and its key, in PEM. */
  tls?: { cert: string; key: string } | undefined;
  /** More paths to answer on, as hosts of models name them. */
  hostRoutes?: readonly HostRoutes[];
  /** Whether requests are told one by one. */
  accessLog?: boolean;
}

/** Whom a service tells. */
export interface ServeListener extends Listener {
  answered?(answered: Answered): void;
}

/** Where a service answers, as plain data. */
export interface Listening {
  url: string;
  port: number;
  grpcPort?: number | undefined;
  /** What is served, as `name@7`. */
  versions: string[];
}

/** A service that answers. */
export interface Running extends Listening {
  service: Service;
  /** Ends it: what was asked is answered first. */
  stop(): Promise<void>;
}

/** How long connections are told to close before they are closed. */
const GRACE_MS = 500;

/** Loads versions and answers over HTTP, and gRPC if that is asked for, in this process. Throws `artifact`, `device`, and `usage` for an address that cannot be had. */
export async function start(
  options: ServeOptions,
  explain: Explain,
  listener: ServeListener = {},
  rates = ratesOf(options),
): Promise<Running> {
  const { limits, hostRoutes = [] } = options;
  const tls = options.tls && (await readTls(options.tls));
  const keyFile = options.apiKeys === undefined ? undefined : await KeyFile.open(options.apiKeys, listener);
  const hosting = await Hosting.open({ ...options, explain }, listener);
  const shadows = await openShadows(options, hosting, listener);
  const service = new Service(hosting, { ...(limits && { limits }), shadows, listener });
  const access = {
    ...(keyFile && { keys: () => keyFile.all }),
    rateLimit: rates,
    tls,
    answered: options.accessLog ? (answered: Answered) => listener.answered?.(answered) : undefined,
  };
  const app = await buildApp(service, {
    ...access,
    routes: routesOf(service, { hostRoutes, keys: keyFile !== undefined }),
    cors: options.cors && { origins: options.cors },
  });
  const connections = connectionsOf(app);
  const close = () => {
    for (const each of [hosting, shadows, keyFile]) each?.close();
    service.load.end();
  };
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    close();
    throw notListening(options, error as NodeJS.ErrnoException);
  }
  const grpc = await openGrpc(service, options, access).catch(async (error) => {
    await app.close();
    close();
    throw error;
  });
  const { port } = app.server.address() as AddressInfo;
  const { host } = options;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return {
    url: `${tls ? 'https' : 'http'}://${name}:${port}`,
    port,
    grpcPort: grpc?.port,
    versions: hosting.models.flatMap(({ versions }) => versions.map(({ reference }) => reference)),
    service,
    async stop() {
      hosting.drain();
      await Promise.all([drained(app, connections, service.limits.timeoutMs), grpc?.stop()]);
      close();
    },
  };
}

const ratesOf = ({ rateLimit }: ServeOptions): Rates | undefined =>
  rateLimit === undefined ? undefined : new RateLimit(rateLimit);

async function openGrpc(
  service: Service,
  { host, grpcPort }: ServeOptions,
  access: Omit<GrpcOptions, 'host' | 'port'>,
): Promise<GrpcListening | undefined> {
  if (grpcPort === undefined) return undefined;
  const { listenGrpc } = await import('./grpc/server.js');
  return listenGrpc(service, { ...access, host, port: grpcPort });
}

/** Every connection that is open. */
function connectionsOf({ server }: FastifyInstance): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

/**
 * Closes without losing a request. Nobody new is let in. A connection that is closed while a request is on its way would lose it,
 * so that each is told to close with its next answer first; who has not asked for so long is idle. So is, though the server does
 * not see it, a connection that nothing was asked on yet, such as browsers open ahead.
 */
async function drained(
  app: FastifyInstance,
  connections: ReadonlySet<Socket>,
  timeoutMs: number,
): Promise<void> {
  const { server } = app;
  // of the HTTP server, `close` would end idle connections as well
  Server.prototype.close.call(server);
  const open = () =>
    new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count ?? 0)));
  const until = performance.now() + GRACE_MS;
  while (performance.now() < until && (await open()) > 0) await wait(20);
  for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  const late = setTimeout(() => server.closeAllConnections(), timeoutMs).unref();
  do server.closeIdleConnections();
  while ((await open()) > 0 && (await wait(20, true)));
  clearTimeout(late);
  await app.close();
}

async function openShadows(
  { shadows = [], ...options }: ServeOptions,
  hosting: Hosting,
  listener: Listener,
): Promise<Hosting | undefined> {
  if (shadows.length === 0) return undefined;
  const opened = await Hosting.open({ ...options, models: shadows }, listener);
  const names = hosting.models.map(({ name }) => name);
  for (const { name } of opened.models) {
    if (names.includes(name)) continue;
    throw new MaasError(
      'usage',
      `the shadow of "${name}" has nothing to follow, expected one of ${names.join(', ')}`,
    );
  }
  return opened;
}

async function readTls({ cert, key }: { cert: string; key: string }) {
  const read = (path: string) =>
    readFile(path).catch((cause: NodeJS.ErrnoException) => {
      throw new MaasError('usage', `${path} cannot be read (${cause.code})`, { cause });
    });
  const tls = { cert: await read(cert), key: await read(key) };
  try {
    createSecureContext(tls);
  } catch (cause) {
    const { message } = cause as Error;
    throw new MaasError('usage', `${cert} and ${key} are no certificate and its key in PEM (${message})`, {
      cause,
    });
  }
  return tls;
}

function notListening({ host, port }: ServeOptions, cause: NodeJS.ErrnoException): unknown {
  const why: Record<string, string> = {
    EADDRINUSE: 'something else listens there',
    EACCES: 'this user may not',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'there is no such host',
  };
  if (!cause.code || !why[cause.code]) return cause;
  return new MaasError('usage', `port ${port} of ${host} cannot be listened on: ${why[cause.code]}`, {
    hint: 'name another with --port; 0 takes any that is free',
    cause,
  });
}
