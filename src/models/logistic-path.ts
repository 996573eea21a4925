import type { LinearDevice } from '../compute/index.js';
import { stratifiedSplit } from '../data/split.js';
import { rowsOf } from '../sparse/csr.js';
import type { Examples } from './dense-fit.js';
import { fitLogistic, type LogisticOptions, type LogisticSolution } from './logistic.js';
import { classWeights } from './weights.js';

/** How a strength of the penalty was chosen. */
export interface CPath {
  /** Rows that the fits were made on, and those that scored them. */
  rows: { fit: number; held: number };
  /** Each C that was tried, in that order, and its mean log loss on the rows that were held out. */
  tried: { C: number; logLoss: number }[];
}

/** What is tried, a factor of about three apart; the path begins in the middle. */
const STEPS = [0.03, 0.1, 0.3, 1, 3, 10, 30, 100] as const;
/** Where the path begins, and what is taken where there are too few rows to tell. */
const USUAL_C = 10;
const FEWEST_ROWS = 200;
const HELD_SHARE = 0.2;
/**
 * Products of a pass that the rows of the path may cost, and how many rows there are at the least and the most. The
 * penalty is a prior on the weights, which the number of rows does not change: a sample tells it as well.
 */
const WORK = 4e6;
const ROWS = { least: 2000, most: 20_000 };
/** A log loss settles long before the last digits of the weights. */
const COARSER = 10;

/**
 * Chooses C by the log loss, weighted as the fit is, on rows that a fit has not seen: the validation rows, where there
 * are enough, else rows of a stratified sample. Each fit begins where the one before ended; the path turns where the loss does.
 */
export async function chooseC(
  { features, labels, classes, validation }: Examples & { classes: number; validation: Examples },
  options: Omit<LogisticOptions, 'C'> & { seed: number },
  device: LinearDevice,
): Promise<{ C: number; path: CPath }> {
  const all = features.rows;
  const enough = validation.labels.length >= HELD_SHARE * FEWEST_ROWS;
  if (all < FEWEST_ROWS && !enough) return { C: USUAL_C, path: { rows: { fit: 0, held: 0 }, tried: [] } };
  const perRow = Math.max(1, (features.values.length / all) * (classes === 2 ? 1 : classes));
  const sample = Math.min(all, Math.max(ROWS.least, Math.min(ROWS.most, Math.round(WORK / perRow))));
  // what is set aside for validation here are the rows beyond the sample, which take no part
  const split = stratifiedSplit(labels, classes, {
    testSize: enough ? 0 : (HELD_SHARE * sample) / all,
    validationSize: 1 - sample / all,
    seed: options.seed,
  });
  const part = (rows: Uint32Array): Examples => ({
    features: rowsOf(features, rows),
    labels: Int32Array.from(rows, (row) => labels[row]!),
  });
  const fitted = part(split.train);
  const held = enough ? validation : part(split.test);
  const weights = classWeights(fitted.labels, classes, options.classWeight);
  const tried: CPath['tried'] = [];
  let start: LogisticSolution | undefined;
  const lossOf = async (C: number) => {
    const coarse = { ...options, C, tol: COARSER * options.tol };
    const { classifier, solution } = await fitLogistic(
      fitted.features,
      fitted.labels,
      classes,
      coarse,
      device,
      {},
      start,
    );
    start = solution;
    const logLoss = meanLogLoss(classifier.probabilities(held.features), held.labels, weights);
    tried.push({ C, logLoss });
    return logLoss;
  };
  const middle = STEPS.indexOf(USUAL_C);
  const first = await lossOf(USUAL_C);
  const climb = async (direction: 1 | -1) => {
    let best = { at: middle, loss: first };
    for (let at = middle + direction; at >= 0 && at < STEPS.length; at += direction) {
      const loss = await lossOf(STEPS[at]!);
      if (!(loss < best.loss)) break;
      best = { at, loss };
    }
    return best.at;
  };
  const up = await climb(1);
  const C = STEPS[up === middle ? await climb(-1) : up]!;
  return { C, path: { rows: { fit: fitted.labels.length, held: held.labels.length }, tried } };
}

/** Mean of −ln p of the true classes, each row with its class's weight; probabilities are row-major [rows, classes]. */
function meanLogLoss(probabilities: Float64Array, labels: Int32Array, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  labels.forEach((label, r) => {
    const weight = weights[label]!;
    sum -= weight * Math.log(Math.max(probabilities[r * weights.length + label]!, Number.EPSILON));
    total += weight;
  });
  return sum / total;
}
