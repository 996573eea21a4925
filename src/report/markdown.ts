import type { EmbeddingReport } from '../features/embedding-fit.js';
import type { SentenceReport } from '../features/sentence/encoder.js';
import type { Metrics } from '../metrics/classification.js';
import type { FullEvaluation } from '../metrics/evaluation.js';
import type { FitReport } from '../models/fits.js';
import { confusedPairs } from './confusion.js';
import type { CalibrationReport, ThresholdReport } from './decisions.js';
import { calibrationSections, thresholdSections } from './decisions-markdown.js';
import {
  baselineNames,
  chosenText,
  coverageText,
  deviceText,
  duration,
  figure,
  fitText,
  grouped,
  librariesText,
  sentenceText,
  vectorsText,
} from './format.js';
import { cell, table } from './markdown-table.js';
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

const metricNames: Record<keyof FullEvaluation['metrics'], string> = {
  n: 'rows',
  accuracy: 'accuracy',
  balanced_accuracy: 'balanced accuracy',
  top_3_accuracy: 'accuracy (top 3)',
  top_5_accuracy: 'accuracy (top 5)',
  f1_macro: 'F1 (macro)',
  f1_micro: 'F1 (micro)',
  f1_weighted: 'F1 (weighted)',
  precision_macro: 'precision (macro)',
  precision_micro: 'precision (micro)',
  precision_weighted: 'precision (weighted)',
  recall_macro: 'recall (macro)',
  recall_micro: 'recall (micro)',
  recall_weighted: 'recall (weighted)',
  roc_auc: 'ROC AUC',
  average_precision: 'average precision',
  matthews_corrcoef: 'Matthews correlation',
  cohen_kappa: "Cohen's kappa",
  log_loss: 'log loss',
  brier_score: 'Brier score',
  expected_calibration_error: 'expected calibration error',
};

/** report.md of a version: its metrics on the held-out rows, by class, and where it comes from. */
export function reportMarkdown(facts: ReportFacts, evaluation: FullEvaluation): string {
  const { metrics, perClass, confusion } = evaluation;
  const { fit, rows } = facts;
  const beside = (['nb', 'majority'] as const).filter((name) => facts.baselines[name]);
  const figures = (Object.keys(metricNames) as (keyof Metrics)[]).map((key) => [
    metricNames[key],
    ...[metrics, ...beside.map((name) => facts.baselines[name]!)].map((of) =>
      key === 'n' ? grouped(of.n) : figure(of[key] ?? null),
    ),
  ]);
  const pairs = confusedPairs(confusion, 10);
  return [
    `# ${facts.model}`,
    `Trained ${facts.created} by ${facts.tool.name} ${facts.tool.version}.`,
    '## On held-out rows',
    table(['metric', facts.model, ...beside.map((name) => baselineNames[name])], figures),
    '## By class',
    table(
      ['class', 'precision', 'recall', 'F1', 'rows'],
      perClass.map((c) => [c.label, figure(c.precision), figure(c.recall), figure(c.f1), grouped(c.support)]),
    ),
    '## Most confused',
    pairs.length > 0
      ? table(
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
    table(
      ['what', 'value'],
      [
        [
          'rows',
          `${grouped(rows.train)} train, ${grouped(rows.validation)} validation, ${grouped(rows.test)} test`,
        ],
        ['classes', grouped(facts.classes.length)],
        ['features', grouped(facts.features)],
        ...vectorRows(facts.embeddings),
        ...sentenceRows(facts.sentence),
        ['data', facts.data.files.map((file) => `${file.path} (${grouped(file.rows)} rows)`).join(', ')],
        ['data sha256', facts.data.sha256],
        ['fit', fitText(fit)],
        ...(chosenText(fit) ? [['C', chosenText(fit)!]] : []),
        [
          'device',
          [deviceText(facts.device), librariesText(facts.device.libraries)].filter(Boolean).join(' with '),
        ],
        ['seed', String(facts.seed)],
        ['time', duration(facts.timings.total ?? 0)],
      ],
    ),
    '## Settings',
    table(
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
    metricNames[key],
    figure(cv.mean[key]),
    figure(cv.std[key]),
  ]);
  return [
    `## On ${cv.folds} folds of the training rows`,
    'Each fold was scored by a model of the same settings that was fitted on the others.',
    table(['metric', 'mean', 'standard deviation'], rows),
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
    `${tried} recipes were compared by ${metricNames[metric]} on ${scoredFolds} of ${folds} folds of the training rows (${limits.join(' or ')} at the most, seed ${seed}${models ? `, models ${models.join(', ')}` : ''}). No test row took part; the winner's own score is the best of many, and flatters it.`,
    ...(space ? [`Searched: ${cell(JSON.stringify(space))}`] : []),
    table(
      ['trial', metricNames[metric], ...names.slice(1).map((name) => metricNames[name]), 'rows', 'settings'],
      rows,
    ),
    ...(trials.length > TOLD ? [`All ${trials.length} are in trials.csv.`] : []),
    '![scores by trial](trials.svg)',
  ];
}

const vectorRows = (embeddings: EmbeddingReport | undefined): string[][] =>
  embeddings
    ? [
        ['word vectors', `${embeddings.path}: ${vectorsText(embeddings)}`],
        ['sha256 of these', embeddings.sha256],
        ['words with a vector', coverageText(embeddings)],
      ]
    : [];

const sentenceRows = (sentence: SentenceReport | undefined): string[][] =>
  sentence
    ? [
        ['sentence model', `${sentence.path}: ${sentenceText(sentence)}`],
        ['sha256 of it', sentence.sha256],
      ]
    : [];

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
    table(watched ? [...head, ...validated] : head, rows),
  ];
}
