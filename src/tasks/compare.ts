import { type Comparison, compare } from '../metrics/comparison.js';
import type { Outcomes } from '../metrics/outcomes.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import { type ModelManifest, Store } from '../store/store.js';
import type { AnswerOptions } from './answers.js';
import { type SameRows, sameRows } from './same-rows.js';

export interface CompareOptions extends AnswerOptions {
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
}

/** Compares two versions on the same rows. Throws `data` where their rows are not the same, `artifact`. */
export async function compareModels(
  options: CompareOptions,
  listener: Listener = {},
): Promise<CompareResult> {
  const store = new Store(options.store);
  const [a, b] = await Promise.all([store.open(options.a, listener), store.open(options.b, listener)]);
  return compareVersions(a, { version: b, files: options.data }, options, listener);
}

/** A version whose answers may be known. */
interface Compared {
  version: Artifact<ModelManifest>;
  /** Labelled files; the rows held out from both versions if absent. */
  files?: readonly string[] | undefined;
  outcomes?: Outcomes;
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
  { version: b, files, outcomes }: Compared,
  { threads, settings, devices, embeddings, embeddingCache }: AnswerOptions,
  listener: Listener,
): Promise<CompareResult> {
  const asked = { threads, settings, devices, embeddings, embeddingCache };
  const { pairs, data } = await sameRows(a, b, files, asked, listener, outcomes);
  const named = ({ model, version }: { model: string; version: number }) => ({ model, version });
  return { a: named(a.manifest), b: named(b.manifest), data, ...compare(pairs) };
}
