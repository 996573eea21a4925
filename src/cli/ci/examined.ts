import { MaasError } from '../../errors.js';
import type { Listener } from '../../progress.js';
import { Store } from '../../store/store.js';
import { CHAMPION } from '../../tasks/aliases.js';
import type { AnswerOptions } from '../../tasks/answers.js';
import { compareModels } from '../../tasks/compare.js';
import { evaluateModel } from '../../tasks/evaluate.js';
import type { TrainResult } from '../../tasks/train.js';
import type { CiFacts } from './facts.js';

/** Warnings have been told while the version was made. */
const silent: Listener = {};

/** What a CI shows of a version that was made just now: as `evaluate` has it, and beside the champion that was. */
export async function trainedFacts(
  store: string,
  result: TrainResult,
  options: AnswerOptions,
): Promise<CiFacts> {
  const { model, version, path, gates, promoted, timings, skipped } = result;
  const evaluation =
    result.metrics.n > 0 ? await evaluateModel({ ...options, store, model: path }, silent) : undefined;
  const before = promoted?.alias === CHAMPION ? promoted.from : undefined;
  return {
    ...{ model, version, path, gates, promoted, seconds: timings.total, skipped: skipped.count },
    report: `${path}/report.md`,
    ...(evaluation && { evaluation }),
    ...(evaluation && (await besideChampion(store, { model, version }, undefined, options, before))),
  };
}

/** A version beside the champion, or what has been it until now; nothing where that is itself or there is none. */
export async function besideChampion(
  store: string,
  { model, version }: { model: string; version: number },
  data: readonly string[] | undefined,
  options: AnswerOptions,
  champion?: number | null,
): Promise<Pick<CiFacts, 'comparison' | 'notCompared'>> {
  try {
    const named =
      champion === undefined ? (await new Store(store).aliases(model).read()).aliases[CHAMPION] : champion;
    if (named === undefined || named === null || named === version) return {};
    const [a, b] = [`${model}@${named}`, `${model}@${version}`];
    return { comparison: await compareModels({ ...options, store, a, b, data }, silent) };
  } catch (error) {
    // such as rows that are not the same
    if (error instanceof MaasError) return { notCompared: error.message };
    throw error;
  }
}
