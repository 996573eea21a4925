/** Scores of the rows of a class and of all others, each in rising order. */
export interface Sorted {
  positives: Float64Array;
  negatives: Float64Array;
}

/** Probabilities given to class `c` by rows of it and by others, from class probabilities, row-major [rows, classes]. */
export function sortedScores(
  probabilities: Float64Array,
  classes: number,
  truth: ArrayLike<number>,
  c: number,
): Sorted {
  const rows = truth.length;
  const scores = { positives: new Float64Array(rows), negatives: new Float64Array(rows) };
  let [positives, negatives] = [0, 0];
  for (let r = 0; r < rows; r++) {
    const score = probabilities[r * classes + c]!;
    if (truth[r] === c) scores.positives[positives++] = score;
    else scores.negatives[negatives++] = score;
  }
  return {
    positives: scores.positives.subarray(0, positives).sort(),
    negatives: scores.negatives.subarray(0, negatives).sort(),
  };
}

/**
 * Probabilities given to the true labels of rows, and those given to all others: every pair of a row and a class as a case of
 * its own, which micro-averaged curves are made of.
 */
export function pooledScores(probabilities: Float64Array, classes: number, truth: ArrayLike<number>): Sorted {
  const positives = new Float64Array(truth.length);
  const negatives = new Float64Array(truth.length * (classes - 1));
  let next = 0;
  for (let r = 0; r < truth.length; r++) {
    for (let c = 0; c < classes; c++) {
      const score = probabilities[r * classes + c]!;
      if (c === truth[r]) positives[r] = score;
      else negatives[next++] = score;
    }
  }
  return { positives: positives.sort(), negatives: negatives.sort() };
}

/**
 * Area under the ROC curve: how often a row of the class scores above one of another, ties counting half (Hanley and
 * McNeil 1982). Null where there are no rows of the class, or no others.
 */
export function rocAuc({ positives, negatives }: Sorted): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  let wins = 0;
  let below = 0;
  let notAbove = 0;
  for (let p = 0; p < positives.length; p++) {
    const score = positives[p]!;
    while (below < negatives.length && negatives[below]! < score) below++;
    while (notAbove < negatives.length && negatives[notAbove]! <= score) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (positives.length * negatives.length);
}

/**
 * Average precision: Σ (recall − recall at the threshold above) · precision, over the thresholds that scores are, from
 * the highest down. Null where there are no rows of the class.
 */
export function averagePrecision({ positives, negatives }: Sorted): number | null {
  if (positives.length === 0) return null;
  let sum = 0;
  let above = negatives.length;
  for (let last = positives.length; last > 0; ) {
    const threshold = positives[last - 1]!;
    let first = last;
    while (first > 0 && positives[first - 1] === threshold) first--;
    while (above > 0 && negatives[above - 1]! >= threshold) above--;
    const hits = positives.length - first;
    sum += ((last - first) * hits) / (hits + negatives.length - above);
    last = first;
  }
  return sum / positives.length;
}
