import { Refusal } from '../refusal.js';
import { text } from '../schemas.js';

/** One thing to classify, as hosts of models send them: a text, or an object that holds one. */
export const instance = {
  anyOf: [text, { type: 'object', required: ['text'], properties: { text } }],
} as const;

/** A list of them. */
export const instances = { type: 'array', minItems: 1, items: instance } as const;

export type Instance = string | { text: string };

export const textOf = (of: Instance): string => (typeof of === 'string' ? of : of.text);

/** The texts of a table as pandas writes it: its column `text`, or the only one. Throws a refusal (400). */
export function textColumn(columns: readonly unknown[], rows: readonly (readonly unknown[])[]): string[] {
  const named = columns.indexOf('text');
  const column = named >= 0 ? named : columns.length === 1 ? 0 : -1;
  if (column < 0) throw new Refusal(400, 'the table has no column "text"');
  return rows.map((row, r) => {
    const value = row[column];
    if (typeof value !== 'string') throw new Refusal(400, `row ${r} of the table holds no text`);
    return value;
  });
}
