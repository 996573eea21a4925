import { type Comparison, compare } from '../metrics/comparison.js';
import type { Listener } from '../progress.js';
import { Store } from '../store/store.js';
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
  const { threads, settings, devices, embeddings, embeddingCache } = options;
  const asked = { threads, settings, devices, embeddings, embeddingCache };
  const { pairs, data } = await sameRows(a, b, options.data, asked, listener);
  const named = ({ model, version }: { model: string; version: number }) => ({ model, version });
  return { a: named(a.manifest), b: named(b.manifest), data, ...compare(pairs) };
}
