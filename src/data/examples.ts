import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import { type BadRow, BadRows } from './bad-rows.js';
import { type ColumnChoice, findColumns, namedColumn } from './columns.js';
import { type CsvTable, openCsv } from './csv.js';
import { NOT_UTF8 } from './row-parser.js';

const LATIN = 'a file in Latin-1 becomes UTF-8 by `iconv -f latin1 -t utf-8`';

/** A labelled text and where it came from. */
export interface Example {
  text: string;
  label: string;
  /** Index of its file in the list that was read. */
  file: number;
  /** Number of the row in its file, from 1, bad rows counted and blank lines not. */
  row: number;
  /** Line of the file that the row starts on, from 1. */
  line: number;
  /** What it has in the columns that were asked for, without spaces at the ends. */
  others: readonly string[];
}

export interface ReadOptions extends ColumnChoice {
  /** Field delimiter; found by itself if absent. */
  delimiter?: string | undefined;
  /** A bad row is left out and reported, or ends the work. */
  onBadRow: 'skip' | 'fail';
  /** Columns to hand on beside text and label, which every file must have. */
  others?: readonly string[];
  /** Awaited after each batch of rows, the last one included, so that who takes them can catch up. */
  afterBatch?: () => Promise<void>;
}

export interface ReadSummary {
  files: { path: string; sha256: string; rows: number }[];
  /** Rows that were read and are good. */
  rows: number;
  /** How many were left out, and the first hundred of them. */
  skipped: { count: number; rows: BadRow[] };
}

/**
 * Reads labelled texts from CSV files one after the other and hands each good row to `visit`. A row is bad when its
 * fields do not fit the header, its quotes are broken, its bytes are not UTF-8, or its text or label is empty.
 */
export async function readExamples(
  paths: readonly string[],
  options: ReadOptions,
  visit: (example: Example) => void,
  listener: Listener = {},
): Promise<ReadSummary> {
  const bad = new BadRows(options.onBadRow, 'the row is left out', listener);
  const files: ReadSummary['files'] = [];
  let rows = 0;
  for (let file = 0; file < paths.length; file++) {
    const table = await openCsv(
      paths[file]!,
      options.delimiter === undefined ? {} : { delimiter: options.delimiter },
    );
    const { text, label, others } = await columnsOf(table, options, listener);
    const before = rows;
    let row = 0;
    for await (const batch of table.batches()) {
      for (const { line, fields, problem } of batch) {
        row++;
        const wrong = problem ?? emptiness(fields[text]!, fields[label]!);
        if (wrong) {
          bad.add({ file: table.name, line, problem: wrong });
        } else {
          rows++;
          const beside = others.length > 0 ? others.map((column) => fields[column]!.trim()) : NONE;
          visit({ text: fields[text]!, label: fields[label]!.trim(), file, row, line, others: beside });
        }
      }
      listener.step?.({ stage: 'read', done: rows, unit: 'rows' });
      await options.afterBatch?.();
    }
    files.push({ path: table.name, sha256: table.digest(), rows: rows - before });
  }
  const encoding = bad.rows.some(({ problem }) => problem === NOT_UTF8) ? LATIN : undefined;
  if (bad.count > 0) {
    listener.warn?.(
      `${bad.count} bad ${bad.count === 1 ? 'row was' : 'rows were'} left out of ${bad.count + rows}${encoding ? `: ${encoding}` : ''}`,
    );
  }
  if (rows === 0) {
    throw new MaasError(
      'data',
      `${paths.join(', ')}: no row can be used, expected a text and a label in each`,
      {
        ...(encoding && { hint: encoding }),
        details: { skipped: bad.count },
      },
    );
  }
  return { files, rows, skipped: { count: bad.count, rows: bad.rows } };
}

const NONE: readonly string[] = [];

async function columnsOf(table: CsvTable, options: ReadOptions, listener: Listener) {
  try {
    const { guessed, ...found } = findColumns(table.name, table.columns, options);
    for (const guess of guessed) listener.info?.(`${table.name}: ${guess}`);
    const others = (options.others ?? NONE).map((name) => namedColumn(table.name, table.columns, name));
    return { ...found, others };
  } catch (error) {
    await table.close();
    throw error;
  }
}

function emptiness(text: string, label: string): string | undefined {
  if (text.trim() === '') return 'its text is empty';
  if (label.trim() === '') return 'its label is empty';
  return undefined;
}
