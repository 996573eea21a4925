import { bootstrapIntervals, type Intervals } from '../metrics/bootstrap.js';
import { evaluateFully, type FullEvaluation } from '../metrics/evaluation.js';
import type { Listener } from '../progress.js';
import { Store } from '../store/store.js';
import { type AnswerOptions, answers, heldOut } from './answers.js';
import type { Baselines } from './baselines.js';
import type { CrossValidation } from './cross-validate.js';
import { evaluateRecipe } from './evaluate-recipe.js';

export interface EvaluateOptions extends AnswerOptions {
  store: string;
  /** Reference of the version; the newest if absent. */
  model?: string | undefined;
  /** Labelled CSV files; the version's own held-out rows if absent. */
  data?: readonly string[] | undefined;
  /** Folds of those files to refit the version's recipe on, in the place of asking the version. */
  cv?: number | undefined;
}

export interface EvaluateResult extends FullEvaluation {
  model: string;
  version: number;
  data:
    | { kind: 'held-out' }
    | { kind: 'file' | 'folds'; files: { path: string; sha256: string; rows: number }[] };
  /** Bounds of metrics that hold the middle 95 % of resamples of the rows. */
  intervals: Intervals;
  /** What the most frequent class and naive Bayes reach on the held-out rows. */
  baselines?: Baselines;
  /** Mean and spread over the folds, where the recipe was refitted on folds. */
  cv?: CrossValidation;
}

/**
 * Evaluates a version; with `cv` its recipe: how well other models made like it do on folds of the files. Throws
 * `artifact` where it is missing or damaged, `data` for files that cannot be used, `usage`.
 */
export async function evaluateModel(
  options: EvaluateOptions,
  listener: Listener = {},
): Promise<EvaluateResult> {
  const artifact = await new Store(options.store).open(options.model, listener);
  const { model, version } = artifact.manifest;
  if (options.cv) return { model, version, ...(await evaluateRecipe(artifact.manifest, options, listener)) };
  const { outcomes, data } = options.data
    ? await answers(artifact, options.data, options, listener)
    : { outcomes: (await heldOut(artifact)).outcomes, data: { kind: 'held-out' as const } };
  const evaluation = { ...evaluateFully(outcomes), intervals: bootstrapIntervals(outcomes) };
  const unknown = Object.keys(evaluation.unknownLabels);
  if (unknown.length > 0) {
    listener.warn?.(
      `${unknown.length === 1 ? 'a label' : `${unknown.length} labels`} that the model does not know, rows with it count as wrong: ${unknown.slice(0, 5).join(', ')}`,
    );
  }
  const baselines = (options.data ? {} : artifact.manifest.baselines) as Baselines | undefined;
  return { model, version, data, ...evaluation, ...(baselines && { baselines }) };
}
