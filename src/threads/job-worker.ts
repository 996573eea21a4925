import { parentPort } from 'node:worker_threads';
import type { JobAnswer, JobRequest } from './jobs.js';

/** The other end of `JobThread`: does one job after the other. */
const port = parentPort!;
let last = Promise.resolve();

port.on('message', (request: JobRequest) => {
  last = last.then(() => answer(request));
});

async function answer({ script, input }: JobRequest): Promise<void> {
  try {
    const { job } = (await import(script)) as { job(input: unknown): unknown };
    const done = job(input);
    port.postMessage(
      { done } satisfies JobAnswer,
      done instanceof Uint8Array ? [done.buffer as ArrayBuffer] : [],
    );
  } catch (failed) {
    port.postMessage({ failed: failed as Error } satisfies JobAnswer);
  }
}
