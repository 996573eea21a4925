/** What a pipeline says of one text. */
export interface Prediction {
  /** The most probable class; the first of those that tie. */
  label: string;
  /** Its probability. */
  score: number;
  /** The probability of every class; they sum to 1. */
  scores: Record<string, number>;
}

/** What class probabilities, row-major [rows, labels], say of each row. */
export function predictionsOf(labels: readonly string[], probabilities: Float64Array): Prediction[] {
  return Array.from({ length: probabilities.length / labels.length }, (_, row) => {
    const from = row * labels.length;
    const best = argmax(probabilities, from, labels.length);
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
export function argmax(values: Float64Array, from: number, count: number): number {
  let best = 0;
  for (let c = 1; c < count; c++) if (values[from + c]! > values[from + best]!) best = c;
  return best;
}
