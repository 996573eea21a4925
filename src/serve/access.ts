import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { MaasError } from '../errors.js';
import { Refusal } from './refusal.js';

/** Somebody who may ask: a name, and the sha256 of the key. */
export interface ApiKey {
  name: string;
  sha256: Buffer;
}

/** Lines of a file of keys: `name sha256:<hex>`. Blank lines and comments (#) are passed over. Throws `usage`. */
export function parseKeys(source: string, path: string): ApiKey[] {
  return source.split('\n').flatMap((raw, i) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [, name, hex] = /^(\S+)\s+sha256:([0-9a-f]{64})$/.exec(line) ?? [];
    if (!name)
      throw new MaasError('usage', `${path}:${i + 1} is no key, expected "name sha256:<64 hex digits>"`);
    return [{ name, sha256: Buffer.from(hex!, 'hex') }];
  });
}

/** A new key, which is shown once, and the line that is kept of it. */
export function newKey(name: string): { key: string; line: string } {
  const key = `maas_${randomBytes(24).toString('base64url')}`;
  return { key, line: `${name} sha256:${createHash('sha256').update(key).digest('hex')}` };
}

/** Who presents this key. All keys are compared, each in constant time, so that time tells nothing. */
export function holderOf(keys: readonly ApiKey[], authorization: string | undefined): string | undefined {
  const presented = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
  const digest = createHash('sha256').update(presented).digest();
  let holder: string | undefined;
  for (const { name, sha256 } of keys) if (timingSafeEqual(sha256, digest)) holder = name;
  return holder;
}

/** Who asked so lately that it counts, at the most; the one seen least recently is forgotten. */
const KNOWN = 10_000;

/** So many requests a second for each who asks, and as many at once (a token bucket). */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(readonly perSecond: number) {}

  /** Counts a request. Throws a refusal (429) for one too many. @param now milliseconds */
  take(who: string, now: number): void {
    const most = Math.max(1, this.perSecond);
    const bucket = this.#buckets.get(who) ?? { tokens: most, at: now };
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / 1000) * this.perSecond);
    bucket.at = now;
    this.#buckets.delete(who);
    this.#buckets.set(who, bucket);
    if (this.#buckets.size > KNOWN) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (bucket.tokens < 1) {
      const wait = Math.ceil((1 - bucket.tokens) / this.perSecond);
      throw new Refusal(429, `there were more than ${this.perSecond} requests a second`, wait);
    }
    bucket.tokens--;
  }
}
