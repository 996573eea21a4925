import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolveSettings } from '../../src/tasks/presets.js';
import { train } from '../../src/tasks/train.js';
import { bin } from './maas.js';
import { tickets } from './temp.js';

/** Publishes versions of the sample that is shipped; each differs in its settings. */
export async function trainTickets(
  store: string,
  versions: Record<string, unknown>[] = [{}],
  name = 'tickets',
): Promise<void> {
  for (const settings of versions) {
    const options = { data: [tickets], store, name, command: ['maas', 'train'], threads: 1 };
    await train({ ...options, settings: resolveSettings(settings) });
  }
}

/** `maas serve` as it runs beside the tests. */
export interface Served {
  url: string;
  port: number;
  grpcPort?: number;
  versions: string[];
  child: ChildProcess;
  /** What it has said on stderr so far. */
  stderr(): string;
  /** Sends a signal and answers with the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs the real binary until it listens. */
export async function serveMaas(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Served> {
  const child = spawn(
    process.execPath,
    [bin, 'serve', ...args, '--json', ...(args.includes('--port') ? [] : ['--port', '0'])],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, MAAS_STORE: undefined, ...env } as NodeJS.ProcessEnv,
    },
  );
  running.add(child);
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  let stdout = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      if (stdout.includes('\n')) resolve();
    });
    exited.then((code) => reject(new Error(`maas serve has ended (${code}): ${stderr}`)));
  });
  return {
    ...JSON.parse(stdout),
    child,
    stderr: () => stderr,
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}

/** JSON that tests look into. */
// biome-ignore lint/suspicious/noExplicitAny: what it is, is what they test
type Answer = any;

/** What a service says to a body of JSON. */
export async function ask(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal: AbortSignal | null = null,
): Promise<{ status: number; headers: Headers; json: Answer }> {
  const response = await fetch(url, {
    method: 'POST',
    signal,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, json: await response.json() };
}
