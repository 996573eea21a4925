import type { MessagePort } from 'node:worker_threads';
import { ThreadsAhead, threadOf } from './ahead.js';

/** What a thread is told: to call `job`, which a script exports, with plain data. */
export interface JobRequest {
  script: string;
  input: unknown;
  /** Nobody waits for an answer. */
  lent: boolean;
}

/** What it answers, in the order in which it was told. */
export type JobAnswer = { done: unknown } | { failed: Error };

interface Waiting {
  resolve(done: unknown): void;
  reject(error: Error): void;
}

/** A thread that does what it is told, one job after the other: whatever a script exports, while others have one script of their own. */
export class JobThread {
  readonly #worker = threadOf(new URL('../../dist/threads/job-worker.js', import.meta.url));
  readonly #waiting: Waiting[] = [];
  #ending = false;
  /** Why it does nothing any more. */
  #gone: Error | undefined;

  constructor() {
    this.#worker.on('message', (answer: JobAnswer) => {
      const { resolve, reject } = this.#waiting.shift()!;
      if (this.#waiting.length === 0) this.#idle();
      if ('failed' in answer) reject(answer.failed);
      else resolve(answer.done);
    });
    const gone = (error: Error) => {
      this.#gone ??= error;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    this.#worker.on('error', gone);
    this.#worker.on('exit', () => gone(new Error('the thread has ended')));
    // who listens for messages keeps the process alive
    this.#worker.unref();
  }

  /**
   * What the script's `job` makes of this input; the process lives until then. Rejects with what `job` throws, and where the thread
   * has gone; that is told where the answer is waited for.
   */
  ask(script: URL, input: unknown): Promise<unknown> {
    const done = new Promise<unknown>((resolve, reject) => {
      if (this.#gone) throw this.#gone;
      this.#worker.postMessage({ script: script.href, input, lent: false } satisfies JobRequest);
      this.#waiting.push({ resolve, reject });
      this.#worker.ref();
    });
    done.catch(() => {});
    return done;
  }

  /**
   * Has the script's `job` begin what only `end` ends, and what nobody waits for.
   * @param moved what goes over to the thread, part of the input
   */
  lend(script: URL, input: unknown, moved: MessagePort): void {
    this.#worker.postMessage({ script: script.href, input, lent: true } satisfies JobRequest, [moved]);
  }

  /** Whether it does nothing any more. */
  get gone(): boolean {
    return this.#gone !== undefined;
  }

  /** Has it end, once it has answered what it was asked. */
  end(): void {
    this.#ending = true;
    if (this.#waiting.length === 0) this.#idle();
  }

  #idle(): void {
    if (this.#ending) void this.#worker.terminate();
    else this.#worker.unref();
  }
}

/** Threads that do jobs. */
export const jobThreads = new ThreadsAhead(
  () => new JobThread(),
  (thread) => thread.gone,
);
