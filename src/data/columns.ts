import { MaasError } from '../errors.js';

/** Names under which the column is expected, most telling first. */
const textNames =
  'text sentence review message content body comment tweet utterance question query document description ticket title';
const labelNames = 'label class category target sentiment intent topic tag y rating stars';

export interface ColumnChoice {
  textColumn?: string | undefined;
  labelColumn?: string | undefined;
  /** Names to prefer where a file has them, such as those that a model was trained on. */
  preferred?: { textColumn?: string | undefined; labelColumn?: string | undefined };
}

/**
 * Where the text and the label stand. A name that was asked for must be there; otherwise `text` and `label`, else
 * the only column whose name says the same. `guessed` names what was found by likeness and should be said aloud.
 * Throws `data` with the columns where there is no such column.
 */
export function findColumns(
  file: string,
  columns: string[],
  choice: ColumnChoice,
): { text: number; label: number; guessed: string[] } {
  const guessed: string[] = [];
  const text = findColumn(
    file,
    columns,
    asked('textColumn', columns, choice),
    textNames,
    '--text-column',
    guessed,
  );
  const label = findColumn(
    file,
    columns,
    asked('labelColumn', columns, choice),
    labelNames,
    '--label-column',
    guessed,
  );
  if (text === label) {
    throw new MaasError(
      'usage',
      `the column "${columns[text]}" is named as both text and label, expected two columns`,
    );
  }
  return { text, label, guessed };
}

/** Where the text stands, in a table that needs no labels; an only column is the text. */
export function findTextColumn(
  file: string,
  columns: string[],
  choice: ColumnChoice,
): { text: number; guessed: string[] } {
  if (columns.length === 1 && choice.textColumn === undefined) return { text: 0, guessed: [] };
  const guessed: string[] = [];
  return {
    text: findColumn(
      file,
      columns,
      asked('textColumn', columns, choice),
      textNames,
      '--text-column',
      guessed,
    ),
    guessed,
  };
}

/** The name that was asked for, else the preferred one if it is there. */
function asked(
  which: 'textColumn' | 'labelColumn',
  columns: string[],
  choice: ColumnChoice,
): string | undefined {
  const preferred = choice.preferred?.[which];
  return choice[which] ?? (preferred !== undefined && columns.includes(preferred) ? preferred : undefined);
}

/** Where the column of this name stands. Throws `data` where there is none, or several. */
export function namedColumn(file: string, columns: string[], name: string): number {
  const details = { file, columns };
  const at = columns.indexOf(name);
  if (at < 0)
    throw new MaasError('data', `${file} has no column "${name}", found ${list(columns)}`, { details });
  if (!columns.includes(name, at + 1)) return at;
  throw new MaasError('data', `${file} has several columns "${name}", expected one`, { details });
}

function findColumn(
  file: string,
  columns: string[],
  asked: string | undefined,
  names: string,
  flag: string,
  guessed: string[],
): number {
  if (asked !== undefined) return namedColumn(file, columns, asked);
  const details = { file, columns };
  const known = names.split(' ');
  const lower = columns.map((column) => column.toLowerCase());
  const exact = lower.indexOf(known[0]!);
  if (exact >= 0 && !lower.includes(known[0]!, exact + 1)) return exact;
  const alike = lower.flatMap((column, i) => (known.includes(column) ? [i] : []));
  if (alike.length === 1) {
    guessed.push(`${known[0]}s are read from the column "${columns[alike[0]!]}"`);
    return alike[0]!;
  }
  const which = alike.length > 1 ? `several columns that may hold the ${known[0]}` : `no ${known[0]} column`;
  throw new MaasError('data', `${file} has ${which}, found ${list(columns)}`, {
    hint: `name it with ${flag}; the first line must hold the column names`,
    details,
  });
}

function list(columns: string[]): string {
  const shown = columns.slice(0, 12).map((name) => `"${name.length > 40 ? `${name.slice(0, 40)}…` : name}"`);
  return shown.join(', ') + (columns.length > 12 ? ` and ${columns.length - 12} more` : '');
}
