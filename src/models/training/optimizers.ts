import type { SteppedTable, TrainingArray, TrainingMemory, UpdateRule } from '../../compute/index.js';
import type { Gradient, Network } from './network.js';

/** A rule of the training memory, and what it takes for a step. */
interface Optimization {
  rule: UpdateRule;
  /** For each number that it keeps beside a weight, the share that a step without a gradient leaves of it. */
  left: readonly number[];
  /**
   * The rate, and what the rule takes.
   *
   * @param t number of the step, from 1
   */
  numbers(learningRate: number, t: number, weightDecay: number): number[];
}

const [BETA_1, BETA_2, RHO, MOMENTUM, EPSILON] = [0.9, 0.999, 0.9, 0.9, 1e-7];

/** Adam (Kingma & Ba 2015), as Keras computes it. */
const adam: Optimization = {
  rule: 'adam',
  left: [BETA_1, BETA_2],
  numbers(learningRate, t) {
    const rate = (learningRate * Math.sqrt(1 - BETA_2 ** t)) / (1 - BETA_1 ** t);
    return [rate, 1, BETA_1, BETA_2, EPSILON];
  },
};

/** The optimizers by Keras's names, with its constants. */
const optimizers = {
  adam,
  /** With decoupled decay (Loshchilov & Hutter 2019). */
  adamw: {
    ...adam,
    numbers(learningRate, t, weightDecay) {
      const [rate, , ...rest] = adam.numbers(learningRate, t, 0);
      return [rate!, 1 - learningRate * weightDecay, ...rest];
    },
  },
  sgd: { rule: 'sgd', left: [], numbers: (learningRate) => [learningRate] },
  momentum: { rule: 'momentum', left: [MOMENTUM], numbers: (learningRate) => [learningRate, MOMENTUM] },
  rmsprop: { rule: 'rmsprop', left: [RHO], numbers: (learningRate) => [learningRate, RHO, EPSILON] },
} as const satisfies Record<string, Optimization>;

export type OptimizerName = keyof typeof optimizers;
export const optimizerNames = Object.keys(optimizers) as OptimizerName[];

/**
 * Changes a network's weights step by step. Where a gradient names rows, only those rows and what is kept for them
 * change ("lazy" Adam): a step costs what its batch touches, not what the vocabulary holds. Tables of the network step
 * as a whole, as Keras's do: what a row had learned goes on moving it.
 */
export class Optimizer {
  readonly #optimization: Optimization;
  readonly #weights: Network['weights'];
  readonly #tables: Record<string, SteppedTable> = {};
  /** What is kept, by the name of the weights and the slot ("kernel.0.1"), and when rows of tables were touched last. */
  readonly kept: Record<string, TrainingArray> = {};

  constructor(
    name: OptimizerName,
    private readonly memory: TrainingMemory,
    { weights, tables = {} }: Pick<Network, 'weights' | 'tables'>,
    private readonly weightDecay: number,
  ) {
    this.#optimization = optimizers[name];
    this.#weights = weights;
    const { left } = this.#optimization;
    for (const [name, { values }] of Object.entries(weights)) {
      for (let slot = 0; slot < left.length; slot++) {
        this.kept[`${name}.${slot}`] = memory.zeros(values.length);
      }
    }
    // without anything kept, a gradient of 0 moves nothing
    if (left.length === 0) return;
    for (const [name, rows] of Object.entries(tables)) {
      const table = memory.table(rows);
      this.#tables[name] = table;
      this.kept[`${name}.touched`] = table.touched;
    }
  }

  /** @param t number of the step, from 1 */
  step(gradients: readonly Gradient[], learningRate: number, t: number): void {
    const { rule, left, numbers } = this.#optimization;
    for (const gradient of gradients) {
      const { name } = gradient;
      const kept = left.map((_, slot) => this.kept[`${name}.${slot}`]!);
      // biases do not decay
      const decay = name.startsWith('bias') ? 0 : this.weightDecay;
      const taken = numbers(learningRate, t, decay);
      const weights = this.#weights[name]!;
      const table = this.#tables[name];
      if (!table) this.memory.update(rule, weights, kept, gradient, taken);
      else {
        const touched = { rows: gradient.rows!, gradient: gradient.gradient, squares: gradient.squares };
        this.memory.updateTable(rule, weights, kept, touched, taken, table, left, t);
      }
    }
  }
}

/** Scales gradients so that their common L2 norm is at most `limit`. */
export function clip(gradients: readonly Gradient[], limit: number): void {
  let sum = 0;
  for (const { gradient } of gradients) for (const g of gradient.values) sum += g * g;
  const norm = Math.sqrt(sum);
  if (norm <= limit) return;
  const scale = limit / norm;
  for (const { gradient, squares } of gradients) {
    for (let i = 0; i < gradient.values.length; i++) gradient.values[i]! *= scale;
    if (squares) for (let i = 0; i < squares.values.length; i++) squares.values[i]! *= scale * scale;
  }
}
