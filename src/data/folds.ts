import { seededRandom, shuffle } from '../random.js';

/** Places in a list of rows, each part in rising order. */
export interface Fold {
  train: Uint32Array;
  held: Uint32Array;
}

/**
 * Divides rows into `k` folds that hold the classes in the proportions of the whole, as scikit-learn's StratifiedKFold
 * does: the rows of a class differ by one at the most from fold to fold, and so do those of all classes together. Which
 * rows go where is drawn with `seed`. A row that is the only one of its class is trained on in every fold, and held out
 * in none.
 *
 * @param labels class of each row, below `classes`
 * @param k folds, 2 or more; some are empty where there are fewer rows
 */
export function stratifiedFolds(
  labels: Uint32Array | Int32Array,
  classes: number,
  k: number,
  seed: number,
): Fold[] {
  const random = seededRandom(seed);
  const members: number[][] = Array.from({ length: classes }, () => []);
  for (let row = 0; row < labels.length; row++) members[labels[row]!]!.push(row);
  const foldOf = new Int32Array(labels.length).fill(-1);
  let place = 0;
  for (const rows of members) {
    if (rows.length < 2) continue;
    for (const row of shuffle(rows, random)) foldOf[row] = place++ % k;
  }
  const rows = Array.from(labels.keys());
  return Array.from({ length: k }, (_, fold) => ({
    train: Uint32Array.from(rows.filter((row) => foldOf[row] !== fold)),
    held: Uint32Array.from(rows.filter((row) => foldOf[row] === fold)),
  }));
}
