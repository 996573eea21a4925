import { MaasError } from '../errors.js';
import { bootstrapIntervals, type Intervals } from '../metrics/bootstrap.js';
import { evaluateFully, type FullEvaluation } from '../metrics/evaluation.js';
import { type Slices, slicesOf } from '../metrics/slices.js';
import type { Listener } from '../progress.js';
import { type ConfusedPair, confusedPairs } from '../report/confusion.js';
import { Store } from '../store/store.js';
import { type Baselines, baselinesOnFiles } from './baselines.js';
import { type CompareResult, compareAgainst } from './compare.js';
import type { CrossValidation } from './cross-validate.js';
import { evaluateRecipe } from './evaluate-recipe.js';
import { type ExamineOptions, examineFiles, examineHeldOut, type Mistake } from './examine.js';
import { type GateResult, holdToGates } from './gate-results.js';
import { parseGates, slicesNeeded } from './gate-syntax.js';
import { type MeasuredDecisions, type MeasureOptions, measureDecisions } from './measured-decisions.js';
import { checkReport, writeReport } from './report.js';
import { checkReadTwice } from './same-rows.js';

export interface EvaluateOptions extends ExamineOptions, MeasureOptions {
  store: string;
  /** Reference of the version; the newest if absent. */
  model?: string | undefined;
  /** Labelled CSV files; the version's own held-out rows if absent. */
  data?: readonly string[] | undefined;
  /** Folds of those files to refit the version's recipe on, in the place of asking the version. */
  cv?: number | undefined;
  /** A version to compare with on the same rows: an alias or a number of the same model, or any other reference. */
  against?: string | undefined;
  /** Conditions that the version is held to, such as "f1_macro >= 0.85". */
  gate?: readonly string[] | undefined;
  /** Share of the rows that the champion has right and this version may have wrong. */
  maxNegativeFlips?: number | undefined;
  /** Whether the report is written: report.html, and what it is made of. */
  report?: boolean | undefined;
  /** Folder of the report; one in the store if absent. */
  output?: string | undefined;
}

export interface EvaluateResult extends FullEvaluation, Partial<Slices>, MeasuredDecisions {
  model: string;
  version: number;
  data:
    | { kind: 'held-out' }
    | { kind: 'file' | 'folds'; files: { path: string; sha256: string; rows: number }[] };
  /** Bounds of metrics that hold the middle 95 % of resamples of the rows. */
  intervals: Intervals;
  /** The classes that are taken for others most often, most rows first. */
  confusedPairs: ConfusedPair[];
  /** The rows that the version is wrong about and surest of, surest first; with their texts where `keepText` asks for them. */
  mistakes?: Mistake[];
  /** What the most frequent class and, on held-out rows, naive Bayes reach. */
  baselines?: Baselines;
  /** How it did beside the version that it was to be compared with, which is `a`. */
  comparison?: CompareResult;
  /** How the version did at its gates, where there are any. */
  gates?: GateResult[];
  /** Mean and spread over the folds, where the recipe was refitted on folds. */
  cv?: CrossValidation;
  /** Path of report.html, where a report was written. */
  report?: string;
}

/**
 * Evaluates a version; with `cv` its recipe: how well other models made like it do on folds of the files. Throws
 * `artifact` where it is missing or damaged, `data` for files that cannot be used, `usage`.
 */
export async function evaluateModel(
  options: EvaluateOptions,
  listener: Listener = {},
): Promise<EvaluateResult> {
  const gates = parseGates(options.gate, options.maxNegativeFlips);
  if (options.cv && (gates.length > 0 || options.against !== undefined)) {
    throw new MaasError(
      'usage',
      `${gates.length > 0 ? 'a gate' : '--against'} is about a version, and --cv about its recipe, expected one of both`,
    );
  }
  if (options.cv && (options.slice?.length || options.keepText)) {
    throw new MaasError('usage', '--slice and --keep-text are about a version, expected no --cv beside');
  }
  if (options.cv && (options.coverage ?? options.minScore) !== undefined) {
    throw new MaasError(
      'usage',
      '--coverage and --min-score are about a version, and --cv about its recipe, expected no --cv beside',
    );
  }
  if (options.output !== undefined && (options.cv || !options.report)) {
    const why = options.cv
      ? 'a report is about a version, and --cv about its recipe'
      : 'no report is written';
    throw new MaasError('usage', `${why}, expected no --output beside`);
  }
  await checkReport(options.output);
  const artifact = await new Store(options.store).open(options.model, listener);
  const { model, version } = artifact.manifest;
  const { cv } = options;
  if (cv)
    return { model, version, ...(await evaluateRecipe(artifact.manifest, { ...options, cv }, listener)) };
  if (!options.data && options.embeddings !== undefined) {
    throw new MaasError(
      'usage',
      'held-out rows have their scores already, expected no --embeddings without --data',
    );
  }
  const asked = { ...options, needed: slicesNeeded(gates) };
  if (options.against !== undefined) checkReadTwice(options.data);
  const rows = options.data
    ? await examineFiles(artifact, options.data, asked, listener)
    : await examineHeldOut(artifact, asked, listener);
  const { outcomes, data, divisions, mistakes } = rows;
  const evaluation = { ...evaluateFully(outcomes), intervals: bootstrapIntervals(outcomes) };
  const understanding = {
    confusedPairs: confusedPairs(evaluation.confusion),
    mistakes,
    ...slicesOf(outcomes, divisions),
  };
  const unknown = Object.keys(evaluation.unknownLabels);
  if (unknown.length > 0) {
    listener.warn?.(
      `${unknown.length === 1 ? 'a label' : `${unknown.length} labels`} that the model does not know, rows with it count as wrong, and are no part of log loss, Brier score and ranking: ${unknown.slice(0, 5).join(', ')}`,
    );
  }
  const measured = await measureDecisions(artifact, outcomes, options, listener);
  const baselines: Baselines | undefined = options.data
    ? baselinesOnFiles(artifact.manifest, outcomes)
    : artifact.manifest.baselines;
  const { slices } = understanding;
  const examined = { version: artifact, outcomes, divisions, evaluation, slices, files: options.data };
  const comparison =
    options.against !== undefined &&
    (await compareAgainst(options.store, options.against, examined, options, listener));
  const checked =
    gates.length > 0 && (await holdToGates(options.store, examined, gates, options, listener)).gates;
  const result = {
    ...{ model, version, data, ...evaluation, ...understanding, ...measured },
    ...(baselines && { baselines }),
    ...(comparison && { comparison }),
    ...(checked && { gates: checked }),
  };
  const report = options.report ? await writeReport(artifact, rows, result, options, listener) : undefined;
  return { ...result, ...(report !== undefined && { report }) };
}
