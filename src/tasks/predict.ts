import { BadRows } from '../data/bad-rows.js';
import { findTextColumn } from '../data/columns.js';
import { openCsv } from '../data/csv.js';
import { openLines } from '../data/lines.js';
import type { CsvRow } from '../data/row-parser.js';
import type { AnyPipeline } from '../pipeline.js';
import { type Prediction, predictionsOf } from '../predictions.js';
import { breathe, type Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import type { Beside } from '../store/state-files.js';
import { type ModelManifest, Store } from '../store/store.js';
import { openScoring } from './scoring.js';

export interface PredictOptions extends Beside, SureOptions {
  store: string;
  /** Reference of the version; the newest if absent. */
  model?: string | undefined;
  /** A CSV file, or `-` for standard input. */
  input: string;
  /** Each line of the input is one text; there is no header. */
  lines?: boolean;
  textColumn?: string | undefined;
  delimiter?: string | undefined;
  /** A row that cannot be read is answered without a prediction, or ends the work. */
  onBadRow: 'skip' | 'fail';
}

/** How sure answers are to be. */
export interface SureOptions {
  /** The probability that a label has at the least; below it there is none. */
  minScore?: number | undefined;
  /** The share of label sets that are to hold the true label; no sets if absent. */
  coverage?: number | undefined;
}

/** A prediction that may abstain: its label is null then, and its score that of the label that it would have had. */
export interface Answer extends Omit<Prediction, 'label'> {
  label: string | null;
  /** The label set, the most probable first, where one was asked for. */
  labels?: string[];
}

/** One input row and what the model says of it; null, and why, where the row cannot be read. */
export interface PredictedRow {
  fields: string[];
  prediction: Answer | null;
  problem?: string;
}

export interface PredictResult {
  model: string;
  version: number;
  labels: readonly string[];
  /** Names of the input's columns; `fields` follow them. */
  columns: string[];
  /** Index of the column that was classified. */
  textColumn: number;
  /** Whether answers have label sets. */
  sets: boolean;
  /** The rows in the order of the input, some at a time; memory does not grow with the input. */
  batches(): AsyncGenerator<PredictedRow[]>;
}

/** The columns that a version was told to train on; files it meets later are likely to have them. */
export const trainedColumns = ({ config }: ModelManifest) =>
  config as { textColumn?: string | undefined; labelColumn?: string | undefined };

/**
 * Opens a version for prediction; one of sentence embeddings answers by promise. `beside` says where that finds what is
 * no part of it. Throws `artifact`, `device`.
 */
export async function openModel(
  store: string,
  reference?: string,
  listener: Listener = {},
  beside: Beside = {},
) {
  const artifact = await new Store(store).open(reference, listener);
  return { manifest: artifact.manifest, pipeline: await readOwn(artifact, beside) };
}

/** Classifies each row of a CSV file or of standard input. Throws `artifact`, `data`. */
export async function predict(options: PredictOptions, listener: Listener = {}): Promise<PredictResult> {
  const artifact = await new Store(options.store).open(options.model, listener);
  const { manifest } = artifact;
  const answered = await answering(artifact, options, listener);
  const scoring = await openScoring(artifact, [options.input], options);
  const { table, column } = await openTable(options, manifest, listener).catch(async (error) => {
    await scoring.close();
    throw error;
  });
  const bad = new BadRows(options.onBadRow, 'the row is answered without a label', listener);

  /** What is said of these rows, those that can be read. */
  async function answer(rows: CsvRow[]): Promise<PredictedRow[]> {
    const good = rows.filter(({ problem }) => problem === undefined);
    const probabilities = await scoring.probabilities(good.map(({ fields }) => fields[column]!));
    const predictions = predictionsOf(manifest.classes, probabilities, scoring.thresholds);
    let next = 0;
    return rows.map(({ fields, problem }) =>
      problem === undefined
        ? { fields, prediction: answered(predictions[next++]!) }
        : { fields, prediction: null, problem },
    );
  }

  async function* batches(): AsyncGenerator<PredictedRow[]> {
    const underWay: Promise<PredictedRow[]>[] = [];
    let rows: CsvRow[] = [];
    let units = 0;
    let done = 0;
    let failure: unknown;
    try {
      try {
        for await (const batch of table.batches()) {
          for (const row of batch) {
            if (row.problem) bad.add({ file: table.name, line: row.line, problem: row.problem });
            rows.push(row);
            units += row.fields[column]!.length;
          }
          if (units < scoring.worth) continue;
          underWay.push(answer(rows));
          underWay.at(-1)!.catch(() => {});
          done += rows.length;
          rows = [];
          units = 0;
          while (underWay.length > scoring.ahead) yield await underWay.shift()!;
          listener.step?.({ stage: 'predict', done, unit: 'rows' });
          await breathe();
        }
      } catch (error) {
        // what stands before it is answered first
        failure = error;
      }
      for (const answered of underWay) yield await answered;
      yield await answer(rows);
      if (failure !== undefined) throw failure;
    } finally {
      await scoring.close();
    }
  }
  return {
    model: manifest.model,
    version: manifest.version,
    labels: manifest.classes,
    columns: table.columns,
    textColumn: column,
    sets: options.coverage !== undefined,
    batches,
  };
}

/** The input, and the index of the column to classify. */
async function openTable(
  { lines, input, delimiter, textColumn }: PredictOptions,
  manifest: ModelManifest,
  listener: Listener,
) {
  const table = lines
    ? await openLines(input)
    : await openCsv(input, delimiter === undefined ? {} : { delimiter });
  const { text: column, guessed } = findTextColumn(table.name, table.columns, {
    textColumn,
    preferred: trainedColumns(manifest),
  });
  for (const guess of guessed) listener.info?.(`${table.name}: ${guess}`);
  return { table, column };
}

/** Makes answers of predictions, as sure as they are to be. Throws `usage` for a version that founds no label sets. */
async function answering(
  artifact: Artifact<ModelManifest>,
  { minScore = 0, coverage }: SureOptions,
  listener: Listener,
): Promise<(prediction: Prediction) => Answer> {
  const abstaining = (prediction: Prediction): Answer =>
    prediction.score < minScore ? { ...prediction, label: null } : prediction;
  if (coverage === undefined) return minScore === 0 ? (prediction) => prediction : abstaining;
  const [{ floorFor }, { labelSet }] = await Promise.all([
    import('./label-sets.js'),
    import('../metrics/conformal.js'),
  ]);
  const { classes } = artifact.manifest;
  const floor = (await floorFor(artifact, coverage, listener)).floor ?? 0;
  return (prediction) => {
    const scores = classes.map((label) => prediction.scores[label]!);
    const set = labelSet(scores, classes.indexOf(prediction.label), floor);
    return { ...abstaining(prediction), labels: set.map((c) => classes[c]!) };
  };
}

/** Classifies one text, as a table of one row. Throws `artifact`. */
export async function predictText(
  options: Beside & SureOptions & { store: string; model?: string | undefined; text: string },
  listener: Listener = {},
): Promise<PredictResult> {
  const artifact = await new Store(options.store).open(options.model, listener);
  const answered = await answering(artifact, options, listener);
  const pipeline = await readOwn(artifact, options);
  const { model, version } = artifact.manifest;
  const fields = [options.text];
  return {
    ...{ model, version, labels: pipeline.labels },
    columns: ['text'],
    textColumn: 0,
    sets: options.coverage !== undefined,
    async *batches() {
      const [prediction] = await pipeline.predict(fields);
      yield [{ fields, prediction: answered(prediction!) }];
    },
  };
}

/** What reads pipelines is loaded where this thread needs one. */
async function readOwn(artifact: Artifact<ModelManifest>, beside: Beside): Promise<AnyPipeline> {
  const { readPipeline } = await import('../store/state-files.js');
  return readPipeline(artifact, beside);
}
