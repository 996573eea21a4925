import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/**
 * Threads that may begin before it is known what they will do: to begin takes a thread as long as a command takes until it
 * needs one. What they are to do they are told by messages.
 */
export class ThreadsAhead<T> {
  readonly #begun: T[] = [];

  constructor(private readonly start: () => T) {}

  /** Begins threads, up to so many that wait. */
  begin(count = 1): void {
    while (this.#begun.length < count) this.#begun.push(this.start());
  }

  /** Whether a thread has begun and waits to be told what to do. */
  get waiting(): boolean {
    return this.#begun.length > 0;
  }

  /** A thread, one that has begun if there is one. Nobody waits for its end yet. */
  take(): T {
    return this.#begun.pop() ?? this.start();
  }

  /** Has a thread wait for who takes one next. */
  giveBack(thread: T): void {
    this.#begun.push(thread);
  }
}

/** A thread that keeps no process alive. */
export function threadOf(script: URL): Worker {
  const thread = new Worker(script);
  thread.unref();
  return thread;
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
