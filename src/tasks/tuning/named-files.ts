import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Changes, SearchSpace } from './space.js';

/** Settings whose values may name files. */
const names = ['stopWords', 'embeddings'] as const;

/**
 * The sha256 of each file that settings or a search space name, by its path: what is found depends on what they hold. What
 * cannot be read is left out: a language of stop words is no file.
 */
export async function namedFiles(
  settings: Changes,
  space: SearchSpace | undefined,
): Promise<Record<string, string>> {
  const listed = names.flatMap((name) => {
    const tried = space?.[name];
    return [settings[name], ...(Array.isArray(tried) ? tried : [])];
  });
  const digests: Record<string, string> = {};
  for (const path of new Set(listed.filter((value) => typeof value === 'string'))) {
    const hash = createHash('sha256');
    const read = await pipeline(createReadStream(path), hash).then(
      () => true,
      () => false,
    );
    if (read) digests[path] = hash.digest('hex');
  }
  return digests;
}
