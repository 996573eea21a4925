import type { Monitor } from '../../models/training/watch.js';
import type { Step } from '../../progress.js';
import type { TriedRecipe } from '../../report/tuning.js';
import type { Rung } from './halving.js';
import type { Trial } from './search.js';

/** How far a search is, for who watches. */
export function progressOf(
  trials: readonly Trial[],
  best: Trial | undefined,
  metric: Monitor,
  limit: number | null,
  left: number,
): Step {
  const score = best?.mean?.[metric];
  const time = Number.isFinite(left) ? `, ${Math.max(0, Math.round(left))} s left` : '';
  return {
    stage: 'tune',
    done: trials.filter(({ rung }) => rung >= 0).length,
    ...(limit !== null && { total: limit }),
    unit: 'trials',
    ...(score != null && { note: `best ${metric} ${score.toFixed(4)} (trial ${best!.id})${time}` }),
  };
}

/** A trial as reports tell it. */
export const triedRecipe = (trial: Trial, rungs: readonly Rung[]): TriedRecipe => ({
  trial: trial.id,
  changes: trial.changes,
  share: trial.share,
  folds: trial.folds.length,
  whole: trial.rung === rungs.length - 1,
  mean: trial.mean,
  std: trial.std,
  problem: trial.problem,
  seconds: trial.seconds,
});
