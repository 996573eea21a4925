import { MaasError } from '../../errors.js';
import type { ClassifierKind } from '../../models/kinds.js';
import type { Listener } from '../../progress.js';
import { type Changes, resolveRecipe } from './space.js';

/**
 * Those of the named models that what is given can be tried with; the others are told in a warning. Throws `usage`, as a
 * training of the first would, where there are none.
 */
export function possibleModels(
  models: readonly ClassifierKind[] | undefined,
  given: Changes,
  preset: string | undefined,
  listener: Listener,
): readonly ClassifierKind[] | undefined {
  // a model that is given is held to, whichever are named
  if (!models || given.model !== undefined) return models;
  const refusals = new Map<ClassifierKind, MaasError>();
  for (const model of models) {
    try {
      resolveRecipe({ ...given, model }, preset);
    } catch (error) {
      if (!(error instanceof MaasError) || error.code !== 'usage') throw error;
      refusals.set(model, error);
    }
  }
  const [first] = refusals.values();
  if (!first) return models;
  const possible = models.filter((model) => !refusals.has(model));
  if (possible.length === 0) throw first;
  listener.warn?.(`models left out of the search: ${[...refusals.keys()].join(', ')} (${first.message})`);
  return possible;
}
