import { softmax } from './softmax.js';

/** Rows with what a model says of each class: logits, up to a number that may differ from row to row. */
export interface LabelledLogits {
  /** Row-major [rows, classes]. */
  logits: Float64Array;
  /** The class of each row. */
  labels: Int32Array;
  classes: number;
}

/** Why no temperature is best: the loss falls for ever as probabilities go to 0 and 1, or as they become equal. */
export type NoTemperature = 'all right' | 'no better than chance';

/** Changes of 1/T, relative, below which it stays. */
const EXACT = 1e-12;
/** Many times what it takes; where rounding alone moves 1/T, it ends, too. */
const MOST_STEPS = 200;

/**
 * The temperature T that minimises the log loss of softmax(logits / T) (Guo et al. 2017). The loss is convex in 1/T, whose
 * optimum Newton's method finds, between bounds that close in on it. There is none where every row is right, or where
 * the logits of the true classes are no higher than the mean.
 */
export function fitTemperature(rows: LabelledLogits): number | NoTemperature {
  if (allRight(rows)) return 'all right';
  if (slopes(rows, 0).first >= 0) return 'no better than chance';
  let [inverse, low, high] = [1, 0, Number.POSITIVE_INFINITY];
  for (let step = 0; step < MOST_STEPS; step++) {
    const { first, second } = slopes(rows, inverse);
    if (first === 0) break;
    if (first < 0) low = inverse;
    else high = inverse;
    let next = inverse - first / second;
    if (!(next > low && next < high))
      next = high === Number.POSITIVE_INFINITY ? 2 * inverse : (low + high) / 2;
    const still = Math.abs(next - inverse) <= EXACT * inverse;
    inverse = next;
    if (still) break;
  }
  return 1 / inverse;
}

/** Probabilities, row-major [rows, classes], of logits that are divided by a temperature. */
export function tempered(logits: Float64Array, classes: number, temperature: number): Float64Array {
  const out = new Float64Array(logits.length);
  const row = new Float64Array(classes);
  for (let from = 0; from < logits.length; from += classes) {
    for (let c = 0; c < classes; c++) row[c] = logits[from + c]! / temperature;
    softmax(row, out, from);
  }
  return out;
}

/** What probabilities were before their logits were divided by a temperature. */
export const untempered = (probabilities: Float64Array, classes: number, temperature: number): Float64Array =>
  tempered(probabilities.map(Math.log), classes, 1 / temperature);

function allRight({ logits, labels, classes }: LabelledLogits): boolean {
  return labels.every((label, r) => {
    const own = logits[r * classes + label]!;
    for (let c = 0; c < classes; c++) if (logits[r * classes + c]! > own) return false;
    return true;
  });
}

/** First and second derivative of the mean log loss by 1/T: the mean of E[z] − z of the true class, and of the variance of z. */
function slopes({ logits, labels, classes }: LabelledLogits, inverse: number) {
  let [first, second] = [0, 0];
  const row = new Float64Array(classes);
  const p = new Float64Array(classes);
  for (let r = 0; r < labels.length; r++) {
    const from = r * classes;
    const own = logits[from + labels[r]!]!;
    for (let c = 0; c < classes; c++) row[c] = inverse * logits[from + c]!;
    softmax(row, p, 0);
    // from the true class's logit on, so that large ones cost no digits
    let [mean, square] = [0, 0];
    for (let c = 0; c < classes; c++) mean += p[c]! * (logits[from + c]! - own);
    for (let c = 0; c < classes; c++) square += p[c]! * (logits[from + c]! - own - mean) ** 2;
    first += mean;
    second += square;
  }
  return { first: first / labels.length, second: second / labels.length };
}
