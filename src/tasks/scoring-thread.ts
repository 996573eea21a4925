import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Bytes of files that are worth a thread of their own. */
const MUCH = 1 << 18;

let started: Worker | undefined;

/** Whether what is to be scored is worth a thread beside. What is no file is answered as it comes. */
export function isMuch(paths: readonly string[]): boolean {
  let bytes = 0;
  for (const path of paths) {
    const file = statSync(path, { throwIfNoEntry: false });
    if (file?.isFile()) bytes += file.size;
  }
  return bytes >= MUCH && availableParallelism() > 1;
}

/**
 * Starts the thread, which takes about as long as a command takes until it needs it. Arguments that are no files are
 * passed over.
 */
export function startAhead(args: readonly string[]): void {
  if (isMuch(args)) started ??= start();
}

/** A thread that runs `scoring-worker.ts`, begun already if it was started ahead. Nobody waits for it yet. */
export function takeThread(): Worker {
  const thread = started ?? start();
  started = undefined;
  return thread;
}

function start(): Worker {
  // found from the sources as well
  const thread = new Worker(new URL('../../dist/tasks/scoring-worker.js', import.meta.url));
  thread.unref();
  return thread;
}
