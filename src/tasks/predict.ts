import { BadRows } from '../data/bad-rows.js';
import { findTextColumn } from '../data/columns.js';
import { openCsv } from '../data/csv.js';
import { openLines } from '../data/lines.js';
import { bulkTransform } from '../features/bulk.js';
import type { Pipeline, Prediction } from '../pipeline.js';
import { breathe, type Listener } from '../progress.js';
import type { Csr } from '../sparse/csr.js';
import { readPipeline } from '../store/state-files.js';
import { type ModelManifest, Store } from '../store/store.js';

export interface PredictOptions {
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

/** One input row and what the model says of it; null, and why, where the row cannot be read. */
export interface PredictedRow {
  fields: string[];
  prediction: Prediction | null;
  problem?: string;
}

export interface Predictions {
  model: string;
  version: number;
  labels: readonly string[];
  /** Names of the input's columns; `fields` follow them. */
  columns: string[];
  /** Index of the column that was classified. */
  textColumn: number;
  /** The rows in the order of the input, some at a time; memory does not grow with the input. */
  batches(): AsyncGenerator<PredictedRow[]>;
}

/** The columns that a version was told to train on; files it meets later are likely to have them. */
export const trainedColumns = ({ config }: ModelManifest) =>
  config as { textColumn?: string | undefined; labelColumn?: string | undefined };

/** Opens a version for prediction. Throws `artifact`. */
export async function openModel(store: string, reference?: string, listener: Listener = {}) {
  const artifact = await new Store(store).open(reference, listener);
  return { manifest: artifact.manifest, pipeline: await readPipeline(artifact) };
}

const BATCH = 512;

/** Classifies each row of a CSV file or of standard input. Throws `artifact`, `data`. */
export async function predict(options: PredictOptions, listener: Listener = {}): Promise<Predictions> {
  const { manifest, pipeline } = await openModel(options.store, options.model, listener);
  const table = options.lines
    ? await openLines(options.input)
    : await openCsv(options.input, options.delimiter === undefined ? {} : { delimiter: options.delimiter });
  const { text: column, guessed } = findTextColumn(table.name, table.columns, {
    textColumn: options.textColumn,
    preferred: trainedColumns(manifest),
  });
  for (const guess of guessed) listener.info?.(`${table.name}: ${guess}`);
  const transform = bulkTransform(pipeline.vectorizer);
  const bad = new BadRows(options.onBadRow, 'the row is answered without a label', listener);

  async function* batches(): AsyncGenerator<PredictedRow[]> {
    let done = 0;
    for await (const rows of table.batches()) {
      for (let from = 0; from < rows.length; from += BATCH) {
        const batch = rows.slice(from, from + BATCH);
        for (const { line, problem } of batch) {
          if (problem) bad.add({ file: table.name, line, problem });
        }
        yield answer(pipeline, transform, batch, column);
        done += batch.length;
        listener.step?.({ stage: 'predict', done, unit: 'rows' });
        await breathe();
      }
    }
  }
  return {
    model: manifest.model,
    version: manifest.version,
    labels: pipeline.labels,
    columns: table.columns,
    textColumn: column,
    batches,
  };
}

/** Classifies one text, as a table of one row. Throws `artifact`. */
export async function predictText(
  options: { store: string; model?: string | undefined; text: string },
  listener: Listener = {},
): Promise<Predictions> {
  const { manifest, pipeline } = await openModel(options.store, options.model, listener);
  const fields = [options.text];
  return {
    model: manifest.model,
    version: manifest.version,
    labels: pipeline.labels,
    columns: ['text'],
    textColumn: 0,
    async *batches() {
      yield [{ fields, prediction: pipeline.predict(fields)[0]! }];
    },
  };
}

function answer(
  pipeline: Pipeline,
  transform: (texts: readonly string[]) => Csr,
  rows: { fields: string[]; problem?: string }[],
  column: number,
): PredictedRow[] {
  const good = rows.filter(({ problem }) => problem === undefined);
  const predictions = pipeline.predictRows(transform(good.map(({ fields }) => fields[column]!)));
  let next = 0;
  return rows.map(({ fields, problem }) =>
    problem === undefined
      ? { fields, prediction: predictions[next++]! }
      : { fields, prediction: null, problem },
  );
}
