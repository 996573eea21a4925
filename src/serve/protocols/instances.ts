import { isUtf8 } from 'node:buffer';
import { Refusal } from '../refusal.js';
import { text } from '../schemas.js';

/** A text, or as TensorFlow Serving and Vertex AI have it, its bytes in base64. */
const element = {
  anyOf: [text, { type: 'object', required: ['b64'], properties: { b64: { type: 'string' } } }],
} as const;
/** A text, or the one of a row of a tensor [n, 1]. */
const cell = { anyOf: [element, { type: 'array', minItems: 1, maxItems: 1, items: element }] } as const;

/** One thing to classify, as hosts of models send them: a text, alone in a list or not, or an object that holds one. */
export const instance = {
  anyOf: [cell, { type: 'object', required: ['text'], properties: { text: cell } }],
} as const;

/** A list of them. */
export const instances = { type: 'array', minItems: 1, items: instance } as const;

/** One, several, or a column of texts. */
export const inputs = {
  anyOf: [
    instance,
    instances,
    {
      type: 'object',
      required: ['text'],
      properties: { text: { type: 'array', minItems: 1, items: cell } },
    },
  ],
} as const;

type Cell = string | { b64: string } | [Cell];
export type Instance = Cell | { text: Cell };
export type Inputs = Instance | Instance[] | { text: Cell[] };

/** Throws a refusal (400) for bytes that are no UTF-8. */
export function textOf(of: Instance): string {
  if (typeof of === 'string') return of;
  if (Array.isArray(of)) return textOf(of[0]);
  if (Object.hasOwn(of, 'text')) return textOf((of as { text: Cell }).text);
  const bytes = Buffer.from((of as { b64: string }).b64, 'base64');
  if (!isUtf8(bytes)) throw new Refusal(400, 'the bytes of "b64" are not UTF-8');
  return bytes.toString();
}

/** Throws a refusal (400) for bytes that are no UTF-8. */
export function textsOfInputs(of: Inputs): string[] {
  const named =
    typeof of === 'object' && Object.hasOwn(of, 'text') ? (of as { text: Cell | Cell[] }).text : of;
  return (Array.isArray(named) ? (named as Instance[]) : [named as Instance]).map(textOf);
}

/** Which column of a table holds the texts: `text`, or the only one. Throws a refusal (400). */
function columnOf(columns: readonly unknown[]): number {
  const named = columns.indexOf('text');
  if (named < 0 && columns.length !== 1) throw new Refusal(400, 'the table has no column "text"');
  return Math.max(0, named);
}

const textsOf = (values: readonly unknown[]): string[] =>
  values.map((value, row) => {
    if (typeof value === 'string') return value;
    throw new Refusal(400, `row ${row} of the table holds no text`);
  });

/** The texts of a table in rows. Throws a refusal (400). */
export function textColumn(columns: readonly unknown[], rows: readonly (readonly unknown[])[]): string[] {
  const column = columnOf(columns);
  return textsOf(rows.map((row) => row[column]));
}

/** The texts of a table whose rows name their columns. Throws a refusal (400). */
export function textsOfRecords(records: readonly Record<string, unknown>[]): string[] {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const name = columns[columnOf(columns)]!;
  return textsOf(records.map((record) => (Object.hasOwn(record, name) ? record[name] : undefined)));
}
