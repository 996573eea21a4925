import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MaasError } from '../errors.js';
import type { FlagValues } from './flags.js';

/**
 * The folder where the embeddings of texts are kept: the one that is asked for, else one in the store, or nowhere. Throws
 * `usage` for a file.
 */
export async function embeddingCacheOf(
  { embeddingCache: asked }: FlagValues,
  store: string,
): Promise<string | undefined> {
  if (asked === null) return undefined;
  if (asked === undefined) return join(store, 'embeddings');
  const found = await stat(asked).catch(() => undefined);
  if (!found || found.isDirectory()) return asked;
  throw new MaasError('usage', `--embedding-cache ${asked} is a file, expected a folder`);
}
