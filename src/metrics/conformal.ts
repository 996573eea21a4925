import type { Outcomes } from './outcomes.js';

/**
 * The probability from which on a class belongs to a label set, so that sets hold the true label of new rows with at least the
 * given probability: split-conformal prediction with 1 − p as score (Sadinle, Lei & Wasserman 2019), and its quantile for
 * finite samples, the ⌈(n + 1)·coverage⌉-th of n (Vovk et al. 2005). Undefined where n is too small for it: sets hold
 * every class then.
 *
 * @param labelScores probabilities of the true labels of rows that the model was not fitted on, in rising order
 */
export function setFloor(labelScores: Float64Array, coverage: number): number | undefined {
  // (n + 1)·coverage may miss a whole number by rounding
  const rank = Math.ceil((labelScores.length + 1) * coverage - 1e-9);
  return labelScores[labelScores.length - rank];
}

/** Rows that suffice for a coverage. */
export const rowsFor = (coverage: number): number => Math.ceil(coverage / (1 - coverage) - 1e-9);

/** The classes of a label set, the most probable first: those that reach the floor, and the one that was decided for. */
export function labelSet(probabilities: ArrayLike<number>, decided: number, floor: number): number[] {
  const set: number[] = [];
  for (let c = 0; c < probabilities.length; c++) {
    if (probabilities[c]! >= floor || c === decided) set.push(c);
  }
  return set.sort((a, b) => probabilities[b]! - probabilities[a]!);
}

/** How often label sets hold what is true, and how large they are. */
export interface Coverage {
  /** The share that was asked for. */
  coverage: number;
  /** Rows that were scored to find the floor. */
  calibrationRows: number;
  /** Probability that a class of a set has; null where there are too few rows, and sets hold every class. */
  floor: number | null;
  /** Share of the rows whose set holds their label; null without rows. A label that the model does not know is in no set. */
  covered: number | null;
  /** Mean classes of a set; null without rows, and where the probabilities of all classes were not kept. */
  meanSetSize: number | null;
  /** Share of the sets with a single class; null likewise. */
  singletons: number | null;
}

/** What label sets with a floor are worth on these rows. */
export function measureCoverage(
  outcomes: Outcomes,
  floor: number,
): Pick<Coverage, 'covered' | 'meanSetSize' | 'singletons'> {
  const { truth, predicted, labelScore, probabilities, classes } = outcomes;
  const rows = truth.length;
  if (rows === 0) return { covered: null, meanSetSize: null, singletons: null };
  let [covered, members, singletons] = [0, 0, 0];
  for (let r = 0; r < rows; r++) {
    // what is not known has NaN, which reaches nothing
    if (labelScore[r]! >= floor || truth[r] === predicted[r]) covered++;
    if (!probabilities) continue;
    const scores = probabilities.subarray(r * classes, (r + 1) * classes);
    const size = labelSet(scores, predicted[r]!, floor).length;
    members += size;
    if (size === 1) singletons++;
  }
  return {
    covered: covered / rows,
    meanSetSize: probabilities && members / rows,
    singletons: probabilities && singletons / rows,
  };
}
