import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { MaasError, type PlainError } from '../errors.js';
import { type Family, merged } from './metrics.js';
import { RateLimit } from './rates.js';
import { defaultLimits } from './service.js';
import type { Listening, ServeListener, ServeOptions } from './start.js';
import type { Answered } from './under-way.js';

/** What a process that serves is told. */
export type ToWorker =
  | { start: ServeOptions }
  | { stop: true }
  /** What has it counted? */
  | { count: number }
  /** What all have counted, to who asked for it. */
  | { counted: number; families: Family[] }
  /** How long who asked is to wait, to who wanted to know. */
  | { rated: number; waits: number[] };

/** What it says. */
export type FromWorker =
  /** It listens to what it is told; what comes before is lost. */
  | { ready: true }
  | { listening: Listening }
  | { refused: PlainError }
  | { info: string }
  | { warn: string }
  | { answered: Answered[] }
  /** What it has counted: as asked, or by itself (0). */
  | { count: number; families: Family[] }
  /** It asks what all have counted. */
  | { wants: number }
  /** Who asks, once for each request: may they? */
  | { rates: number; names: string[] };

/** How long processes have to say what they have counted. */
const COUNTING_MS = 500;
/** A process that ends sooner than this is not begun again at once. */
const SHORT_MS = 2000;

/** Processes that answer on one port, and a new one for each that ends. */
export class Workers {
  /** What each has counted, as far as it said; those that ended are added up. */
  readonly #counts = new Map<number, Family[]>();
  #gone: Family[] = [];
  readonly #asked = new Map<number, (id: number, families: Family[]) => void>();
  #questions = 0;
  readonly #rateLimit: RateLimit | undefined;
  #stopping = false;

  private constructor(
    private readonly options: ServeOptions,
    private readonly listener: ServeListener,
  ) {
    const { rateLimit } = options;
    this.#rateLimit = rateLimit === undefined ? undefined : new RateLimit(rateLimit);
  }

  /** Begins so many processes, each of which runs `script`. Throws what the first one throws. */
  static async start(script: URL, count: number, options: ServeOptions, listener: ServeListener) {
    // each accepts by itself: what the first process has handed to one that is killed would never be answered
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ exec: fileURLToPath(script), args: [] });
    const workers = new Workers(options, listener);
    // the first one finds out what cannot be
    const first = await workers.#begin();
    await Promise.all(Array.from({ length: count - 1 }, () => workers.#begin()));
    return { ...first, stop: () => workers.#stop() };
  }

  async #begin(): Promise<Listening> {
    const worker = cluster.fork();
    const begun = Date.now();
    let listening = false;
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if ('ready' in message) tell(worker, this.#stopping ? { stop: true } : { start: this.options });
        else if ('listening' in message) {
          listening = true;
          resolve(message.listening);
        } else if ('refused' in message) {
          reject(MaasError.from(message.refused));
        } else this.#hear(worker, message);
      });
      worker.on('exit', (code, signal) => {
        this.#gone = merged([this.#gone, ended(this.#counts.get(worker.id) ?? [])]);
        this.#counts.delete(worker.id);
        if (!listening) reject(new Error(`the process ${worker.process.pid} has ended (${signal ?? code})`));
        if (this.#stopping || !listening) return;
        this.listener.warn?.(
          `the process ${worker.process.pid} has ended (${signal ?? code}), another begins`,
        );
        setTimeout(() => this.#replace(), Date.now() - begun < SHORT_MS ? SHORT_MS : 0);
      });
    });
  }

  #replace(): void {
    if (this.#stopping) return;
    this.#begin().catch((error: Error) => {
      this.listener.warn?.(`no process could begin: ${error.message}; it is tried again`);
      setTimeout(() => this.#replace(), SHORT_MS);
    });
  }

  #hear(worker: Worker, message: FromWorker): void {
    if ('rates' in message) {
      const waits = message.names.map((name) => this.#rateLimit!.waitOf(name, performance.now()));
      tell(worker, { rated: message.rates, waits });
    } else if ('info' in message) this.listener.info?.(message.info);
    else if ('warn' in message) this.listener.warn?.(message.warn);
    else if ('answered' in message) for (const each of message.answered) this.listener.answered?.(each);
    else if ('families' in message) {
      this.#counts.set(worker.id, message.families);
      this.#asked.get(message.count)?.(worker.id, message.families);
    } else if ('wants' in message) {
      this.#count().then((families) => tell(worker, { counted: message.wants, families }));
    }
  }

  /** What all processes have counted, those that ended included. */
  #count(): Promise<Family[]> {
    const question = ++this.#questions;
    const missing = new Set(live().map(({ id }) => id));
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#asked.delete(question);
        resolve(merged([this.#gone, ...this.#counts.values()]));
      };
      const timer = setTimeout(done, COUNTING_MS);
      this.#asked.set(question, (id) => {
        missing.delete(id);
        if (missing.size === 0) done();
      });
      for (const worker of live()) tell(worker, { count: question });
    });
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    const { timeoutMs = defaultLimits.timeoutMs } = this.options.limits ?? {};
    await Promise.all(
      live().map((worker) => {
        const exited = new Promise((resolve) => worker.once('exit', resolve));
        tell(worker, { stop: true });
        // it ends its connections by itself before that
        const late = setTimeout(() => worker.process.kill('SIGKILL'), 2 * timeoutMs).unref();
        return exited.then(() => clearTimeout(late));
      }),
    );
  }
}

const live = (): Worker[] =>
  Object.values(cluster.workers ?? {}).filter(
    (worker) => worker !== undefined && !worker.isDead(),
  ) as Worker[];

/** A process that has just ended hears nothing. */
const tell = (worker: Worker, message: ToWorker) => worker.send(message, () => {});

/** Of a process that ended, what was counted stays; what it was then does not. */
const ended = (families: Family[]) => families.filter(({ type }) => type !== 'gauge');
