import { createHash } from 'node:crypto';
import type { Listener } from '../../progress.js';
import type { Journal } from '../../store/journal.js';
import { version } from '../../version.js';
import type { Finding } from './rung-scores.js';

/** The name of a search: of all that its scores depend on. */
export const fingerprintOf = (parts: unknown[]): string =>
  createHash('sha256')
    .update(JSON.stringify([version, ...parts]))
    .digest('hex');

/** Opens the journal of a search, and answers with what is known from before. */
export async function beginSearch(
  journal: Journal<Finding>,
  resume: boolean | undefined,
  listener: Listener,
): Promise<Finding[]> {
  const found = resume ? await journal.resume() : undefined;
  if (found) {
    listener.info?.(`the search goes on with ${found.length} scores that are known`);
    return found;
  }
  if (resume) listener.info?.('no search was interrupted: it begins anew');
  const before = await journal.start();
  if (before) {
    listener.warn?.(
      `an earlier search was interrupted after ${before.findings} scores, which are set aside in ${before.path}: the command that began it goes on with them with --resume`,
    );
  }
  return [];
}
