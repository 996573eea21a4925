import { MaasError } from '../../errors.js';
import type { CountedTerms } from '../../features/term-counter.js';
import type { Journal } from '../../store/journal.js';
import type { Recipe } from '../recipe.js';
import { featureSettings } from '../settings.js';
import type { Rung, Samples } from './halving.js';
import type { Candidate } from './space.js';
import { analyzerKey, type FitJob, type Outcome, takesCounts } from './trials.js';
import type { WorkerPool } from './worker-pool.js';

/** A finding, as the journal keeps it: how one recipe did, in the company of which others, on which rows. */
export interface Finding extends Outcome {
  /** Share, fold and recipes of the job that found it. */
  job: string;
  trial: number;
}

/** Counts of terms that are kept for later rungs. */
const KEPT = 4;

/** Scores recipes on the folds of a rung, those with the same features together; what is known already is not done again. */
export class RungScores {
  readonly #known = new Map<string, Map<number, Outcome>>();
  /** Counted terms by analyzer and share, the ones used last at the end. */
  readonly #counts = new Map<string, Promise<CountedTerms>>();
  /** Seconds that counting took, by analyzer and share. */
  readonly #countSeconds = new Map<string, number>();

  /** `trainRows` are the rows that samples are of. */
  constructor(
    private readonly pool: WorkerPool,
    private readonly samples: Samples,
    private readonly trainRows: Uint32Array,
    private readonly journal: Pick<Journal<Finding>, 'append'>,
    found: readonly Finding[],
  ) {
    for (const { job, trial, ...outcome } of found) this.#remember(job, trial, outcome);
  }

  /**
   * How each recipe does on each fold of the rung, told one by one. Throws `Stopped` where the pool was stopped before all are
   * done.
   */
  async score(
    candidates: readonly Candidate[],
    rung: Rung,
    tell: (candidate: Candidate, fold: number, outcome: Outcome) => void,
  ): Promise<void> {
    const jobs: Promise<void>[] = [];
    for (const together of groupsOf(candidates)) {
      for (const fold of rung.folds) jobs.push(this.#do(together, rung, fold, tell));
    }
    const ended = await Promise.allSettled(jobs);
    this.#forget();
    for (const job of ended) if (job.status === 'rejected') throw job.reason;
  }

  async #do(
    candidates: readonly Candidate[],
    { share }: Rung,
    fold: number,
    tell: (candidate: Candidate, fold: number, outcome: Outcome) => void,
  ): Promise<void> {
    const name = `${share}/${fold}/${candidates.map(({ id }) => id).join('+')}`;
    // those of a job begin where the one before ended, so that it is known as a whole or done as a whole
    if (this.#known.get(name)?.size !== candidates.length) {
      const { rows, folds } = this.samples.of(share);
      const settings = candidates.map((candidate) => candidate.settings);
      const chosen = rows.map((place) => this.trainRows[place]!);
      const { train, held } = folds[fold]!;
      const outcomes = await this.#outcomesOf({ rows: chosen, train, held, settings }, share);
      outcomes.forEach((outcome, i) => {
        const trial = candidates[i]!.id;
        this.#remember(name, trial, outcome);
        this.journal.append({ job: name, trial, ...outcome });
      });
    }
    for (const candidate of candidates) tell(candidate, fold, this.#known.get(name)!.get(candidate.id)!);
  }

  async #outcomesOf(job: Omit<FitJob, 'kind' | 'counted'>, share: number): Promise<Outcome[]> {
    let counted: CountedTerms | undefined;
    try {
      counted = await this.#countsOf(job.settings[0]!, share, job.rows);
    } catch (error) {
      // that terms cannot be counted so is the affair of these recipes alone
      if (!(error instanceof MaasError)) throw error;
      return job.settings.map(() => ({ metrics: null, problem: error.message, seconds: 0 }));
    }
    return this.pool.run({ kind: 'fit', ...job, counted });
  }

  #remember(job: string, trial: number, outcome: Outcome): void {
    const known = this.#known.get(job) ?? new Map<number, Outcome>();
    this.#known.set(job, known.set(trial, outcome));
  }

  #countsOf(settings: Recipe, share: number, rows: Uint32Array): Promise<CountedTerms> | undefined {
    if (!takesCounts(settings)) return undefined;
    const key = keyOf(settings, share);
    const counts = this.#counts.get(key) ?? this.#count(key, settings, rows);
    this.#counts.delete(key);
    this.#counts.set(key, counts);
    return counts;
  }

  async #count(key: string, settings: Recipe, rows: Uint32Array): Promise<CountedTerms> {
    const from = performance.now();
    const counts = await this.pool.run({ kind: 'count', settings, rows });
    this.#countSeconds.set(key, (performance.now() - from) / 1000);
    return counts;
  }

  /** Seconds that it took to count the terms of all rows as these settings ask; 0 where that is not known. */
  countSeconds = (settings: Recipe): number => this.#countSeconds.get(keyOf(settings, 1)) ?? 0;

  /** Lets go of counts that were not used for long. */
  #forget(): void {
    for (const key of [...this.#counts.keys()].slice(0, -KEPT)) this.#counts.delete(key);
  }
}

const keyOf = (settings: Recipe, share: number) => `${share} ${analyzerKey(settings)}`;

/** Recipes with the same features, in the order in which one may begin where another ended: by C, rising. */
function groupsOf(candidates: readonly Candidate[]): Candidate[][] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { settings } = candidate;
    const key = JSON.stringify(Object.keys(featureSettings).map((name) => settings[name as keyof Recipe]));
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  const order = ({ settings: { model, classWeight, maxIter, tol } }: Candidate) =>
    JSON.stringify([model, classWeight, maxIter, tol]);
  // a C that is chosen begins with a path of its own
  const cOf = ({ settings: { C } }: Candidate) => (C === 'auto' ? Number.POSITIVE_INFINITY : C);
  const path = (a: Candidate, b: Candidate) =>
    order(a) === order(b) ? cOf(a) - cOf(b) || a.id - b.id : order(a) < order(b) ? -1 : 1;
  return [...groups.values()].map((group) => group.sort(path)).sort((a, b) => b.length - a.length);
}
