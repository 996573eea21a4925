import { csvField, csvLine } from '../data/csv-text.js';
import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import type { Answer, PredictedRow } from '../tasks/predict.js';

/** How predicted rows are written: what stands before, between and after them, and each row itself. */
export interface RowWriter {
  head: string;
  between: string;
  tail: string;
  row(row: PredictedRow): string;
  /** Ends what was begun when the work fails, so that it can still be parsed. */
  failed?(error: unknown): string;
}

type MakeWriter = (
  columns: string[],
  labels: readonly string[],
  topK: number | undefined,
  listener: Listener,
  /** Whether rows have label sets. */
  sets: boolean,
) => RowWriter;

/** The forms of predicted rows by name. */
export const rowWriters = {
  csv: (columns, labels, topK, listener, sets) => {
    const ranks = Array.from({ length: Math.min(topK ?? 1, labels.length) }, (_, k) => k);
    const added = [
      ...ranks.flatMap((k) => (k === 0 ? ['label', 'score'] : [`label_${k + 1}`, `score_${k + 1}`])),
      ...(sets ? ['labels'] : []),
    ];
    return {
      head: csvLine([...keptColumns(columns, added, listener), ...added]),
      between: '',
      tail: '',
      row: ({ fields, prediction }) => {
        const best = prediction ? ranked(prediction, labels, ranks.length) : [];
        let row = csvField(fields[0]!);
        for (let f = 1; f < fields.length; f++) row += `,${csvField(fields[f]!)}`;
        for (const k of ranks) {
          const named = k === 0 ? prediction?.label : best[k]?.[0];
          row += `,${csvField(named ?? '')},${best[k]?.[1].toFixed(6) ?? ''}`;
        }
        if (sets) row += `,${csvField(prediction ? joinedSet(prediction.labels!) : '')}`;
        return `${row}\n`;
      },
    };
  },
  jsonl: (_columns, labels, topK) => ({
    head: '',
    between: '',
    tail: '',
    row: (row) => `${JSON.stringify(toJson(row, labels, topK))}\n`,
  }),
  /** The only row, by itself. */
  object: (_columns, labels, topK) => ({
    head: '',
    between: '',
    tail: '\n',
    row: (row) => JSON.stringify(toJson(row, labels, topK)),
  }),
  json: (_columns, labels, topK) => ({
    head: '{"predictions":[',
    between: ',\n',
    tail: ']}\n',
    row: (row) => JSON.stringify(toJson(row, labels, topK)),
    failed: (error) => `],"error":${JSON.stringify(errorAsJson(error))}}\n`,
  }),
} as const satisfies Record<string, MakeWriter>;

/** The input's columns under names that the prediction's columns leave free. */
function keptColumns(columns: string[], added: string[], listener: Listener): string[] {
  return columns.map((column) => {
    if (!added.includes(column)) return column;
    let name = `input_${column}`;
    while (columns.includes(name)) name = `input_${name}`;
    listener.info?.(`the input's column "${column}" is kept as "${name}"`);
    return name;
  });
}

/** A label set in one field: "ham|spam"; what separates stands behind a backslash where it is part of a label. */
const joinedSet = (labels: readonly string[]) =>
  labels.map((label) => label.replace(/[\\|]/g, '\\$&')).join('|');

/** The class that was decided for, then the most probable ones; classes that tie stay in the model's order. */
function ranked(
  { label, score, scores }: Answer,
  labels: readonly string[],
  count: number,
): [label: string | null, score: number][] {
  if (count === 1) return [[label, score]];
  return labels
    .map((label): [string, number] => [label, scores[label]!])
    .sort(([a, p], [b, q]) => Number(b === label) - Number(a === label) || q - p)
    .slice(0, count);
}

function toJson({ prediction, problem }: PredictedRow, labels: readonly string[], topK: number | undefined) {
  if (!prediction) return { label: null, score: null, scores: null, problem };
  if (topK === undefined) return prediction;
  const { label, score, labels: set } = prediction;
  const best = ranked(prediction, labels, topK);
  // an object cannot hold labels such as "5" and "1" in this order, a list can
  const top = best.map(([each, p]) => ({ label: each, score: p }));
  return { label, score, scores: Object.fromEntries(best), top, ...(set && { labels: set }) };
}

/** An error as machines read it. */
export function errorAsJson(error: unknown): object {
  const { message } = error as Error;
  if (!(error instanceof MaasError)) return { code: 'failed', message };
  return { code: error.code, message, hint: error.hint, details: error.details };
}
