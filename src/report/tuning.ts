import { csvLine } from '../data/csv-text.js';
import type { Metrics } from '../metrics/classification.js';

type Figures = Omit<Metrics, 'n'>;

/** One of the recipes that a search tried. */
export interface TriedRecipe {
  /** Its number, from 1: the recipe that the search began with. */
  trial: number;
  /** What it changed of that. */
  changes: Record<string, unknown>;
  /** The share of the training rows that it was fitted on at last, and how many folds scored it there. */
  share: number;
  folds: number;
  /** Whether it came to the end: all rows, all folds. */
  whole: boolean;
  mean: Figures | null;
  std: Figures | null;
  /** Why there are no figures. */
  problem: string | null;
  seconds: number;
}

/** A search, as it is told beside the version that it led to. */
export interface Tuning {
  metric: keyof Figures;
  /** Folds that the rows were divided into, and how many of them scored a recipe that came to the end. */
  folds: number;
  scoredFolds: number;
  seed: number;
  /** What was allowed: seconds, recipes; null for no limit. */
  budget: number | null;
  limit: number | null;
  /** What was searched: values by setting (null for the space that maas knows), and models, if they were named. */
  space: object | null;
  models: readonly string[] | null;
  /** Settings that were given and held to. */
  given: object;
  /** Number of the recipe that was taken. */
  winner: number;
  tried: number;
  seconds: number;
  /** Best first. */
  trials: TriedRecipe[];
}

/** What a recipe changes, as flags would be written: "C=30 ngramRange=1,3". */
export const changesText = (changes: Record<string, unknown>): string =>
  Object.entries(changes)
    .map(([name, value]) => `${name}=${value === null ? 'none' : String(value)}`)
    .join(' ') || 'as given';

/** trials.csv: each recipe of a search with its figures, best first. */
export function trialsCsv({ trials, winner }: Tuning): string {
  const metrics = ['accuracy', 'f1_macro', 'log_loss'] as const;
  const names = [...new Set(trials.flatMap(({ changes }) => Object.keys(changes)))];
  const head = ['trial', 'winner', ...metrics.flatMap((name) => [name, `${name}_std`])];
  const text = (value: unknown) => (value === undefined ? '' : value === null ? 'none' : String(value));
  const rows = trials.map((tried) =>
    csvLine([
      String(tried.trial),
      tried.trial === winner ? 'yes' : '',
      ...metrics.flatMap((name) =>
        [tried.mean?.[name], tried.std?.[name]].map((figure) => text(figure ?? undefined)),
      ),
      tried.share.toFixed(4),
      String(tried.folds),
      tried.seconds.toFixed(3),
      tried.problem ?? '',
      ...names.map((name) => text(tried.changes[name])),
    ]),
  );
  return csvLine([...head, 'share', 'folds', 'seconds', 'problem', ...names]) + rows.join('');
}
