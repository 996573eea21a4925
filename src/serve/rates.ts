import { Refusal } from './refusal.js';

/** Bounds how often somebody asks. */
export interface Rates {
  /** Counts a request. Throws a refusal (429) for one too many. @param now milliseconds */
  take(who: string, now: number): void | Promise<void>;
}

/** Who asked so lately that it counts, at the most; the one seen least recently is forgotten. */
const KNOWN = 10_000;

/** Puts what is known of somebody behind what is known of all others. */
function renew<T>(known: Map<string, T>, who: string, value: T): void {
  known.delete(who);
  known.set(who, value);
  if (known.size > KNOWN) known.delete(known.keys().next().value!);
}

const tooMany = (perSecond: number, waitMs: number) =>
  new Refusal(429, `there were more than ${perSecond} requests a second`, Math.ceil(waitMs / 1000));

/** So many requests a second for each who asks, and as many at once (a token bucket). */
export class RateLimit implements Rates {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(readonly perSecond: number) {}

  take(who: string, now: number): void {
    const wait = this.waitOf(who, now);
    if (wait > 0) throw tooMany(this.perSecond, wait);
  }

  /** Counts a request: 0, or for one too many the milliseconds until there may be another. */
  waitOf(who: string, now: number): number {
    const most = Math.max(1, this.perSecond);
    const bucket = this.#buckets.get(who) ?? { tokens: most, at: now };
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / 1000) * this.perSecond);
    bucket.at = now;
    renew(this.#buckets, who, bucket);
    if (bucket.tokens < 1) return (1000 * (1 - bucket.tokens)) / this.perSecond;
    bucket.tokens--;
    return 0;
  }
}

interface Asking {
  who: string;
  resolve(): void;
  reject(refusal: Refusal): void;
}

/**
 * The same for one of several processes, which count together: another one is asked about all requests of a turn at once, and not
 * about those of somebody who is to wait anyway.
 */
export class SharedRateLimit implements Rates {
  #next: Asking[] = [];
  readonly #asked = new Map<number, Asking[]>();
  #questions = 0;
  readonly #refusedUntil = new Map<string, number>();
  #ended = false;

  /** @param ask sends the names of who asked, once for each request; `answer` is to be called with what `RateLimit.waitOf` says of them */
  constructor(
    readonly perSecond: number,
    private readonly ask: (question: number, names: string[]) => void,
  ) {}

  take(who: string, now: number): Promise<void> {
    if (this.#ended) throw ended();
    const until = this.#refusedUntil.get(who) ?? 0;
    if (until > now) throw tooMany(this.perSecond, until - now);
    return new Promise((resolve, reject) => {
      if (this.#next.push({ who, resolve, reject }) === 1) setImmediate(() => this.#askAll());
    });
  }

  /** @param now milliseconds */
  answer(question: number, waits: readonly number[], now: number): void {
    this.#asked.get(question)?.forEach(({ who, resolve, reject }, i) => {
      const wait = waits[i]!;
      if (wait === 0) resolve();
      else {
        renew(this.#refusedUntil, who, now + wait);
        reject(tooMany(this.perSecond, wait));
      }
    });
    this.#asked.delete(question);
  }

  /** Nobody answers any more: who asks is refused (503). */
  end(): void {
    this.#ended = true;
    for (const { reject } of [...this.#asked.values(), this.#next].flat()) reject(ended());
    this.#asked.clear();
    this.#next = [];
  }

  #askAll(): void {
    const asking = this.#next;
    if (asking.length === 0) return;
    this.#next = [];
    this.#asked.set(++this.#questions, asking);
    this.ask(
      this.#questions,
      asking.map(({ who }) => who),
    );
  }
}

const ended = () => new Refusal(503, 'the service is stopping', 1);
