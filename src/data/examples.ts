import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import { type ColumnChoice, findColumns } from './columns.js';
import { openCsv } from './csv.js';

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
}

export interface BadRow {
  file: string;
  line: number;
  problem: string;
}

export interface ReadOptions extends ColumnChoice {
  /** Field delimiter; found by itself if absent. */
  delimiter?: string | undefined;
  /** A bad row is left out and reported, or ends the work. */
  onBadRow: 'skip' | 'fail';
}

export interface ReadSummary {
  files: { path: string; sha256: string; rows: number }[];
  /** Rows that were read and are good. */
  rows: number;
  /** How many were left out, and the first hundred of them. */
  skipped: { count: number; rows: BadRow[] };
}

const REMEMBERED = 100;

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
  const summary: ReadSummary = { files: [], rows: 0, skipped: { count: 0, rows: [] } };
  for (let file = 0; file < paths.length; file++) {
    const table = await openCsv(
      paths[file]!,
      options.delimiter === undefined ? {} : { delimiter: options.delimiter },
    );
    const { text, label, guessed } = findColumns(table.name, table.columns, options);
    for (const guess of guessed) listener.info?.(`${table.name}: ${guess}`);
    let row = 0;
    let good = 0;
    for await (const batch of table.batches()) {
      for (const { line, fields, problem } of batch) {
        row++;
        const wrong = problem ?? emptiness(fields[text]!, fields[label]!);
        if (wrong) {
          refuse({ file: table.name, line, problem: wrong }, options, summary, listener);
        } else {
          good++;
          visit({ text: fields[text]!, label: fields[label]!.trim(), file, row, line });
        }
      }
      listener.step?.({ stage: 'read', done: summary.rows + good, unit: 'rows' });
    }
    summary.rows += good;
    summary.files.push({ path: table.name, sha256: table.digest(), rows: good });
  }
  const { count } = summary.skipped;
  if (count > 0) {
    listener.warn?.(
      `${count} bad ${count === 1 ? 'row was' : 'rows were'} left out of ${count + summary.rows}`,
    );
  }
  if (summary.rows === 0) {
    throw new MaasError(
      'data',
      `${paths.join(', ')}: no row can be used, expected a text and a label in each`,
      {
        details: { skipped: count },
      },
    );
  }
  return summary;
}

function emptiness(text: string, label: string): string | undefined {
  if (text.trim() === '') return 'its text is empty';
  if (label.trim() === '') return 'its label is empty';
  return undefined;
}

function refuse(bad: BadRow, { onBadRow }: ReadOptions, { skipped }: ReadSummary, listener: Listener): void {
  const sentence = `${bad.file}:${bad.line}: ${bad.problem}`;
  if (onBadRow === 'fail') {
    throw new MaasError('data', sentence, {
      hint: 'mend the row, or leave bad rows out with --on-bad-row skip',
      details: { ...bad },
    });
  }
  skipped.count++;
  if (skipped.rows.length < REMEMBERED) {
    skipped.rows.push(bad);
    listener.warn?.(`${sentence}; the row is left out`);
  } else if (skipped.rows.length === REMEMBERED && skipped.count === REMEMBERED + 1) {
    listener.warn?.(`more than ${REMEMBERED} bad rows; the others are only counted`);
  }
}
