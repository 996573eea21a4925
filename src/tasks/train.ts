import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { EmbeddingReport } from '../features/embedding-fit.js';
import type { SentenceReport } from '../features/sentence/encoder.js';
import { evaluate } from '../metrics/classification.js';
import { evaluateFully, type FullEvaluation } from '../metrics/evaluation.js';
import { outcomesOf } from '../metrics/outcomes.js';
import { bulkProbabilities } from '../models/bulk.js';
import type { FitReport } from '../models/fits.js';
import { classCounts } from '../models/weights.js';
import { pipelineOf } from '../pipeline.js';
import { type Listener, Stopwatch } from '../progress.js';
import { confusionCsv } from '../report/confusion.js';
import type { CalibrationReport, ThresholdReport } from '../report/decisions.js';
import { reportMarkdown } from '../report/markdown.js';
import { metricsJson } from '../report/metrics.js';
import { perClassCsv } from '../report/per-class.js';
import { type Tuning, trialsCsv } from '../report/tuning.js';
import { checkAlias } from '../store/aliases.js';
import { encodeLabelScores } from '../store/label-scores.js';
import { encodePredictions, encodeScores } from '../store/predictions.js';
import { encodeState } from '../store/state-files.js';
import { modelNameFor, Store } from '../store/store.js';
import { version as toolVersion } from '../version.js';
import type { Baselines } from './baselines.js';
import { asksForDecisions } from './calibrated.js';
import type { CrossValidation } from './cross-validate.js';
import type { Decisions } from './decisions.js';
import { checkAsked, type DividedRows } from './early-checks.js';
import { type FittedModel, fitModel, type TrainedOn } from './fit.js';
import { parseGates } from './gate-syntax.js';
import { type Gated, promoteIfMet } from './gated-promotion.js';
import { encodeGoldenRows } from './golden-rows.js';
import { type Loaded, load } from './load.js';
import { type Part, type Prepared, type PrepareInput, rowCounts } from './prepare.js';
import type { TrainSettings } from './settings.js';
import { vectorDim } from './word-vectors.js';

export interface TrainOptions extends PrepareInput {
  store: string;
  /** Name of the model; the data file's if absent. */
  name?: string | undefined;
  settings: TrainSettings;
  /**
   * Settings that the caller asked for, as against defaults: a dataset refuses those it has decided already, and word vectors a
   * `dim` that is not theirs.
   */
  asked?: ReadonlySet<string>;
  command?: string[];
  /** Folds of the training rows to cross-validate the recipe on before; none if absent. */
  cv?: number | undefined;
  /** Conditions that the version is held to, such as "f1_macro >= 0.85". */
  gate?: readonly string[] | undefined;
  /** Share of the held-out rows that the champion has right and the version may have wrong. */
  maxNegativeFlips?: number | undefined;
  /** An alias for the version, if it meets all gates. */
  promote?: string | undefined;
  /** Go on with the training that was interrupted, where there is one. */
  resume?: boolean | undefined;
  /** Seconds between two checkpoints of a training that goes step by step; 30 if absent. */
  checkpointSeconds?: number | undefined;
}

export interface TrainResult extends Gated {
  model: string;
  version: number;
  path: string;
  rows: { train: number; validation: number; test: number };
  classes: string[];
  features: number;
  /** The word vectors that features are made of, where they are, and how many words have one. */
  embeddings?: EmbeddingReport;
  /** The model that embeds the texts, where one does, and how many of them it had to embed. */
  sentence?: SentenceReport;
  /** Name of the device that computed; `deviceFacts` says what it is and why it was taken. */
  device: string;
  deviceFacts: TrainedOn;
  seed: number;
  /** How texts became terms, with what was left to the data. */
  terms: Prepared['decided'];
  metrics: FullEvaluation['metrics'];
  /** What the most frequent class and naive Bayes reach on the same rows. */
  baselines: Baselines;
  timings: Record<'read' | 'vectorize' | 'fit' | 'evaluate' | 'total', number> & {
    cv?: number;
    tune?: number;
    calibrate?: number;
  };
  /** What a temperature and thresholds changed, where these were asked for. */
  calibration?: CalibrationReport;
  thresholds?: ThresholdReport;
  /** How well the recipe does on folds of the training rows, where that was asked for. */
  cv?: CrossValidation;
  fit: FitReport;
  skipped: Prepared['skipped'];
  /** What the run was expected to need, before it vectorized and fitted. */
  needs: Prepared['needs'];
}

/**
 * Fits a pipeline on CSV files or on one dataset folder, scores it on the held-out rows, and publishes a version.
 * Trainings of one process take turns. A version that misses a gate is published, too, and not promoted. Throws `data` for
 * data that cannot be used, `usage` for settings that contradict, `device`.
 */
export async function train(given: TrainOptions, listener: Listener = {}): Promise<TrainResult> {
  const options = { ...given, settings: await withVectorDim(given) };
  const { name = modelNameFor(options.data[0] ?? '') } = options;
  const gates = parseGates(options.gate, options.maxNegativeFlips);
  if (options.promote !== undefined) checkAlias(options.promote);
  await new Store(options.store).prepare(name);
  const stopwatch = new Stopwatch();
  const check = (rows: DividedRows, model: string) =>
    checkAsked(options.store, { model, gates, settings: options.settings }, rows);
  const loadChecked = () => load(options, check, stopwatch, listener);
  const result = await trainOn(options, loadChecked, stopwatch, listener);
  const asked = { gates, promote: options.promote };
  return { ...result, ...(await promoteIfMet(options.store, result, asked, options, listener)) };
}

/** Embeddings that begin with word vectors have as many numbers as these. */
async function withVectorDim({ settings, asked }: TrainOptions): Promise<TrainSettings> {
  const { vectorizer, embeddings, dim } = settings;
  if (vectorizer !== 'sequence' || embeddings === null) return settings;
  return { ...settings, dim: await vectorDim(embeddings, asked?.has('dim') ? dim : undefined) };
}

/** Fits a pipeline on what `load` loads, scores it on the test rows, and publishes a version. */
export async function trainOn(
  options: TrainOptions,
  load: () => Promise<Loaded>,
  stopwatch: Stopwatch,
  listener: Listener,
): Promise<TrainResult> {
  const { settings } = options;
  const git = gitCommit(options.data[0]!);
  const fitted = await fitModel(options, load, stopwatch, listener);
  const { prepared, vocabulary, dataset, name, report, device, cv, tuning, finished } = fitted;
  const { parts, labels, classes } = prepared;
  const known = labels.slice(0, classes);
  const decisions = await stopwatch.time('calibrate', () => decisionsOf(fitted, settings, listener));
  const { classifier, thresholds } = decisions;
  const pipeline = pipelineOf(known, prepared.vectorizer, classifier, thresholds);

  const { outcomes, test, baselines, validation } = await stopwatch.time('evaluate', async () => {
    listener.step?.({ stage: 'evaluate' });
    const score = await bulkProbabilities(classifier);
    const scored = (part: Part) => outcomesOf(labels, classes, part.labels, score(part.features), thresholds);
    const outcomes = scored(parts.test);
    return {
      outcomes,
      test: evaluateFully(outcomes),
      baselines: await fitted.baselines(),
      validation: parts.validation.labels.length ? scored(parts.validation) : null,
    };
  });
  const decided = decisions.report?.(outcomes, test);

  listener.step?.({ stage: 'publish' });
  const rows = rowCounts(prepared);
  // the seed of a dataset divided its rows, that of the training draws the rest
  const config = { ...settings, ...prepared.decided, ...(dataset?.config ?? {}), seed: settings.seed };
  const more = [
    ...(cv ? (['cv'] as const) : []),
    ...(tuning ? (['tune'] as const) : []),
    ...(asksForDecisions(settings) ? (['calibrate'] as const) : []),
  ];
  const timings = stopwatch.timings(['read', 'vectorize', ...more, 'fit', 'evaluate']);
  const facts = {
    tool: { name: 'maas' as const, version: toolVersion },
    created: new Date().toISOString(),
    command: options.command ?? [],
    config,
    seed: config.seed,
    device,
    data: { sha256: prepared.sha256, files: prepared.files },
    dataset: dataset ? { path: dataset.path, sha256: dataset.sha256 } : null,
    git: await git,
    rows,
    classes: known,
    classCounts: Array.from(classCounts(parts.train.labels, classes)),
    features: pipeline.vectorizer.features,
    ...(prepared.embeddings && { embeddings: prepared.embeddings }),
    ...(prepared.sentence && { sentence: prepared.sentence }),
    fit: report,
    metrics: test.metrics,
    baselines,
    ...decided,
    ...(cv && { cv }),
    ...(tuning && { tune: lineageOf(tuning) }),
    timings,
  };
  const files = prepared.files.map(({ path }) => path);
  // a dataset stands for a model that embeds its texts, which need not be there
  const asks = !(dataset && prepared.sentence);
  const golden = asks && (await encodeGoldenRows(pipeline));
  const { version, path } = await new Store(options.store).publish(
    name,
    {
      ...encodeState(pipeline.state(), await vocabulary?.()),
      'metrics.json': metricsJson(test, {
        validation: validation && evaluate(validation).metrics,
        decisions: decided,
      }),
      'per_class.csv': perClassCsv(test.perClass),
      'confusion_matrix.csv': confusionCsv(test.confusion),
      'predictions.csv': encodePredictions({ files, places: parts.test, outcomes }),
      ...encodeScores(outcomes),
      ...encodeLabelScores(decisions.labelScores ?? validation?.labelScore.slice().sort()),
      ...golden,
      'report.md': reportMarkdown({ ...facts, model: name, tuning }, test),
      ...(tuning && { 'trials.csv': trialsCsv(tuning) }),
      ...('history' in report || tuning ? await drawTraining(report, tuning) : {}),
    },
    facts,
  );
  await finished();
  return {
    model: name,
    version,
    path,
    rows,
    classes: known,
    features: facts.features,
    ...(prepared.embeddings && { embeddings: prepared.embeddings }),
    ...(prepared.sentence && { sentence: prepared.sentence }),
    device: device.name,
    deviceFacts: device,
    seed: config.seed,
    terms: prepared.decided,
    metrics: test.metrics,
    baselines,
    ...decided,
    ...(cv && { cv }),
    timings: { ...timings, total: stopwatch.timings([]).total },
    fit: report,
    skipped: prepared.skipped,
    needs: prepared.needs,
  };
}

/** What the version decides by: the highest probability, unless the settings ask for more. */
async function decisionsOf(
  { prepared, pipeline, outOfFold }: FittedModel,
  settings: TrainSettings,
  listener: Listener,
): Promise<Partial<Decisions> & Pick<Decisions, 'classifier'>> {
  const { classifier, labels } = pipeline;
  if (!asksForDecisions(settings)) return { classifier };
  listener.step?.({ stage: 'calibrate' });
  const { fitDecisions } = await import('./decisions.js');
  const data = { classes: labels, validation: prepared.parts.validation, outOfFold };
  return fitDecisions(classifier, data, settings, listener);
}

/** A search without its trials, which are a file of their own. */
const lineageOf = ({ trials: _, ...search }: Tuning) => search;

/** Pictures of the epochs and of the search, where there were any; what draws them is loaded for these alone. */
async function drawTraining(report: FitReport, tuning: Tuning | undefined): Promise<Record<string, string>> {
  const { trainingPictures } = await import('../report/training-pictures.js');
  return trainingPictures('history' in report ? report : undefined, tuning);
}

/** The commit that the data's folder is at, if it is in a git checkout and git is there to say so. */
async function gitCommit(file: string): Promise<{ commit: string } | null> {
  const folder = file === '-' ? '.' : dirname(file);
  const asked = promisify(execFile)('git', ['-C', folder, 'rev-parse', 'HEAD'], { timeout: 5000 });
  return asked.then(({ stdout }) => ({ commit: stdout.trim() })).catch(() => null);
}
