import { GONE, Refusal } from './refusal.js';

export const late = (timeoutMs: number) => new Refusal(504, `there is no answer after ${timeoutMs / 1000} s`);
export const unawaited = () => new Refusal(GONE, 'nobody waits for the answer any more');

/** Texts of a request that wait to be scored. */
interface Waiting {
  texts: readonly string[];
  /** It was answered, or nobody waits for it any more. */
  over: boolean;
  resolve(probabilities: Float64Array): void;
  reject(error: unknown): void;
}

export interface BatchingOptions {
  /** Texts that are scored together. */
  batch: number;
  /** Texts that may wait; more are refused. */
  waiting: number;
}

const defaultBatching: BatchingOptions = { batch: 32, waiting: 2048 };

/**
 * Puts the texts of requests that come at the same time together, for models to which many cost little more than one. Nobody
 * waits for a batch to fill: it holds what came while the one before was computed.
 */
export class Batcher {
  readonly #queue: Waiting[] = [];
  #texts = 0;
  #busy = false;

  /** @param score class probabilities of texts, row-major [texts, classes] */
  constructor(
    private readonly score: (texts: readonly string[]) => Float64Array | Promise<Float64Array>,
    private readonly classes: number,
    private readonly options: BatchingOptions = defaultBatching,
  ) {}

  /**
   * Class probabilities of the texts of a request. Throws a refusal (503) where too many wait already, (504) once `timeoutMs` are
   * over, (499) once the signal says that nobody waits any more.
   */
  submit(texts: readonly string[], timeoutMs: number, signal?: AbortSignal): Promise<Float64Array> {
    if (signal?.aborted) throw unawaited();
    if (this.#texts + texts.length > this.options.waiting && this.#texts > 0) {
      throw new Refusal(503, `there are ${this.#texts} texts that wait, too many for another request`, 1);
    }
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        waiting.over = true;
      };
      const waiting: Waiting = {
        texts,
        over: false,
        resolve(probabilities) {
          end();
          resolve(probabilities);
        },
        reject(error) {
          end();
          reject(error);
        },
      };
      const leave = (refusal: Refusal) => {
        const place = this.#queue.indexOf(waiting);
        if (place >= 0) this.#remove(place, 1);
        waiting.reject(refusal);
      };
      const timer = setTimeout(() => leave(late(timeoutMs)), timeoutMs);
      signal?.addEventListener('abort', () => leave(unawaited()), { once: true });
      this.#queue.push(waiting);
      this.#texts += texts.length;
      if (this.#busy) return;
      this.#busy = true;
      setImmediate(() => this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      const requests = this.#take();
      try {
        const texts = requests.flatMap((request) => request.texts);
        const rows = new Float64Array(texts.length * this.classes);
        for (let from = 0; from < texts.length; from += this.options.batch) {
          rows.set(await this.score(texts.slice(from, from + this.options.batch)), from * this.classes);
          // others have a turn: those who ask meanwhile, and those whose time is over
          await new Promise((resolve) => setImmediate(resolve));
          if (requests.every(({ over }) => over)) break;
        }
        let at = 0;
        for (const { texts, resolve } of requests) {
          const end = at + texts.length * this.classes;
          resolve(rows.slice(at, end));
          at = end;
        }
      } catch (error) {
        for (const { reject } of requests) reject(error);
      }
    }
    this.#busy = false;
  }

  /** The requests of the next batch: as many as fit, one at least. */
  #take(): Waiting[] {
    let texts = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      if (count > 0 && texts + waiting.texts.length > this.options.batch) break;
      texts += waiting.texts.length;
      count++;
    }
    return this.#remove(0, count);
  }

  #remove(from: number, count: number): Waiting[] {
    const removed = this.#queue.splice(from, count);
    for (const { texts } of removed) this.#texts -= texts.length;
    return removed;
  }
}
