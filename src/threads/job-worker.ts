import { parentPort } from 'node:worker_threads';
import type { JobAnswer, JobRequest } from './jobs.js';

/** The other end of `JobThread`: does one job after the other. */
const port = parentPort!;
let last = Promise.resolve();

port.on('message', (request: JobRequest) => {
  last = last.then(() => answer(request));
});

async function answer({ script, input, lent }: JobRequest): Promise<void> {
  try {
    const { job } = (await import(script)) as { job(input: unknown): unknown };
    const done = job(input);
    const moved = done instanceof Uint8Array ? [done.buffer as ArrayBuffer] : [];
    if (!lent) port.postMessage({ done } satisfies JobAnswer, moved);
  } catch (failed) {
    if (lent) throw failed;
    port.postMessage({ failed: failed as Error } satisfies JobAnswer);
  }
}
