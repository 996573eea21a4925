import { stratifiedFolds } from '../../data/folds.js';
import { seededRandom, shuffle } from '../../random.js';

/** A stage of a search: on how much of the rows its trials are fitted, and which folds score them. */
export interface Rung {
  /** Share of the training rows of a fold, up to 1. */
  share: number;
  /** Folds by number that are scored here; what was scored with the same share before counts as well. */
  folds: number[];
}

/** One of so many trials goes on to the next rung. */
export const ETA = 3;

/** Rows below which the order of trials is mostly chance. */
const LEAST_TRAIN = 1000;
const LEAST_HELD = 400;

/**
 * The rungs of successive halving (Jamieson & Talwalkar 2016) for so many rows in so many folds of which `scored` count: a
 * ninth and a third of the rows where that leaves enough, then all of one fold, then the others.
 */
export function rungsFor(rows: number, classes: number, folds: number, scored: number): Rung[] {
  const trained = (rows * (folds - 1)) / folds;
  const least = Math.max(LEAST_TRAIN, 20 * classes);
  const rungs: Rung[] = [1 / 9, 1 / 3]
    .filter((share) => share * trained >= least)
    .map((share) => ({ share, folds: [0] }));
  const all = Array.from({ length: scored }, (_, fold) => fold);
  if (scored === 1 || rows / folds < LEAST_HELD) return [...rungs, { share: 1, folds: all }];
  return [...rungs, { share: 1, folds: [0] }, { share: 1, folds: all.slice(1) }];
}

/** The best of these, best first, of which so many go on. */
export function survivors<T>(scored: readonly T[], compare: (a: T, b: T) => number): T[] {
  return [...scored].sort(compare).slice(0, Math.ceil(scored.length / ETA));
}

/** Rows that take part in a rung, and which of them each fold fits on and scores, as places in `rows`. */
export interface Sample {
  rows: Uint32Array;
  folds: { train: Uint32Array; held: Uint32Array }[];
}

/** Held-out rows that a small sample is scored on, where there are as many. */
const SCORED = 2000;

/**
 * The folds of rows by their labels, and of smaller samples, each of which is part of every larger one, with the classes in
 * the proportions of the whole.
 */
export class Samples {
  readonly #folds: { train: Uint32Array; held: Uint32Array }[];
  readonly #made = new Map<number, Sample>();

  /** `labels` is the class of each row, below `classes`. */
  constructor(
    private readonly labels: Uint32Array,
    private readonly classes: number,
    folds: number,
    private readonly seed: number,
  ) {
    this.#folds = stratifiedFolds(labels, classes, folds, seed);
  }

  /** The sample of a share of the rows; below 1 it has the first fold alone. */
  of(share: number): Sample {
    const made = this.#made.get(share) ?? this.#make(share);
    this.#made.set(share, made);
    return made;
  }

  #make(share: number): Sample {
    if (share === 1) return { rows: Uint32Array.from(this.labels.keys()), folds: this.#folds };
    const { train, held } = this.#folds[0]!;
    const scored = Math.min(1, Math.max(share, SCORED / held.length));
    const chosen = { train: this.#part(train, share), held: this.#part(held, scored) };
    const rows = Uint32Array.from([...chosen.train, ...chosen.held]).sort();
    const placeOf = new Map(Array.from(rows, (row, place) => [row, place]));
    const places = (of: Uint32Array) => of.map((row) => placeOf.get(row)!);
    return { rows, folds: [{ train: places(chosen.train), held: places(chosen.held) }] };
  }

  /** A share of each class, of one row at the least. */
  #part(rows: Uint32Array, share: number): Uint32Array {
    const random = seededRandom(this.seed);
    const members: number[][] = Array.from({ length: this.classes }, () => []);
    for (const row of rows) members[this.labels[row]!]!.push(row);
    const chosen = members.flatMap((all) => shuffle(all, random).slice(0, Math.ceil(share * all.length)));
    return Uint32Array.from(chosen).sort();
  }
}
