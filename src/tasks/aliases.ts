import { MaasError } from '../errors.js';
import { type AliasChange, checkAlias, versionBefore } from '../store/aliases.js';
import { Store } from '../store/store.js';
import { whoAndWhen } from './who.js';

/** What came of a promotion or a rollback. */
export interface AliasResult extends AliasChange {
  model: string;
  /** False where the alias named this version already. */
  changed: boolean;
}

/** The alias that names the version in use, unless another is given. */
export const CHAMPION = 'champion';

/**
 * Lets an alias name a version. With `expected`, only while it still names that version (null: none), so that of two who
 * compared with the same version one is told. Throws `artifact` for a version that is not in the store, `usage`.
 */
export async function promoteModel(
  store: string,
  reference: string | undefined,
  {
    alias = CHAMPION,
    reason = null,
    expected,
  }: { alias?: string | undefined; reason?: string | null | undefined; expected?: number | null } = {},
): Promise<AliasResult> {
  checkAlias(alias);
  const { model, version } = await new Store(store).own(reference);
  const who = await whoAndWhen();
  const { change } = await new Store(store).aliases(model).change(({ aliases }) => {
    const from = aliases[alias] ?? null;
    if (expected !== undefined && from !== expected) {
      throw new MaasError(
        'failed',
        `${model}@${alias} has become version ${from} meanwhile, expected ${expected ?? 'none'}`,
        { hint: 'compare with that version, then promote again' },
      );
    }
    return from === version ? undefined : { action: 'promote', alias, version, from, ...who, reason };
  });
  const unchanged = { action: 'promote' as const, alias, version, from: version, ...who, reason };
  return { model, changed: change !== undefined, ...(change ?? unchanged) };
}

/** Lets an alias name again what it named before its last promotion. Throws `artifact` where that was nothing. */
export async function rollbackModel(
  store: string,
  model: string,
  {
    alias = CHAMPION,
    reason = null,
  }: { alias?: string | undefined; reason?: string | null | undefined } = {},
): Promise<AliasResult> {
  checkAlias(alias);
  const opened = new Store(store);
  await opened.requireModel(model);
  const who = await whoAndWhen();
  // what was removed by hand is told before it is named
  const goal = versionBefore((await opened.aliases(model).read()).history, alias);
  if (goal !== undefined) await opened.open(`${model}@${goal}`);
  const { change } = await opened.aliases(model).change(({ aliases, history }) => {
    const version = versionBefore(history, alias);
    if (version === undefined) {
      const found = aliases[alias] === undefined ? 'names no version' : 'has named no other version before';
      throw new MaasError('artifact', `${model}@${alias} ${found}: there is nothing to go back to`, {
        hint: '`maas models history` shows what it named',
      });
    }
    return { action: 'rollback', alias, version, from: aliases[alias] ?? null, ...who, reason };
  });
  return { model, changed: true, ...change! };
}

/** Every change of a model's aliases, oldest first, and what they name now. Throws `artifact`. */
export async function modelHistory(
  store: string,
  model: string,
): Promise<{ model: string; aliases: Record<string, number>; history: AliasChange[] }> {
  const opened = new Store(store);
  await opened.requireModel(model);
  return { model, ...(await opened.aliases(model).read()) };
}
