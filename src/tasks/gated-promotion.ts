import { MaasError } from '../errors.js';
import { evaluateFully } from '../metrics/evaluation.js';
import type { Outcomes } from '../metrics/outcomes.js';
import type { Slice } from '../metrics/slices.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import { type ModelManifest, Store } from '../store/store.js';
import { type AliasResult, CHAMPION, promoteModel } from './aliases.js';
import { type AnswerOptions, heldOut } from './answers.js';
import { type GateResult, holdToGates } from './gate-results.js';
import { type Gate, type SliceName, slicesNeeded } from './gate-syntax.js';

export interface Gated {
  /** How the version did at each gate. */
  gates?: GateResult[];
  /** The alias that names it now; null where it was to be promoted and does not meet a gate. */
  promoted?: AliasResult | null;
}

/**
 * Holds a version that was published just now to gates, and promotes it where it meets all of them: in the place of the
 * champion that it was compared with and no other. Throws what `holdToGates` and `promoteModel` throw.
 */
export async function promoteIfMet(
  store: string,
  { model, version, path }: { model: string; version: number; path: string },
  { gates, promote }: { gates: readonly Gate[]; promote?: string | undefined },
  options: AnswerOptions,
  listener: Listener,
): Promise<Gated> {
  if (gates.length === 0 && promote === undefined) return {};
  try {
    const checked = gates.length > 0 ? await check(store, path, gates, options, listener) : undefined;
    const results = checked && { gates: checked.gates };
    if (promote === undefined) return { ...results };
    if (checked?.gates.some(({ passed }) => !passed)) return { ...results, promoted: null };
    const promoted = await promoteModel(store, `${model}@${version}`, {
      alias: promote,
      ...(checked && { reason: `met ${gates.map(({ text }) => text).join(', ')}` }),
      ...(checked && promote === CHAMPION && { expected: checked.champion }),
    });
    return { ...results, promoted };
  } catch (error) {
    if (!(error instanceof MaasError)) throw error;
    const { code, hint, details } = error.plain();
    throw new MaasError(code, `${model}@${version} is published and not promoted: ${error.message}`, {
      ...(hint && { hint }),
      ...(details && { details }),
      cause: error,
    });
  }
}

async function check(
  store: string,
  path: string,
  gates: readonly Gate[],
  options: AnswerOptions,
  listener: Listener,
) {
  const version = await Store.version(path);
  const { outcomes, slices } = await withSlices(version, slicesNeeded(gates), options, listener);
  return holdToGates(
    store,
    { version, outcomes, evaluation: evaluateFully(outcomes), slices },
    gates,
    options,
    listener,
  );
}

/** What a version said of its held-out rows, and how it does on slices of them, where gates ask for some. */
async function withSlices(
  version: Artifact<ModelManifest>,
  needed: readonly SliceName[],
  options: AnswerOptions,
  listener: Listener,
): Promise<{ outcomes: Outcomes; slices: Slice[] }> {
  if (needed.length === 0) return { outcomes: (await heldOut(version)).outcomes, slices: [] };
  const [{ examineHeldOut }, { slicesOf }] = await Promise.all([
    import('./examine.js'),
    import('../metrics/slices.js'),
  ]);
  const { outcomes, divisions } = await examineHeldOut(version, { ...options, needed }, listener);
  return { outcomes, slices: slicesOf(outcomes, divisions).slices };
}
