import { availableParallelism } from 'node:os';
import { MaasError } from '../../errors.js';
import type { Texts } from '../../text/batch.js';
import type { MemoryBudget } from '../memory.js';
import type { Rung } from './halving.js';
import type { Trial } from './search.js';

/** Folds where none are asked for, and the rows beyond which one of them scores. */
const FOLDS = 5;
const MANY_ROWS = 20_000;
/** Bytes that a trial takes for each UTF-16 unit of the texts, at the most. */
const BYTES_A_UNIT = 60;

/** Into how many folds rows are divided, and how many of these score. */
export function foldsFor(cv: number | undefined, validationSize: number, rows: number) {
  if (cv && validationSize > 0) {
    throw new MaasError(
      'usage',
      '--cv and --validation-size both say which rows score, expected one of them',
    );
  }
  if (cv) return { folds: cv, scored: cv };
  if (validationSize > 0) return { folds: Math.max(2, Math.round(1 / validationSize)), scored: 1 };
  return { folds: FOLDS, scored: rows > MANY_ROWS ? 1 : FOLDS };
}

/** Columns of weights beyond which a pass of a fit has work enough for all threads, and its vectors fill the caches. */
const WIDE = 32;

/**
 * How many trials go on side by side, and with how many threads each: one thread, as long as there is memory for them all;
 * where there are many classes, one trial with all threads.
 */
export function threadsFor(
  threads = availableParallelism(),
  classes: number,
  { units }: Texts,
  { limit }: MemoryBudget,
): { beside: number; each: number } {
  const free = limit - process.memoryUsage.rss();
  const room = Math.floor(free / (BYTES_A_UNIT * units.length + 1));
  const beside = classes > WIDE ? 1 : Math.max(1, Math.min(threads, room));
  return { beside, each: Math.max(1, Math.floor(threads / beside)) };
}

/** Whether a trial can be scored on a rung and trained on all rows in the seconds that are left, by what it took so far. */
export function affords(
  { share, folds, seconds }: Trial,
  rung: Rung,
  threads: number,
  left: number,
): boolean {
  if (folds.length === 0 || left === Number.POSITIVE_INFINITY) return true;
  const expected = folds.at(-1)!.seconds / share;
  const rounds = Math.ceil(rung.folds.length / threads);
  return expected * (rung.share * rounds + 1) <= left || seconds === 0;
}
