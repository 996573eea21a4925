import { Refusal } from './refusal.js';
import type { Limits } from './service.js';

/** How often it is looked whether the process is late. */
const EVERY_MS = 100;

/** How much is under way, and by how much the process is behind. */
export class Load {
  /** Requests whose head has come and whose answer is not out. */
  pending = 0;
  #at = performance.now();
  #lag = 0;
  #lagBefore = 0;
  readonly #timer = setInterval(() => {
    const now = performance.now();
    this.#lagBefore = this.#lag;
    this.#lag = Math.max(0, now - this.#at - EVERY_MS);
    this.#at = now;
  }, EVERY_MS).unref();

  /**
   * Milliseconds by which what was due came late, both times that it was last looked: a pause that is over, such as that in which a
   * version is loaded, is no reason to refuse anybody.
   */
  get lagMs(): number {
    return Math.min(this.#lag, this.#lagBefore);
  }

  /** Whether there is room for one more request, which is not among those under way yet. */
  hasRoom({ maxPending, maxLagMs }: Limits): boolean {
    return this.pending < maxPending && this.lagMs <= maxLagMs;
  }

  /** Throws a refusal (503) where there is too much to do for another request, which is among those under way. */
  admit({ maxPending, maxLagMs }: Limits): void {
    if (this.pending > maxPending) throw new Refusal(503, 'too many requests are under way', 1);
    if (this.lagMs > maxLagMs) throw new Refusal(503, 'the service is behind with its work', 1);
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
