/** What a model said of one row, beside what is true. */
export interface Outcome {
  label: string;
  predicted: string;
  /** Probability of the predicted class. */
  score: number;
  /** Probability given to the true label; null where the model does not know that label. */
  labelScore: number | null;
}

/** Figures of a classifier on some rows, named as scikit-learn's functions. Null where undefined. */
export interface Metrics {
  n: number;
  accuracy: number | null;
  f1_macro: number | null;
  f1_micro: number | null;
  f1_weighted: number | null;
  precision_macro: number | null;
  recall_macro: number | null;
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
  labels: string[];
  counts: number[][];
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
 *
 * @param classes the labels that the model knows
 */
export function evaluate(outcomes: readonly Outcome[], classes: readonly string[]): Evaluation {
  const unknownLabels: Record<string, number> = Object.create(null);
  const index = new Map(classes.map((label, i) => [label, i]));
  const labels = [...classes];
  for (const { label } of outcomes) {
    if (!index.has(label)) {
      index.set(label, labels.length);
      labels.push(label);
    }
    if (index.get(label)! >= classes.length) unknownLabels[label] = (unknownLabels[label] ?? 0) + 1;
  }
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  for (const { label, predicted } of outcomes) counts[index.get(label)!]![index.get(predicted)!]!++;
  const perClass = labels.map((label, i) => classMetrics(label, i, counts));
  return {
    metrics: summarize(outcomes, perClass),
    perClass,
    confusion: { labels, counts },
    unknownLabels: { ...unknownLabels },
  };
}

function classMetrics(label: string, i: number, counts: number[][]): ClassMetrics {
  const hits = counts[i]![i]!;
  const support = sum(counts[i]!);
  const predictions = sum(counts.map((row) => row[i]!));
  return {
    label,
    precision: ratio(hits, predictions),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, predictions + support),
    support,
  };
}

function summarize(outcomes: readonly Outcome[], perClass: ClassMetrics[]): Metrics {
  const n = outcomes.length;
  const present = perClass.filter(({ f1 }) => f1 !== null);
  const macro = (figure: 'precision' | 'recall' | 'f1') =>
    ratio(sum(present.map((c) => c[figure] ?? 0)), present.length);
  const accuracy = ratio(outcomes.filter(({ label, predicted }) => label === predicted).length, n);
  const known = outcomes.flatMap(({ labelScore }) => (labelScore === null ? [] : [labelScore]));
  return {
    n,
    accuracy,
    f1_macro: macro('f1'),
    // every row has one label and one prediction, so that the micro average is the accuracy
    f1_micro: accuracy,
    f1_weighted: ratio(sum(present.map((c) => (c.f1 ?? 0) * c.support)), n),
    precision_macro: macro('precision'),
    recall_macro: macro('recall'),
    log_loss: ratio(sum(known.map((p) => -Math.log(Math.max(p, Number.EPSILON)))), known.length),
  };
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole);
