import { MaasError } from '../../errors.js';
import type { Serving } from '../../tasks/serve.js';
import type { Command, CommandInput, CommandOutput } from '../command.js';
import type { FlagValues } from '../flags.js';
import { portOfHost, routeOfHost } from '../host-environment.js';
import { ServeLog } from '../serve-log.js';

export const serveCommand: Command = {
  usage: 'serve [model...]',
  summary: 'answer predictions over HTTP, and gRPC',
  examples: [
    ['maas serve', 'the newest version on http://127.0.0.1:8080'],
    ['maas serve reviews@champion topics', 'two models; what an alias names is followed live'],
    [
      'maas serve reviews@champion --shadow reviews@8',
      'version 8 is asked, too, and its disagreement counted',
    ],
    ['maas serve --host 0.0.0.0 --workers 4 --api-keys keys.txt', 'four processes, for those who have a key'],
    ['maas serve --api-keys keys.txt --add-key ci', 'makes a key, and keeps its digest alone'],
  ],
  flags: [
    ...([
      'host',
      'port',
      'grpcPort',
      'workers',
      'shadow',
      'tlsCert',
      'tlsKey',
      'apiKeys',
      'addKey',
      'rateLimit',
    ] as const),
    ...(['cors', 'bodyLimit', 'maxTexts', 'timeout', 'accessLog', 'predictRoute', 'healthRoute'] as const),
    ...(['embeddings', 'embeddingCache'] as const),
  ],

  async run(input) {
    const { values, terminal } = input;
    if (values.addKey !== undefined) return addKey(values.addKey, values.apiKeys);
    const { serve } = await import('../../tasks/serve.js');
    const log = new ServeLog(values.quiet ?? false);
    let stop!: (signal: NodeJS.Signals) => void;
    const stopped = new Promise<NodeJS.Signals>((resolve) => {
      stop = resolve;
    });
    const options = optionsOf(input);
    // of several processes, the first ones answer while others begin
    if (options.workers > 1) terminal.inOrder = stop;
    const serving = await serve(options, log);
    terminal.inOrder = stop;
    tell(serving, values.json ?? false);
    const signal = await stopped;
    log.info(`${signal}: what was asked is answered, then the service ends`);
    await serving.stop();
    log.info('the service has ended');
    log.flush();
    if (signal === 'SIGINT') throw new MaasError('interrupted', 'interrupted by SIGINT');
    return undefined;
  },
};

function tell({ url, port, grpcPort, versions }: Serving, json: boolean): void {
  const grpc = grpcPort === undefined ? '' : `, gRPC on port ${grpcPort}`;
  const text = json
    ? JSON.stringify({ url, port, grpcPort, versions })
    : `${versions.join(', ')} on ${url}${grpc}`;
  process.stdout.write(`${text}\n`);
}

function optionsOf({ args, values, typed, store, devices, embeddingCache }: CommandInput) {
  const { host = '127.0.0.1', port = portOfHost(process.env) ?? 8080, workers = 1, shadow, timeout } = values;
  const { bodyLimit, maxTexts } = values;
  return {
    ...{ store, devices, embeddingCache, host, port, workers },
    embeddings: typed.has('embeddings') ? (values.embeddings ?? undefined) : undefined,
    models: (args[0] as string[] | undefined) ?? [],
    ...(shadow && { shadows: shadow }),
    limits: {
      ...(bodyLimit !== undefined && { bodyLimit: Math.floor(bodyLimit) }),
      ...(maxTexts !== undefined && { maxTexts }),
      ...(timeout !== undefined && { timeoutMs: 1000 * timeout }),
    },
    tls: tlsOf(values),
    hostRoutes: hostRoutes(values),
    ...{ grpcPort: values.grpcPort, apiKeys: values.apiKeys, rateLimit: values.rateLimit, cors: values.cors },
    accessLog: values.accessLog ?? false,
  };
}

function tlsOf({ tlsCert: cert, tlsKey: key }: FlagValues) {
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw new MaasError(
    'usage',
    `there is --tls-${cert ? 'cert' : 'key'} alone, expected --tls-cert and --tls-key`,
  );
}

/** The paths that Vertex AI asks for in the environment, or flags. */
function hostRoutes({ predictRoute, healthRoute }: FlagValues) {
  const predict = predictRoute ?? routeOfHost(process.env, 'AIP_PREDICT_ROUTE');
  const health = healthRoute ?? routeOfHost(process.env, 'AIP_HEALTH_ROUTE');
  return predict === undefined && health === undefined ? [] : [{ predict, health }];
}

async function addKey(name: string, file: string | undefined): Promise<CommandOutput> {
  if (file === undefined) {
    throw new MaasError('usage', 'there is no file for the key, expected --api-keys <file>');
  }
  const { addKey } = await import('../../tasks/serve.js');
  const key = await addKey(file, name);
  return { json: { name, key, file }, text: key };
}
