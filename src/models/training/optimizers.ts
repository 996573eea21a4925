import type { TrainingArray, TrainingMemory, UpdateRule } from '../../compute/index.js';
import type { Gradient, Network } from './network.js';

/** A rule of the training memory, how many numbers it keeps for each weight, and what it takes for a step. */
interface Optimization {
  rule: UpdateRule;
  slots: number;
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
  slots: 2,
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
  sgd: { rule: 'sgd', slots: 0, numbers: (learningRate) => [learningRate] },
  momentum: { rule: 'momentum', slots: 1, numbers: (learningRate) => [learningRate, MOMENTUM] },
  rmsprop: { rule: 'rmsprop', slots: 1, numbers: (learningRate) => [learningRate, RHO, EPSILON] },
} as const satisfies Record<string, Optimization>;

export type OptimizerName = keyof typeof optimizers;
export const optimizerNames = Object.keys(optimizers) as OptimizerName[];

/**
 * Changes a network's weights step by step. Where a gradient names rows, only those rows and what is kept for them
 * change ("lazy" Adam): a step costs what its batch touches, not what the vocabulary holds.
 */
export class Optimizer {
  readonly #optimization: Optimization;
  /** What is kept, by the name of the weights and the slot: "kernel.0.1". */
  readonly kept: Record<string, TrainingArray> = {};

  constructor(
    name: OptimizerName,
    private readonly memory: TrainingMemory,
    private readonly weights: Network['weights'],
    private readonly weightDecay: number,
  ) {
    this.#optimization = optimizers[name];
    for (const [name, { values }] of Object.entries(weights)) {
      for (let slot = 0; slot < this.#optimization.slots; slot++) {
        this.kept[`${name}.${slot}`] = memory.zeros(values.length);
      }
    }
  }

  /** @param t number of the step, from 1 */
  step(gradients: readonly Gradient[], learningRate: number, t: number): void {
    const { rule, slots, numbers } = this.#optimization;
    for (const gradient of gradients) {
      const { name } = gradient;
      const kept = Array.from({ length: slots }, (_, slot) => this.kept[`${name}.${slot}`]!);
      // biases do not decay
      const decay = name.startsWith('bias') ? 0 : this.weightDecay;
      this.memory.update(rule, this.weights[name]!, kept, gradient, numbers(learningRate, t, decay));
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
  for (const { gradient } of gradients) {
    for (let i = 0; i < gradient.values.length; i++) gradient.values[i]! *= scale;
  }
}
