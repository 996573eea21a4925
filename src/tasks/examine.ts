import type { Example } from '../data/examples.js';
import { MaasError } from '../errors.js';
import type { Groups } from '../metrics/groups.js';
import { SurestMistakes, type Wrong } from '../metrics/mistakes.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import type { Predictions } from '../store/predictions.js';
import type { ModelManifest } from '../store/store.js';
import { type AnswerOptions, answers, heldOut } from './answers.js';
import type { SliceName } from './gate-syntax.js';
import { RowFacts } from './row-facts.js';
import { readAgain } from './source-rows.js';

export interface ExamineOptions extends AnswerOptions {
  /** Columns of the files whose values divide the rows, too. */
  slice?: readonly string[] | undefined;
  /** Slices that are told by themselves, however few rows are of them. */
  needed?: readonly SliceName[] | undefined;
  /** Whether mistakes are told with their texts. */
  keepText?: boolean | undefined;
}

/** A mistake, and where its row stands. */
export interface Mistake extends Omit<Wrong, 'row'> {
  file: string;
  /** Number of the row in its file, from 1, and the line that it starts on. */
  row: number;
  line: number;
}

/** What a version says of rows, where these stand, and what they are divided by. */
export interface Examined extends Predictions {
  data: { kind: 'held-out' } | { kind: 'file'; files: { path: string; sha256: string; rows: number }[] };
  /** UTF-16 units of each row's text; null where texts cannot be read again. */
  lengths: Uint32Array | null;
  /** Rows of the files that were left out; null where files were not read. */
  skipped: number | null;
  /** Nothing where the texts of held-out rows cannot be read again. */
  divisions: Groups[];
  /** The mistakes that the version is surest of, surest first. */
  mistakes: Mistake[];
}

/** Mistakes that are told. */
const TOLD = 20;
/** Characters of a text that is told with a mistake. */
const LONGEST = 1000;

/** Asks a version about the rows of labelled files. Throws `data` for files that cannot be used. */
export async function examineFiles(
  version: Artifact<ModelManifest>,
  paths: readonly string[],
  { slice, needed, keepText, ...options }: ExamineOptions,
  listener: Listener,
): Promise<Examined> {
  const facts = new RowFacts(slice, needed);
  const mistakes = new SurestMistakes(TOLD);
  const { outcomes, data, skipped } = await answers(version, paths, options, listener, {
    columns: facts.columns,
    read: (example) => facts.add(example),
    answered: (part, first, texts) => mistakes.add(part, first, keepText ? texts : undefined),
  });
  const rows = { files: data.files.map(({ path }) => path), places: facts.places, outcomes };
  return {
    ...{ ...rows, data, skipped, lengths: facts.lengths },
    ...{ divisions: facts.divisions(), mistakes: placed(mistakes.worst, rows) },
  };
}

/**
 * What a version said of its held-out rows. Its files are read again for what they are divided by, and for texts: throws
 * `data` where that was asked for and they are not what they were, else the listener is told.
 */
export async function examineHeldOut(
  version: Artifact<ModelManifest>,
  { slice = [], needed = [], keepText = false }: ExamineOptions,
  listener: Listener,
): Promise<Examined> {
  const rows = await heldOut(version);
  const mistakes = new SurestMistakes(TOLD);
  mistakes.add(rows.outcomes);
  const facts = new RowFacts(slice, needed);
  const asked = slice.length > 0 || needed.length > 0 || keepText;
  const worst = new Map(mistakes.worst.map((wrong) => [wrong.row, wrong]));
  let row = 0;
  const visit = (example: Example) => {
    facts.add(example);
    const wrong = keepText ? worst.get(row) : undefined;
    if (wrong) wrong.text = example.text;
    row++;
  };
  const problem = await readAgain(version, rows, facts.columns, !asked, visit, listener);
  if (problem && asked) {
    throw new MaasError('data', problem, {
      hint: 'give labelled rows with --data, or leave out --slice and --keep-text',
    });
  }
  if (problem) listener.info?.(`no slices: ${problem}`);
  const divisions = problem ? [] : facts.divisions();
  return {
    ...{ ...rows, data: { kind: 'held-out' }, skipped: null, lengths: problem ? null : facts.lengths },
    ...{ divisions, mistakes: placed(mistakes.worst, rows) },
  };
}

function placed(wrongs: readonly Wrong[], { files, places }: Omit<Predictions, 'outcomes'>): Mistake[] {
  return wrongs.map(({ row: r, text, ...wrong }) => ({
    ...{ file: files[places.file[r]!]!, row: places.row[r]!, line: places.line[r]! },
    ...wrong,
    ...(text !== undefined && { text: text.length > LONGEST ? begun(text) : text }),
  }));
}

/** Not in the middle of a character. */
const begun = (text: string) => `${text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '')}…`;
