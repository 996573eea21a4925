import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/**
 * Threads that may begin before there is anything to tell them: to begin takes a thread as long as a command takes until it
 * needs one. What they are to do they are told by messages.
 */
export class ThreadsAhead<T> {
  #begun: T[] = [];

  constructor(
    private readonly start: () => T,
    private readonly isGone: (thread: T) => boolean = () => false,
  ) {}

  /** Begins a thread, unless one has begun that nobody has taken. */
  begin(): void {
    if (!this.begun) this.#begun.push(this.start());
  }

  /** Whether a thread has begun that nobody has taken. */
  get begun(): boolean {
    this.#begun = this.#begun.filter((thread) => !this.isGone(thread));
    return this.#begun.length > 0;
  }

  /** A thread, one that has begun if there is one. Nobody waits for its end yet. */
  take(): T {
    return this.begun ? this.#begun.pop()! : this.start();
  }

  /** Has who takes a thread next get this one, which does what it has been told first. */
  passOn(thread: T): void {
    this.#begun.push(thread);
  }
}

/** A thread that keeps no process alive, until somebody listens to it. */
export function threadOf(script: URL): Worker {
  const thread = new Worker(script);
  thread.unref();
  return thread;
}

/** Bytes of files that are worth a thread of their own. */
const MUCH = 1 << 18;

/** Whether there is much in these files. Paths that are no files are passed over. */
export function isMuch(paths: readonly string[]): boolean {
  let bytes = 0;
  for (const path of paths) {
    const file = statSync(path, { throwIfNoEntry: false });
    if (file?.isFile()) bytes += file.size;
  }
  return bytes >= MUCH;
}

/** Whether these files are worth a thread beside, and it may be taken: of so many, this one among them, and there is a core for it. */
export const areWorthAThread = (paths: readonly string[], threads = availableParallelism()): boolean =>
  Math.min(threads, availableParallelism()) > 1 && isMuch(paths);
