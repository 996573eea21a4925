import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { type Example, type ReadSummary, readExamples } from '../data/examples.js';
import { type Split, stratifiedSplit } from '../data/split.js';
import { MaasError } from '../errors.js';
import { collectors } from '../features/fits.js';
import type { Vectorizer } from '../features/vectorizer.js';
import type { Listener, Stopwatch } from '../progress.js';
import { grouped } from '../report/format.js';
import type { Csr } from '../sparse/csr.js';
import { GrowableU32 } from '../sparse/growable.js';
import { compareCodePoints } from '../text/code-points.js';
import { loadStemmer } from '../text/stemmers.js';
import { loadStopWords } from '../text/stopwords.js';
import { MemoryBudget } from './memory.js';
import { type FitNeeds, type Needs, preflight } from './preflight.js';
import type { DataSettings, FeatureSettings } from './settings.js';

/** Feature rows of one part of the data, their classes, and where each stands in the files. */
export interface Part {
  features: Csr;
  /** Index into `Prepared.labels`. */
  labels: Int32Array;
  /** Index into `Prepared.files`. */
  file: Uint32Array;
  /** Number of the row in its file, from 1. */
  row: Uint32Array;
  /** Line of the file that the row starts on. */
  line: Uint32Array;
}

/** Data that is read, checked, divided and vectorized: all that fitting needs. No text is in it. */
export interface Prepared {
  vectorizer: Vectorizer;
  /** The classes of the training rows in code point order, then labels that only other rows have. */
  labels: string[];
  /** How many of `labels` are classes. */
  classes: number;
  parts: { train: Part; validation: Part; test: Part };
  files: { path: string; sha256: string; rows: number }[];
  /** One digest for all files, in order. */
  sha256: string;
  skipped: ReadSummary['skipped'];
  /** What was said to be needed before. */
  needs: Needs;
}

export interface PrepareInput {
  data: readonly string[];
  /** A fixed test set, in the place of held-out rows. */
  test?: readonly string[];
  /** How many threads to use; as many as there are cores if absent. The outcome does not depend on it. */
  threads?: number | undefined;
  /** Bytes of memory that may be taken; all that are free if absent. */
  maxMemory?: number | undefined;
}

/**
 * Reads CSV files into feature rows. The vectorizer learns from the training rows alone. `fitNeeds` says what fitting a
 * model on them will take, where that is to follow. Throws `data`, `usage`, and `failed` where memory does not suffice.
 */
export async function prepare(
  input: PrepareInput,
  settings: DataSettings & FeatureSettings,
  stopwatch: Stopwatch,
  listener: Listener,
  fitNeeds?: (classes: number) => FitNeeds,
): Promise<Prepared> {
  const held = (input.test ? 0 : settings.testSize) + settings.validationSize;
  if (held >= 1) {
    throw new MaasError('usage', `the test and validation shares are ${held} together, expected less than 1`);
  }
  const stopWords = settings.stopWords === null ? null : await loadStopWords(settings.stopWords);
  const stem = settings.stemmer === null ? undefined : await loadStemmer(settings.stemmer);
  const threads = input.threads ?? availableParallelism();
  const collector = collectors[settings.vectorizer]({ ...settings, stopWords }, stem, threads);
  const budget = new MemoryBudget(input.maxMemory);
  try {
    const places = {
      file: new GrowableU32(),
      row: new GrowableU32(),
      line: new GrowableU32(),
      label: new GrowableU32(),
    };
    const labelIds = new Map<string, number>();

    const read = async (paths: readonly string[], firstFile: number) => {
      let texts: string[] = [];
      let vectorizing = 0;
      const collect = () => {
        const from = performance.now();
        for (const text of texts) collector.add(text);
        texts = [];
        vectorizing += performance.now() - from;
      };
      const summary = await stopwatch.time('read', () =>
        readExamples(
          paths,
          {
            ...settings,
            caughtUp: () => {
              collect();
              budget.watch(() => `counting the terms of ${grouped(places.label.length)} rows`);
              return collector.caughtUp();
            },
          },
          ({ text, label, file, row, line }: Example) => {
            const id = labelIds.get(label) ?? labelIds.size;
            if (id === labelIds.size) labelIds.set(label, id);
            places.file.push(firstFile + file);
            places.row.push(row);
            places.line.push(line);
            places.label.push(id);
            texts.push(text);
          },
          listener,
        ),
      );
      stopwatch.move('read', 'vectorize', vectorizing / 1000);
      return summary;
    };

    const own = await read(input.data, 0);
    const classes = labelIds.size;
    const rows = places.label.length;
    checkClasses(input.data, [...labelIds.keys()]);
    const outside = input.test ? await read(input.test, input.data.length) : undefined;

    return await stopwatch.time('vectorize', async () => {
      const counted = collector.finish();
      // told where it is waited for
      counted.catch(() => {});
      listener.step?.({ stage: 'vectorize' });
      const found = [...labelIds.keys()];
      const labels = [...found.slice(0, classes).sort(compareCodePoints), ...found.slice(classes)];
      const order = new Map(labels.map((label, i) => [label, i]));
      const classOf = gathered(
        Uint32Array.from(found, (label) => order.get(label)!),
        places.label.view(),
      );
      const split = outside
        ? splitAround(classOf, rows, classes, settings)
        : stratifiedSplit(classOf, classes, settings);
      warnAboutSplit(split, classOf, labels, classes, listener);
      const fitted = (await counted).fit(split.train);
      const size = { ...fitted, features: fitted.vectorizer.features };
      const needs = preflight(places.label.length, size, fitNeeds?.(classes), budget, listener);
      const { vectorizer, vectorize } = fitted;
      const part = (chosen: Uint32Array): Part => ({
        features: vectorize(chosen),
        labels: new Int32Array(gathered(classOf, chosen)),
        file: gathered(places.file.view(), chosen),
        row: gathered(places.row.view(), chosen),
        line: gathered(places.line.view(), chosen),
      });
      const files = [...own.files, ...(outside?.files ?? [])];
      return {
        vectorizer,
        needs,
        labels,
        classes,
        parts: { train: part(split.train), validation: part(split.validation), test: part(split.test) },
        files,
        sha256: createHash('sha256')
          .update(files.map((file) => file.sha256).join('\n'))
          .digest('hex'),
        skipped: {
          count: own.skipped.count + (outside?.skipped.count ?? 0),
          rows: [...own.skipped.rows, ...(outside?.skipped.rows ?? [])],
        },
      };
    });
  } finally {
    await collector.stop();
  }
}

/** The values at these places. */
function gathered(values: Uint32Array, places: Uint32Array): Uint32Array {
  const out = new Uint32Array(places.length);
  for (let i = 0; i < places.length; i++) out[i] = values[places[i]!]!;
  return out;
}

/** The split where a fixed test set follows the first `rows` rows. */
function splitAround(labels: Uint32Array, rows: number, classes: number, settings: DataSettings): Split {
  const { train, validation } = stratifiedSplit(labels.subarray(0, rows), classes, {
    ...settings,
    testSize: 0,
  });
  return { train, validation, test: Uint32Array.from({ length: labels.length - rows }, (_, i) => rows + i) };
}

function checkClasses(paths: readonly string[], labels: string[]): void {
  if (labels.length > 1) return;
  throw new MaasError(
    'data',
    `${paths.join(', ')}: every row has the label "${labels[0]}", expected two classes or more`,
  );
}

function warnAboutSplit(
  split: Split,
  classOf: Uint32Array,
  labels: string[],
  classes: number,
  listener: Listener,
): void {
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

/** How many rows each part has. */
export const rowCounts = ({ parts }: Prepared) => ({
  train: parts.train.labels.length,
  validation: parts.validation.labels.length,
  test: parts.test.labels.length,
});
