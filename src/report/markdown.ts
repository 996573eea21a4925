import type { EmbeddingReport } from '../features/embedding-fit.js';
import type { SentenceReport } from '../features/sentence/encoder.js';
import type { Metrics } from '../metrics/classification.js';
import type { FullEvaluation } from '../metrics/evaluation.js';
import type { FitReport } from '../models/fits.js';
import { confusedPairs } from './confusion.js';
import type { CalibrationReport, ThresholdReport } from './decisions.js';
import { calibrationSections, thresholdSections } from './decisions-markdown.js';
import { baselineNames, figure, grouped } from './format.js';
import { lineage } from './lineage.js';
import { cell, markdownTable } from './markdown-table.js';
import { metricTitles } from './metric-titles.js';
import { changesText, type Tuning } from './tuning.js';

/** What the report tells of how a version came to be. */
export interface ReportFacts {
  model: string;
  tool: { name: string; version: string };
  created: string;
  seed: number;
  device: { name: string; adapter: string; software: boolean; libraries: Record<string, string> };
  data: { sha256: string; files: { path: string; rows: number }[] };
  rows: { train: number; validation: number; test: number };
  classes: readonly string[];
  features: number;
  embeddings?: EmbeddingReport;
  sentence?: SentenceReport;
  config: Record<string, unknown>;
  fit: FitReport;
  /** What little effort comes to on the same rows. */
  baselines: Partial<Record<'majority' | 'nb', Metrics>>;
  /** What a temperature and thresholds changed, where these were asked for. */
  calibration?: CalibrationReport;
  thresholds?: ThresholdReport;
  /** What folds of the training rows said of the recipe. */
  cv?: { folds: number; mean: Omit<Metrics, 'n'>; std: Omit<Metrics, 'n'> };
  /** The search that led to these settings. */
  tuning?: Tuning | undefined;
  timings: Record<string, number>;
}

/** report.md of a version: its metrics on the held-out rows, by class, and where it comes from. */
export function reportMarkdown(facts: ReportFacts, evaluation: FullEvaluation): string {
  const { metrics, perClass, confusion } = evaluation;
  const { fit } = facts;
  const beside = (['nb', 'majority'] as const).filter((name) => facts.baselines[name]);
  const figures = (Object.keys(metricTitles) as (keyof Metrics)[]).map((key) => [
    metricTitles[key],
    ...[metrics, ...beside.map((name) => facts.baselines[name]!)].map((of) =>
      key === 'n' ? grouped(of.n) : figure(of[key] ?? null),
    ),
  ]);
  const pairs = confusedPairs(confusion, 10);
  return [
    `# ${facts.model}`,
    `Trained ${facts.created} by ${facts.tool.name} ${facts.tool.version}.`,
    '## On held-out rows',
    markdownTable(['metric', facts.model, ...beside.map((name) => baselineNames[name])], figures),
    '## By class',
    markdownTable(
      ['class', 'precision', 'recall', 'F1', 'rows'],
      perClass.map((c) => [c.label, figure(c.precision), figure(c.recall), figure(c.f1), grouped(c.support)]),
    ),
    '## Most confused',
    pairs.length > 0
      ? markdownTable(
          ['label', 'predicted', 'rows'],
          pairs.map((p) => [p.label, p.predicted, grouped(p.rows)]),
        )
      : 'No held-out row was mistaken.',
    ...calibrationSections(facts.calibration),
    ...thresholdSections(facts.thresholds, facts.classes.length),
    ...folds(facts.cv),
    ...searched(facts.tuning),
    ...history(fit),
    '## Where it comes from',
    markdownTable(['what', 'value'], lineage(facts)),
    '## Settings',
    markdownTable(
      ['setting', 'value'],
      Object.entries(facts.config).map(([key, value]) => [key, JSON.stringify(value)]),
    ),
    '',
  ].join('\n\n');
}

/** What cross-validation found, where there was one. */
function folds(cv: ReportFacts['cv']): string[] {
  if (!cv) return [];
  const rows = (Object.keys(cv.mean) as (keyof typeof cv.mean)[]).map((key) => [
    metricTitles[key],
    figure(cv.mean[key]),
    figure(cv.std[key]),
  ]);
  return [
    `## On ${cv.folds} folds of the training rows`,
    'Each fold was scored by a model of the same settings that was fitted on the others.',
    markdownTable(['metric', 'mean', 'standard deviation'], rows),
  ];
}

/** Trials that the report tells; all are in trials.csv. */
const TOLD = 20;

/** What a search tried, where there was one. */
function searched(tuning: Tuning | undefined): string[] {
  if (!tuning) return [];
  const { trials, metric, winner, folds, scoredFolds, tried, budget, limit, seed, models, space } = tuning;
  const names = [...new Set([metric, 'accuracy', 'f1_macro', 'log_loss'] as const)];
  const rows = trials
    .slice(0, TOLD)
    .map(({ trial, mean, std, whole, share, changes }) => [
      trial === winner ? `${trial} (taken)` : String(trial),
      `${figure(mean?.[metric] ?? null)} ± ${figure(std?.[metric] ?? null)}`,
      ...names.slice(1).map((name) => figure(mean?.[name] ?? null)),
      whole ? 'all' : `${Math.round(100 * share)} %`,
      changesText(changes),
    ]);
  const limits = [limit === null ? '' : `${limit} trials`, budget === null ? '' : `${budget} s`].filter(
    Boolean,
  );
  return [
    '## Search',
    `${tried} recipes were compared by ${metricTitles[metric]} on ${scoredFolds} of ${folds} folds of the training rows (${limits.join(' or ')} at the most, seed ${seed}${models ? `, models ${models.join(', ')}` : ''}). No test row took part; the winner's own score is the best of many, and flatters it.`,
    ...(space ? [`Searched: ${cell(JSON.stringify(space))}`] : []),
    markdownTable(
      [
        'trial',
        metricTitles[metric],
        ...names.slice(1).map((name) => metricTitles[name]),
        'rows',
        'settings',
      ],
      rows,
    ),
    ...(trials.length > TOLD ? [`All ${trials.length} are in trials.csv.`] : []),
    '![scores by trial](trials.svg)',
  ];
}

/** How each epoch went, where there were epochs. */
function history(fit: FitReport): string[] {
  if (!('history' in fit)) return [];
  const watched = fit.history.some(({ validation }) => validation !== null);
  const rows = fit.history.map(({ epoch, loss, learningRate, validation }) => [
    epoch === fit.epoch ? `${epoch} (taken)` : String(epoch),
    figure(loss),
    learningRate.toPrecision(3),
    ...(watched
      ? (['log_loss', 'accuracy', 'f1_macro'] as const).map((key) => figure(validation?.[key] ?? null))
      : []),
  ]);
  const head = ['epoch', 'loss', 'learning rate'];
  const validated = ['validation log loss', 'accuracy', 'F1 (macro)'];
  return [
    '## Training',
    '![loss by epoch](history.svg)',
    markdownTable(watched ? [...head, ...validated] : head, rows),
  ];
}
