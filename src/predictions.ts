/** What a pipeline says of one text. */
export interface Prediction {
  /** The class that is decided for: the most probable one, the first of those that tie, unless thresholds say otherwise. */
  label: string;
  /** Its probability. */
  score: number;
  /** The probability of every class; they sum to 1. */
  scores: Record<string, number>;
}

/** The probability from which on each class is predicted; null for a class without one. */
export type Thresholds = readonly (number | null)[];

/** What class probabilities, row-major [rows, labels], say of each row. */
export function predictionsOf(
  labels: readonly string[],
  probabilities: Float64Array,
  thresholds?: Thresholds,
): Prediction[] {
  return Array.from({ length: probabilities.length / labels.length }, (_, row) => {
    const from = row * labels.length;
    const best = decidedClass(probabilities, from, labels.length, thresholds);
    return {
      label: labels[best]!,
      score: probabilities[from + best]!,
      scores: scoresOf(labels, probabilities, from),
    };
  });
}

/** The probabilities from a place on, by class. */
function scoresOf(
  labels: readonly string[],
  probabilities: Float64Array,
  from: number,
): Record<string, number> {
  const scores: Record<string, number> = {};
  for (let c = 0; c < labels.length; c++) {
    const label = labels[c]!;
    if (label !== '__proto__') scores[label] = probabilities[from + c]!;
    // an assignment would change what the object is
    else Object.defineProperty(scores, label, { value: probabilities[from + c]!, enumerable: true });
  }
  return scores;
}

/** Place of the largest of `count` values from `from` on, counted from there; the first where several tie. */
function argmax(values: Float64Array, from: number, count: number): number {
  let best = 0;
  for (let c = 1; c < count; c++) if (values[from + c]! > values[from + best]!) best = c;
  return best;
}

/**
 * The class that is decided for, of `count` with their probabilities from `from` on. Without thresholds it is the most
 * probable. With them, of the classes whose probability reaches their threshold the one that has the largest multiple of it;
 * where none does, the most probable of those without a threshold, and where all have one, again the largest multiple.
 */
export function decidedClass(
  probabilities: Float64Array,
  from: number,
  count: number,
  thresholds?: Thresholds,
): number {
  if (!thresholds) return argmax(probabilities, from, count);
  let [held, multiple, other] = [-1, -1, -1];
  for (let c = 0; c < count; c++) {
    const p = probabilities[from + c]!;
    const threshold = thresholds[c]!;
    if (threshold === null) {
      if (other < 0 || p > probabilities[from + other]!) other = c;
    } else if (p / threshold > multiple) {
      multiple = p / threshold;
      held = c;
    }
  }
  return multiple >= 1 || other < 0 ? held : other;
}
