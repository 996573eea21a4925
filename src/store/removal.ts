import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST } from './artifact.js';

/** What stays of a version that was removed, so that no other version is ever given its number. */
export const REMOVED = 'removed.json';

/**
 * Removes a version's files. It is gone as soon as its manifest is; where that is interrupted, the version is there as before or
 * not at all.
 *
 * @param facts what its folder says from then on
 */
export async function removeVersion(folder: string, facts: object): Promise<void> {
  await writeFile(join(folder, REMOVED), `${JSON.stringify(facts, null, 2)}\n`);
  await rm(join(folder, MANIFEST));
  const left = (await readdir(folder)).filter((name) => name !== REMOVED);
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
