import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MaasError } from '../../errors.js';
import type { Prediction } from '../../predictions.js';

/** How long the server may take to begin, to answer and to end. */
const MOST_MS = 60_000;
/** Texts of one request. */
const AT_ONCE = 64;

/**
 * Starts the server of an export as its image does, from that folder and with an empty environment, asks it these texts on
 * loopback, and ends it. Throws `failed` where it does not answer.
 */
export async function askServer(folder: string, texts: readonly string[]): Promise<Prediction[]> {
  const args = [join('server', 'server.js'), 'serve', '--host', '127.0.0.1', '--port', '0', '--json'];
  const child = spawn(process.execPath, args, { cwd: folder, env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const late = setTimeout(() => child.kill('SIGKILL'), MOST_MS);
  const exited = once(child, 'close');
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    told = `${told}${text}`.slice(-2000);
  });
  try {
    const url = await listening(child.stdout);
    if (url === undefined) {
      await exited;
      throw new MaasError('failed', `the server of ${folder} has ended: ${told.trim()}`);
    }
    const found: Prediction[] = [];
    for (let from = 0; from < texts.length; from += AT_ONCE) {
      found.push(...(await predict(url, texts.slice(from, from + AT_ONCE))));
    }
    return found;
  } finally {
    child.kill('SIGTERM');
    await exited;
    clearTimeout(late);
  }
}

/** The address that the server says it answers on. */
async function listening(stdout: NodeJS.ReadableStream): Promise<string | undefined> {
  let line = '';
  for await (const text of stdout.setEncoding('utf8')) {
    line += text;
    if (line.includes('\n')) return (JSON.parse(line) as { url: string }).url;
  }
  return undefined;
}

/** What the server says of these texts; asks again while it is behind, as it may be where much else is computed. */
async function predict(url: string, texts: readonly string[]): Promise<Prediction[]> {
  const signal = AbortSignal.timeout(MOST_MS);
  for (;;) {
    const response = await fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ texts }),
      signal,
    });
    const answer = (await response.json()) as { predictions?: Prediction[]; error?: string };
    if (answer.predictions) return answer.predictions;
    if (response.status !== 503) {
      throw new MaasError('failed', `the server answers ${response.status}: ${answer.error}`);
    }
    await wait(200);
  }
}
