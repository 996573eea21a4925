/** Metrics of decisions alone, whatever the probabilities: what thresholds can be tuned for. */
export const decisionMetrics = [
  'accuracy',
  'balanced_accuracy',
  'f1_macro',
  'f1_micro',
  'f1_weighted',
  'precision_macro',
  'precision_micro',
  'precision_weighted',
  'recall_macro',
  'recall_micro',
  'recall_weighted',
  'matthews_corrcoef',
  'cohen_kappa',
] as const;
export type DecisionMetric = (typeof decisionMetrics)[number];
export const classFigures = ['precision', 'recall', 'f1'] as const;
export type ClassFigure = (typeof classFigures)[number];

/**
 * How often each class was decided for, and how often rightly, while rows go from one class to another: each move, and each
 * metric after it, takes a few operations, whatever the number of classes. Where a figure is undefined it is 0.
 */
export class DecidedCounts {
  readonly #support: Float64Array;
  readonly #predictions: Float64Array;
  readonly #hits: Float64Array;
  /** Sums over classes. */
  readonly #sums = { precision: 0, recall: 0, f1: 0 };
  readonly #weighted = { precision: 0, recall: 0, f1: 0 };
  #present = 0;
  #right = 0;
  /** Σ predictions·support and Σ predictions². */
  #both = 0;
  #said = 0;
  readonly #withRows: number;
  readonly #own: number;

  /** @param decided the class of each row to begin with */
  constructor(
    private readonly truth: Int32Array,
    decided: Uint32Array,
    classes: number,
  ) {
    this.#support = new Float64Array(classes);
    this.#predictions = new Float64Array(classes);
    this.#hits = new Float64Array(classes);
    for (const c of truth) this.#support[c]!++;
    decided.forEach((c, r) => {
      this.#predictions[c]!++;
      if (truth[r] === c) this.#hits[c]!++;
    });
    for (let c = 0; c < classes; c++) this.#count(c, 1);
    this.#withRows = this.#support.filter((rows) => rows > 0).length;
    this.#own = this.#support.reduce((sum, rows) => sum + rows * rows, 0);
  }

  /** Decides for another class in a row. */
  move(row: number, from: number, to: number): void {
    this.#count(from, -1);
    this.#count(to, -1);
    const own = this.truth[row]!;
    this.#predictions[from]!--;
    this.#predictions[to]!++;
    if (own === from) this.#hits[from]!--;
    if (own === to) this.#hits[to]!++;
    this.#count(from, 1);
    this.#count(to, 1);
  }

  figure(name: ClassFigure, c: number): number {
    const [hits, predictions, support] = [this.#hits[c]!, this.#predictions[c]!, this.#support[c]!];
    if (name === 'precision') return hits / Math.max(predictions, 1);
    if (name === 'recall') return hits / Math.max(support, 1);
    return (2 * hits) / Math.max(predictions + support, 1);
  }

  metric(name: DecisionMetric): number {
    const rows = this.truth.length;
    const beyond = this.#right * rows - this.#both;
    const squares = rows * rows;
    switch (name) {
      case 'f1_macro':
        return this.#sums.f1 / this.#present;
      case 'precision_macro':
        return this.#sums.precision / this.#present;
      case 'recall_macro':
        return this.#sums.recall / this.#present;
      case 'balanced_accuracy':
        return this.#sums.recall / this.#withRows;
      case 'f1_weighted':
        return this.#weighted.f1 / rows;
      case 'precision_weighted':
        return this.#weighted.precision / rows;
      case 'recall_weighted':
        return this.#weighted.recall / rows;
      case 'cohen_kappa':
        return beyond / (squares - this.#both || 1);
      case 'matthews_corrcoef':
        return beyond / (Math.sqrt((squares - this.#own) * (squares - this.#said)) || 1);
      default:
        return this.#right / rows;
    }
  }

  /** Adds a class to the sums, or takes it off them. */
  #count(c: number, sign: 1 | -1): void {
    const [sums, weighted] = [this.#sums, this.#weighted];
    const [hits, predictions, support] = [this.#hits[c]!, this.#predictions[c]!, this.#support[c]!];
    const precision = (sign * hits) / Math.max(predictions, 1);
    const recall = (sign * hits) / Math.max(support, 1);
    const f1 = (2 * sign * hits) / Math.max(predictions + support, 1);
    sums.precision += precision;
    sums.recall += recall;
    sums.f1 += f1;
    weighted.precision += precision * support;
    weighted.recall += recall * support;
    weighted.f1 += f1 * support;
    if (predictions + support > 0) this.#present += sign;
    this.#right += sign * hits;
    this.#both += sign * predictions * support;
    this.#said += sign * predictions * predictions;
  }
}
