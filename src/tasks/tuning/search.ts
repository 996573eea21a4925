import { type Monitor, monitors } from '../../models/training/watch.js';
import { breathe } from '../../progress.js';
import { type Figures, spreadOf } from '../cross-validate.js';
import { ETA, type Rung, survivors } from './halving.js';
import type { RungScores } from './rung-scores.js';
import type { Candidate } from './space.js';
import type { Outcome } from './trials.js';
import { Stopped } from './worker-pool.js';

/** A recipe, and how far it came. */
export interface Trial extends Candidate {
  /** The last rung that it was scored on, from 0; -1 where it was not. */
  rung: number;
  /** The share of the rows that it was fitted on there, and what each fold said. */
  share: number;
  folds: Outcome[];
  /** Means over these folds, and standard deviations. */
  mean: Figures | null;
  std: Figures | null;
  /** Why there are no figures. */
  problem: string | null;
  seconds: number;
}

export interface SearchPlan {
  rungs: readonly Rung[];
  metric: Monitor;
  /** How many recipes to try at the most. */
  trials: number;
  /** Seconds that may still go by, now; the search ends when they have. */
  secondsLeft(): number;
  /** Whether there is time to score a trial on a rung, and to train it on all rows if it wins. */
  affords(trial: Trial, rung: Rung): boolean;
  /** How many trials go on side by side. */
  beside: number;
  /** Told whenever a trial was scored. */
  progress(trials: readonly Trial[], best: Trial | undefined): void;
}

/** Recipes that begin together: few at first, so that soon one of them has been through all rungs. */
const FIRST = 9;
const BRACKET = 27;

/**
 * Successive halving in brackets: of the recipes of a bracket a third goes on from rung to rung. The first recipe goes
 * through all rungs of all rows whatever it does. Ends when recipes, trials or time run out; which recipes meet depends on
 * none of that, so that a search that goes on finds what it would have found. Answers with all trials, best first.
 */
export async function search(
  recipes: Iterator<Candidate>,
  scores: RungScores,
  plan: SearchPlan,
): Promise<Trial[]> {
  const { rungs, metric } = plan;
  const trials: Trial[] = [];
  const better = byMetric(metric);
  const whole = rungs.filter(({ share }) => share === 1);

  const take = (count: number): Trial[] => {
    const taken: Trial[] = [];
    while (taken.length < count && trials.length < plan.trials) {
      const { value, done } = recipes.next();
      if (done) break;
      const trial = {
        ...value,
        rung: -1,
        share: 0,
        folds: [],
        mean: null,
        std: null,
        problem: null,
        seconds: 0,
      };
      taken.push(trial);
      trials.push(trial);
    }
    return taken;
  };
  const climb = async (running: readonly Trial[], rung: Rung) => {
    const place = rungs.indexOf(rung);
    const found = new Map<Trial, Outcome[]>(running.map((trial) => [trial, []]));
    await scores.score(running, rung, (candidate, fold, outcome) => {
      const trial = candidate as Trial;
      const outcomes = found.get(trial)!;
      outcomes[rung.folds.indexOf(fold)] = outcome;
      trial.seconds += outcome.seconds;
      if (Object.keys(outcomes).length < rung.folds.length) return;
      // what all rows of some folds said holds beside what those of the others say
      const before = rung.share === 1 && trial.share === 1 ? trial.folds : [];
      Object.assign(trial, { rung: place, share: rung.share }, figuresOf([...before, ...outcomes]));
      plan.progress(trials, bestOf(trials, rungs, metric));
    });
  };

  const [first] = take(1);
  for (const rung of whole) await climb([first!], rung);
  const cost = first!.seconds / first!.folds.length;
  try {
    for (let size = FIRST; ; size = BRACKET) {
      await breathe();
      let running = take(affordable(size, cost, plan));
      if (running.length === 0) break;
      for (const rung of rungs) {
        await climb(
          running.filter((trial) => plan.affords(trial, rung)),
          rung,
        );
        const place = rungs.indexOf(rung);
        const scored = running.filter(({ rung, mean }) => rung === place && mean?.[metric] != null);
        running = survivors(scored, better);
        if (running.length === 0) break;
      }
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
  return [...trials].filter(({ rung }) => rung >= 0).sort((a, b) => b.rung - a.rung || better(a, b));
}

/** How many recipes a bracket can have for the time that is left, where a fold of all rows takes `cost` seconds. */
function affordable(most: number, cost: number, { rungs, beside, secondsLeft }: SearchPlan): number {
  const left = secondsLeft();
  if (left <= 0) return 0;
  for (let size = most; size > ETA; size /= ETA) {
    let seconds = 0;
    rungs.forEach(({ share, folds }, i) => {
      seconds += Math.ceil((Math.ceil(size / ETA ** i) * folds.length) / beside) * share * cost;
    });
    if (seconds <= left) return size;
  }
  return ETA;
}

/** The best of the trials that have been through all rungs and have the metric. */
export const bestOf = (
  trials: readonly Trial[],
  rungs: readonly Rung[],
  metric: Monitor,
): Trial | undefined =>
  trials
    .filter(({ rung, mean }) => rung === rungs.length - 1 && mean?.[metric] != null)
    .sort(byMetric(metric))[0];

/** By a metric, then by log loss, then the one tried first; what has no figure stands last. */
function byMetric(metric: Monitor): (a: Trial, b: Trial) => number {
  const by = (name: Monitor) => (a: Trial, b: Trial) => {
    const [one, other] = [a.mean?.[name] ?? null, b.mean?.[name] ?? null];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return monitors[name] * (other - one);
  };
  const [first, second] = [by(metric), by('log_loss')];
  return (a, b) => first(a, b) || second(a, b) || a.id - b.id;
}

function figuresOf(folds: Outcome[]): Pick<Trial, 'folds' | 'mean' | 'std' | 'problem'> {
  const scores = folds.flatMap(({ metrics }) => metrics ?? []);
  if (scores.length === folds.length) return { folds, ...spreadOf(scores), problem: null };
  return {
    folds,
    mean: null,
    std: null,
    problem: folds.find(({ problem }) => problem)?.problem ?? 'no metrics',
  };
}
