import { createHash } from 'node:crypto';
import { type Example, type ReadSummary, readExamples } from '../data/examples.js';
import { Numbered } from '../data/numbered.js';
import { gathered, type Places } from '../data/places.js';
import { type Split, stratifiedSplit } from '../data/split.js';
import { MaasError } from '../errors.js';
import type { Listener, Stopwatch } from '../progress.js';
import { GrowableU32 } from '../sparse/growable.js';
import { compareCodePoints } from '../text/code-points.js';
import type { DataSettings } from './settings.js';

export interface RowsInput {
  data: readonly string[];
  /** A fixed test set, in the place of held-out rows. */
  test?: readonly string[];
}

/** Rows of files that are read and checked, without their texts. */
export interface Rows {
  /** The classes of the rows of `data` in code point order, then labels that only rows of `test` have. */
  labels: string[];
  /** How many of `labels` are classes. */
  classes: number;
  /** Index into `labels` for each row; those of `data` come first. */
  classOf: Uint32Array;
  /** How many rows come from `data`. */
  own: number;
  places: Places;
  /** The files in order; those of a test set say so. */
  files: (ReadSummary['files'][number] & { test?: true })[];
  /** One digest for all files, in order. */
  sha256: string;
  skipped: ReadSummary['skipped'];
}

/** Takes texts, row by row. */
export interface TextSink {
  add(text: string): void;
  /** Called now and then; what comes after waits for it. */
  caughtUp(rows: number): Promise<void>;
  /** Called when the rows of `data` are read, before those of `test`. */
  dataEnded?(): Promise<void>;
}

/** Reads CSV files, and hands each row's text on. Throws `data`. */
export async function readRows(
  { data, test }: RowsInput,
  settings: DataSettings,
  sink: TextSink,
  stopwatch: Stopwatch,
  listener: Listener,
): Promise<Rows> {
  const places = { file: new GrowableU32(), row: new GrowableU32(), line: new GrowableU32() };
  const labelOf = new GrowableU32();
  const found = new Numbered();

  const read = async (paths: readonly string[], firstFile: number) => {
    let texts: string[] = [];
    let vectorizing = 0;
    const handOn = () => {
      const from = performance.now();
      for (const text of texts) sink.add(text);
      texts = [];
      vectorizing += performance.now() - from;
    };
    const afterBatch = () => {
      handOn();
      return sink.caughtUp(labelOf.length);
    };
    const summary = await stopwatch.time('read', () =>
      readExamples(
        paths,
        { ...settings, afterBatch },
        ({ text, label, file, row, line }: Example) => {
          places.file.push(firstFile + file);
          places.row.push(row);
          places.line.push(line);
          labelOf.push(found.of(label));
          texts.push(text);
        },
        listener,
      ),
    );
    stopwatch.move('read', 'vectorize', vectorizing / 1000);
    return summary;
  };

  const { files, skipped } = await read(data, 0);
  await sink.dataEnded?.();
  const classes = found.names.length;
  const own = labelOf.length;
  checkClasses(data, found.names);
  const outside = test ? await read(test, data.length) : undefined;

  const labels = [...found.names.slice(0, classes).sort(compareCodePoints), ...found.names.slice(classes)];
  const order = new Map(labels.map((label, i) => [label, i]));
  const all = [...files, ...(outside?.files ?? []).map((file) => ({ ...file, test: true as const }))];
  return {
    labels,
    classes,
    classOf: gathered(
      Uint32Array.from(found.names, (label) => order.get(label)!),
      labelOf.view(),
    ),
    own,
    places: { file: places.file.view(), row: places.row.view(), line: places.line.view() },
    files: all,
    sha256: createHash('sha256')
      .update(all.map((file) => file.sha256).join('\n'))
      .digest('hex'),
    skipped: {
      count: skipped.count + (outside?.skipped.count ?? 0),
      rows: [...skipped.rows, ...(outside?.skipped.rows ?? [])],
    },
  };
}

/** Throws `usage` where no row would be left to train on. */
export function checkShares(settings: DataSettings, { test }: RowsInput): void {
  const held = (test ? 0 : settings.testSize) + settings.validationSize;
  if (held < 1) return;
  throw new MaasError('usage', `the test and validation shares are ${held} together, expected less than 1`);
}

/** Divides rows as the settings ask for; rows of a test set of its own are the test rows. Warns of what cannot be tested. */
export function splitRows(rows: Rows, settings: DataSettings, listener: Listener): Split {
  const { classOf, classes, own } = rows;
  const outside = classOf.length > own;
  const { train, validation, test } = stratifiedSplit(classOf.subarray(0, own), classes, {
    ...settings,
    ...(outside && { testSize: 0 }),
  });
  const split = {
    train,
    validation,
    test: outside ? Uint32Array.from({ length: classOf.length - own }, (_, i) => own + i) : test,
  };
  warnAboutSplit(split, rows, listener);
  return split;
}

function checkClasses(paths: readonly string[], labels: string[]): void {
  if (labels.length > 1) return;
  throw new MaasError(
    'data',
    `${paths.join(', ')}: every row has the label "${labels[0]}", expected two classes or more`,
  );
}

function warnAboutSplit(split: Split, { classOf, labels, classes }: Rows, listener: Listener): void {
  const rows = new Uint32Array(labels.length);
  for (const r of split.train) rows[classOf[r]!]!++;
  const tested = new Uint32Array(labels.length);
  for (const r of split.test) tested[classOf[r]!]!++;
  const named = (chosen: string[]) =>
    `${chosen
      .slice(0, 5)
      .map((label) => `"${label}"`)
      .join(', ')}${chosen.length > 5 ? ` and ${chosen.length - 5} more` : ''}`;
  const single = labels.filter((_, c) => c < classes && rows[c] === 1 && tested[c] === 0);
  if (single.length > 0) {
    listener.warn?.(`${classCount(single)} with a single row to train on and none to test: ${named(single)}`);
  }
  const unknown = labels.slice(classes);
  if (unknown.length > 0) {
    listener.warn?.(
      `the test rows hold ${unknown.length === 1 ? 'a label' : `${unknown.length} labels`} that no training row has, which count as wrong: ${named(unknown)}`,
    );
  }
}

const classCount = (labels: string[]) => (labels.length === 1 ? 'a class' : `${labels.length} classes`);
