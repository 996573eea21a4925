import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MaasError } from '../errors.js';

/** The file beside a model's versions that names some of them. */
const ALIASES = 'aliases.json';
const FORMAT = 'maas-aliases';
const FORMAT_VERSION = 1;

/** A change takes milliseconds; who has not finished after so long was killed. */
const GIVEN_UP_MS = 10_000;

/** One time that an alias came to name a version. */
export interface AliasChange {
  action: 'promote' | 'rollback';
  alias: string;
  version: number;
  /** The version that it named before. */
  from: number | null;
  by: string;
  /** ISO 8601, UTC. */
  at: string;
  reason: string | null;
}

interface AliasFile {
  aliases: Record<string, number>;
  /** Every change, oldest first. */
  history: AliasChange[];
}

/** Names of a model's versions, such as `champion`, with who gave them when and why. */
export class Aliases {
  readonly #path: string;

  /** `home` is the folder that holds the versions of a model. */
  constructor(readonly home: string) {
    this.#path = join(home, ALIASES);
  }

  /** Throws `artifact` for a file that is damaged or of another format. */
  async read(): Promise<AliasFile> {
    const source = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (source === undefined) return { aliases: {}, history: [] };
    const found = parse(source);
    if (found?.format !== FORMAT || !found.aliases || !Array.isArray(found.history)) {
      throw new MaasError('artifact', `${this.#path} is damaged, expected the format "${FORMAT}"`);
    }
    if (found.formatVersion !== FORMAT_VERSION) {
      throw new MaasError(
        'artifact',
        `${this.#path} has the format version ${found.formatVersion}, this maas reads version ${FORMAT_VERSION}`,
      );
    }
    return { aliases: found.aliases, history: found.history };
  }

  /** The number that stands behind the `@` of a reference, or that of the alias there. Throws `artifact`. */
  async resolve(model: string, reference: string, versions: readonly number[]): Promise<number> {
    const { aliases } = await this.read();
    const alias = Object.hasOwn(aliases, reference);
    const number = alias || !/^[1-9][0-9]*$/.test(reference) ? aliases[reference] : Number(reference);
    if (number !== undefined && versions.includes(number)) return number;
    const known = `its versions are ${versions.join(', ')}`;
    if (alias) {
      const message = `${model}@${reference} names version ${number}, which is not there`;
      throw new MaasError('artifact', message, { hint: known });
    }
    const what = /^[A-Za-z]/.test(reference) ? 'alias' : 'version';
    const names = Object.keys(aliases).sort();
    const others = names.length > 0 ? `its aliases are ${names.join(', ')}` : 'it has none';
    const give = `\`maas models promote ${model}@${versions.at(-1)} --as ${reference}\` gives it`;
    throw new MaasError('artifact', `the model "${model}" has no ${what} "${reference}"`, {
      hint: what === 'version' ? known : `${others}; ${give}`,
    });
  }

  /**
   * Changes the file by what `decide` makes of it, or leaves it where that is nothing. One at a time: the new file is written
   * aside under a name that only one can have, and renamed.
   */
  async change(
    decide: (before: AliasFile) => AliasChange | undefined,
  ): Promise<{ change: AliasChange | undefined }> {
    const aside = `${this.#path}.lock`;
    const file = await this.#openAlone(aside);
    try {
      const before = await this.read();
      const change = decide(before);
      if (change) {
        const aliases = { ...before.aliases, [change.alias]: change.version };
        const history = [...before.history, change];
        const after = { format: FORMAT, formatVersion: FORMAT_VERSION, aliases, history };
        await file.writeFile(`${JSON.stringify(after, null, 2)}\n`);
        await file.sync();
      }
      await file.close();
      if (change) await rename(aside, this.#path);
      else await rm(aside);
      return { change };
    } catch (error) {
      await file.close().catch(() => {});
      await rm(aside, { force: true });
      throw error;
    }
  }

  async #openAlone(aside: string) {
    for (;;) {
      try {
        return await open(aside, 'wx');
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EEXIST') {
          throw new MaasError('usage', `${this.#path} cannot be written (${code})`, { cause: error });
        }
      }
      const since = (await stat(aside).catch(() => undefined))?.mtimeMs;
      if (since !== undefined && Date.now() - since > GIVEN_UP_MS) await rm(aside, { force: true });
      else await wait(10);
    }
  }
}

/** The version that an alias would go back to: the one it named before the last promotion that still holds. */
export function versionBefore(history: readonly AliasChange[], alias: string): number | undefined {
  const named: number[] = [];
  for (const change of history) {
    if (change.alias !== alias) continue;
    if (change.action === 'promote') named.push(change.version);
    else named.pop();
  }
  return named.at(-2);
}

/** Throws `usage` for what cannot be an alias: it must not read as the number of a version. */
export function checkAlias(alias: string): void {
  if (!/^[A-Za-z][A-Za-z0-9._-]{0,49}$/.test(alias)) {
    throw new MaasError(
      'usage',
      `"${alias}" cannot be an alias, expected a letter and then letters, digits, ".", "_" and "-"`,
    );
  }
}

/** The aliases of a version, sorted. */
export const aliasesOf = ({ aliases }: Pick<AliasFile, 'aliases'>, version: number): string[] =>
  Object.keys(aliases)
    .filter((alias) => aliases[alias] === version)
    .sort();

function parse(source: string): (Partial<AliasFile> & { format?: unknown; formatVersion?: unknown }) | null {
  try {
    return JSON.parse(source);
  } catch {
    return null;
  }
}
