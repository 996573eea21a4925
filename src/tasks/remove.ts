import { MaasError } from '../errors.js';
import { removeVersion } from '../store/removal.js';
import { Store } from '../store/store.js';
import { whoAndWhen } from './who.js';

/** A version that was removed. */
export interface RemovedVersion {
  model: string;
  version: number;
  path: string;
}

/**
 * Removes versions: all that are named, or none where one of them cannot be. Their numbers are not given again. Throws `artifact`
 * for a version that is not there, `usage` for a reference that names no number, and for a version that an alias names.
 */
export async function removeVersions(
  store: string,
  references: readonly string[],
): Promise<RemovedVersion[]> {
  const opened = new Store(store);
  const found = new Map<string, RemovedVersion>();
  for (const reference of references) {
    if (!/@[1-9][0-9]*$/.test(reference)) {
      throw new MaasError(
        'usage',
        `"${reference}" names no version by its number, expected one such as ${reference.split('@')[0]}@1`,
        { hint: '`maas models list` shows them' },
      );
    }
    const { model, version } = await opened.own(reference);
    const { aliases } = await opened.aliases(model).read();
    const alias = Object.keys(aliases).find((name) => aliases[name] === version);
    if (alias !== undefined) {
      throw new MaasError(
        'usage',
        `${model}@${version} is ${model}@${alias}, expected a version without an alias`,
        {
          hint: `let the alias name another version first: maas models promote ${model}@<version> --as ${alias}`,
        },
      );
    }
    const path = await opened.folderOf(reference);
    found.set(path, { model, version, path });
  }
  const who = await whoAndWhen();
  for (const { model, version, path } of found.values())
    await removeVersion(path, { model, version, ...who });
  return [...found.values()];
}
