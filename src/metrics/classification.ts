import type { Outcomes } from './outcomes.js';

/** Figures of a classifier on some rows, named as scikit-learn's functions. Null where undefined. */
export interface Metrics {
  n: number;
  accuracy: number | null;
  /** Mean recall of the classes that have rows. */
  balanced_accuracy: number | null;
  f1_macro: number | null;
  f1_micro: number | null;
  f1_weighted: number | null;
  precision_macro: number | null;
  precision_micro: number | null;
  precision_weighted: number | null;
  recall_macro: number | null;
  recall_micro: number | null;
  recall_weighted: number | null;
  /** Correlation of what is true and what is said (Matthews 1975, Gorodkin 2004); null where one of them is always the same. */
  matthews_corrcoef: number | null;
  /** Agreement beyond what chance would bring (Cohen 1960); null where chance alone agrees always. */
  cohen_kappa: number | null;
  log_loss: number | null;
}

/** Figures of one class. */
export interface ClassMetrics {
  label: string;
  /** tp / (tp + fp); null where the class was never predicted. */
  precision: number | null;
  /** tp / (tp + fn); null where no row is of this class. */
  recall: number | null;
  /** 2tp / (2tp + fp + fn); null where the class was neither there nor predicted. */
  f1: number | null;
  /** Rows of this class. */
  support: number;
}

/** `counts[i][j]` rows of the class `labels[i]` were predicted as `labels[j]`. */
export interface Confusion {
  labels: readonly string[];
  counts: number[][];
}

/** Rows by class, and what their probabilities cost: all that the figures are made of. */
export interface Tally {
  labels: readonly string[];
  /** Rows of each class. */
  support: ArrayLike<number>;
  /** Rows that each class was predicted for. */
  predictions: ArrayLike<number>;
  /** Rows of each class that it was predicted for. */
  hits: ArrayLike<number>;
  /** Σ −ln of the probability of the true label over the rows whose label the model knows, and how many these are. */
  loss: number;
  known: number;
}

export interface Evaluation {
  metrics: Metrics;
  perClass: ClassMetrics[];
  confusion: Confusion;
  /** Labels of the rows that the model does not know, and how many rows have them; such rows count as wrong. */
  unknownLabels: Record<string, number>;
}

/**
 * Evaluates predictions.
 *
 * The macro figures average over the classes that occur in the rows or among the predictions; a class without
 * predictions counts there with precision 0, one without rows with recall 0 (scikit-learn's `zero_division=0`),
 * although its own figure is null. Log loss is over the rows whose label the model knows.
 */
export function evaluate(outcomes: Outcomes): Evaluation {
  const { classes, truth, predicted } = outcomes;
  const given = outcomes.labels;
  // a label that only other rows have is none of these rows'
  const there = new Uint8Array(given.length);
  for (let r = 0; r < truth.length; r++) there[truth[r]!] = 1;
  const kept = given.map((_, i) => i).filter((i) => i < classes || there[i] === 1);
  const labels = kept.map((i) => given[i]!);
  const placeOf = new Uint32Array(given.length);
  kept.forEach((i, place) => {
    placeOf[i] = place;
  });
  const width = labels.length;
  const cells = new Uint32Array(width * width);
  for (let r = 0; r < truth.length; r++) cells[placeOf[truth[r]!]! * width + predicted[r]!]!++;
  const counts = labels.map((_, i) => Array.from(cells.subarray(i * width, (i + 1) * width)));
  const { metrics, perClass } = figuresOf({
    labels,
    support: counts.map(sum),
    predictions: labels.map((_, j) => sum(counts.map((row) => row[j]!))),
    hits: counts.map((row, i) => row[i]!),
    ...lossOf(outcomes),
  });
  const unknown = perClass.slice(classes).map(({ label, support }) => [label, support] as const);
  return {
    metrics,
    perClass,
    confusion: { labels, counts },
    unknownLabels: Object.fromEntries(unknown),
  };
}

/** −ln of a probability, which counts as 2.2e-16 where it is less, as scikit-learn has it. */
export const lossOfScore = (score: number): number => -Math.log(Math.max(score, Number.EPSILON));

function lossOf({ labelScore }: Outcomes): { loss: number; known: number } {
  let loss = 0;
  let known = 0;
  for (let r = 0; r < labelScore.length; r++) {
    if (Number.isNaN(labelScore[r]!)) continue;
    loss += lossOfScore(labelScore[r]!);
    known++;
  }
  return { loss, known };
}

/** Log loss over the rows whose label the model knows; null where there are none. */
export function meanLoss(outcomes: Outcomes): number | null {
  const { loss, known } = lossOf(outcomes);
  return ratio(loss, known);
}

/** The figures of all rows and those of each class. */
export function figuresOf(tally: Tally): { metrics: Metrics; perClass: ClassMetrics[] } {
  const perClass = tally.labels.map((label, c): ClassMetrics => {
    const [hits, predictions, support] = [tally.hits[c]!, tally.predictions[c]!, tally.support[c]!];
    return {
      label,
      precision: ratio(hits, predictions),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, predictions + support),
      support,
    };
  });
  return { metrics: summarize(tally, perClass), perClass };
}

function summarize(tally: Tally, perClass: ClassMetrics[]): Metrics {
  const supports = Array.from(tally.support);
  const hits = sum(Array.from(tally.hits));
  const n = sum(supports);
  const present = perClass.filter(({ f1 }) => f1 !== null);
  const macro = (figure: 'precision' | 'recall' | 'f1') =>
    ratio(sum(present.map((c) => c[figure] ?? 0)), present.length);
  const weighted = (figure: 'precision' | 'recall' | 'f1') =>
    ratio(sum(present.map((c) => (c[figure] ?? 0) * c.support)), n);
  const accuracy = ratio(hits, n);
  const recalls = perClass.flatMap(({ recall }) => (recall === null ? [] : [recall]));
  return {
    n,
    accuracy,
    balanced_accuracy: ratio(sum(recalls), recalls.length),
    f1_macro: macro('f1'),
    // every row has one label and one prediction, so that the micro averages are the accuracy
    f1_micro: accuracy,
    f1_weighted: weighted('f1'),
    precision_macro: macro('precision'),
    precision_micro: accuracy,
    precision_weighted: weighted('precision'),
    recall_macro: macro('recall'),
    recall_micro: accuracy,
    recall_weighted: weighted('recall'),
    ...agreement(supports, Array.from(tally.predictions), hits, n),
    log_loss: ratio(tally.loss, tally.known),
  };
}

/** Correlation and kappa, from rows by true and by predicted label, and how many are right. */
function agreement(supports: number[], predictions: number[], hits: number, n: number) {
  const products = (a: number[], b: number[]) => sum(a.map((value, i) => value * b[i]!));
  const both = products(supports, predictions);
  const [own, said] = [products(supports, supports), products(predictions, predictions)];
  return {
    matthews_corrcoef: ratio(hits * n - both, Math.sqrt((n * n - own) * (n * n - said))),
    cohen_kappa: ratio(hits * n - both, n * n - both),
  };
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole);
