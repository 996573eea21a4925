import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/**
 * Threads that may begin before it is known what they will do: to begin takes a thread as long as a command takes until it
 * needs one. What they are to do they are told by messages.
 */
export class ThreadsAhead {
  readonly #begun: Worker[] = [];

  constructor(private readonly script: URL) {}

  /** Begins threads, up to so many that wait. */
  begin(count = 1): void {
    while (this.#begun.length < count) this.#begun.push(this.#start());
  }

  /** A thread, one that has begun if there is one. Nobody waits for its end yet. */
  take(): Worker {
    return this.#begun.pop() ?? this.#start();
  }

  #start(): Worker {
    const thread = new Worker(this.script);
    thread.unref();
    return thread;
  }
}

/** Bytes of files that are worth a thread of their own. */
const MUCH = 1 << 18;

/** Whether these files are worth a thread beside, and there is a core for it. Arguments that are no files are passed over. */
export function isMuch(paths: readonly string[]): boolean {
  let bytes = 0;
  for (const path of paths) {
    const file = statSync(path, { throwIfNoEntry: false });
    if (file?.isFile()) bytes += file.size;
  }
  return bytes >= MUCH && availableParallelism() > 1;
}
