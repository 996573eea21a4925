import { type Comparison, compare, flipsOfSlices, type SliceFlips } from '../metrics/comparison.js';
import type { Groups } from '../metrics/groups.js';
import type { Outcomes } from '../metrics/outcomes.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import { type ModelManifest, Store } from '../store/store.js';
import type { AnswerOptions } from './answers.js';
import { type ExamineOptions, examineFiles, examineHeldOut } from './examine.js';
import { checkReadTwice, nameOf, type SameRows, sameRows } from './same-rows.js';

export interface CompareOptions extends ExamineOptions {
  store: string;
  /** References of two versions: is the second better than the first? */
  a: string;
  b: string;
  /** Labelled CSV files; the rows held out from both if absent. */
  data?: readonly string[] | undefined;
}

export interface CompareResult extends Comparison {
  a: { model: string; version: number };
  b: { model: string; version: number };
  data: SameRows['data'];
  /** Rows that turned right or wrong by slice, where rows are divided. */
  slices?: SliceFlips[];
}

/** Compares two versions on the same rows. Throws `data` where their rows are not the same, `artifact`. */
export async function compareModels(
  options: CompareOptions,
  listener: Listener = {},
): Promise<CompareResult> {
  const store = new Store(options.store);
  const [a, version] = await Promise.all([store.open(options.a, listener), store.open(options.b, listener)]);
  const { data: files, slice } = options;
  checkReadTwice(files);
  if (!slice?.length) return compareVersions(a, { version, files }, options, listener);
  const { outcomes, divisions } = await (files
    ? examineFiles(version, files, options, listener)
    : examineHeldOut(version, options, listener));
  return compareVersions(a, { version, files, outcomes, divisions }, options, listener);
}

/** A version whose answers may be known. */
interface Compared {
  version: Artifact<ModelManifest>;
  /** Labelled files; the rows held out from both versions if absent. */
  files?: readonly string[] | undefined;
  outcomes?: Outcomes;
  /** What its rows are divided by. */
  divisions?: readonly Groups[];
}

/**
 * Compares a version with another one of its model, which an alias or a number names, or with any other. Throws as
 * `compareModels` does.
 */
export async function compareAgainst(
  store: string,
  against: string,
  compared: Compared,
  options: AnswerOptions,
  listener: Listener,
): Promise<CompareResult> {
  const opened = new Store(store);
  const { model } = compared.version.manifest;
  const { aliases } = await opened.aliases(model).read();
  const isNumber = /^[1-9][0-9]*$/.test(against);
  // what is no model either is told as an alias that the model lacks
  const own =
    isNumber ||
    Object.hasOwn(aliases, against) ||
    (!/[@\\/]/.test(against) && !(await opened.models()).includes(against));
  const a = await opened.open(own ? `${model}@${against}` : against, listener);
  return compareVersions(a, compared, options, listener);
}

async function compareVersions(
  a: Artifact<ModelManifest>,
  { version: b, files, outcomes, divisions = [] }: Compared,
  { threads, settings, devices, embeddings, embeddingCache }: AnswerOptions,
  listener: Listener,
): Promise<CompareResult> {
  if (a.folder === b.folder) listener.warn?.(`both are the same version: ${nameOf(a)}`);
  const asked = { threads, settings, devices, embeddings, embeddingCache };
  const { pairs, data } = await sameRows(a, b, files, asked, listener, outcomes);
  const named = ({ model, version }: { model: string; version: number }) => ({ model, version });
  const slices = divisions.length > 0 && flipsOfSlices(pairs, divisions);
  return {
    ...{ a: named(a.manifest), b: named(b.manifest), data },
    ...compare(pairs),
    ...(slices && { slices }),
  };
}
