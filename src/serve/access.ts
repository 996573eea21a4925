import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { MaasError } from '../errors.js';

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
