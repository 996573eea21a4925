import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { MaasError, type PlainError } from '../../errors.js';
import type { CountedTerms } from '../../features/term-counter.js';
import type { CountJob, FitJob, Outcome, TrialData } from './trials.js';

export type PoolRequest = CountJob | FitJob | { kind: 'end' };
export type PoolAnswer = { result: CountedTerms | Outcome[] } | { refused: PlainError };

/** Why a job has no result: the pool was stopped. */
export class Stopped extends Error {}

interface Waiting {
  job: CountJob | FitJob;
  resolve(result: CountedTerms | Outcome[]): void;
  reject(error: Error): void;
}

/** Threads that do trials, each by itself; jobs are begun in the order in which they come. */
export class WorkerPool {
  readonly #queue: Waiting[] = [];
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  #free: number;
  #stopped = false;

  constructor(
    threads: number,
    private readonly data: TrialData,
  ) {
    this.#free = threads;
  }

  run(job: CountJob): Promise<CountedTerms>;
  run(job: FitJob): Promise<Outcome[]>;
  run(job: CountJob | FitJob): Promise<CountedTerms | Outcome[]> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) return reject(new Stopped());
      this.#queue.push({ job, resolve, reject });
      this.#next();
    });
  }

  /**
   * Ends the threads; what they do or have to do is rejected with `Stopped`. Those that do nothing end by themselves: Node 20
   * aborts, rarely, where a thread is terminated while V8 still compiles for it.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    const lost = [...this.#busy.values(), ...this.#queue.splice(0)];
    const busy = [...this.#busy.keys()];
    this.#busy.clear();
    for (const { reject } of lost) reject(new Stopped());
    await Promise.all([...this.#idle.map(end), ...busy.map((worker) => worker.terminate())]);
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? (this.#free > 0 ? this.#open() : undefined);
      if (!worker) return;
      const waiting = this.#queue.shift()!;
      this.#busy.set(worker, waiting);
      worker.postMessage(waiting.job);
    }
  }

  #open(): Worker {
    this.#free--;
    // found from the sources as well
    const path = new URL('../../../dist/tasks/tuning/trial-worker.js', import.meta.url);
    const worker = new Worker(path, { workerData: this.data });
    const settle = (told: (waiting: Waiting) => void) => {
      const waiting = this.#busy.get(worker);
      this.#busy.delete(worker);
      if (waiting) told(waiting);
    };
    worker.on('message', (answer: PoolAnswer) => {
      settle(({ resolve, reject }) => {
        if ('result' in answer) resolve(answer.result);
        else reject(MaasError.from(answer.refused));
      });
      this.#idle.push(worker);
      this.#next();
    });
    worker.on('error', (error) => settle(({ reject }) => reject(error)));
    return worker;
  }
}

function end(worker: Worker): Promise<unknown> {
  const ended = once(worker, 'exit');
  worker.postMessage({ kind: 'end' } satisfies PoolRequest);
  return ended;
}
