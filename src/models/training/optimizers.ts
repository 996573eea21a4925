import type { Gradient, Network } from './network.js';

/** Numbers that an optimizer keeps for each weight, and how it changes some weights by their gradient. */
interface Rule {
  slots: number;
  /**
   * Changes the weights from `at` on, `gradient.length` of them, and what is kept for them.
   *
   * @param t number of the step, from 1
   */
  update(
    weights: Float32Array,
    kept: Float32Array[],
    at: number,
    gradient: Float32Array,
    learningRate: number,
    t: number,
    weightDecay: number,
  ): void;
}

const [BETA_1, BETA_2, RHO, MOMENTUM, EPSILON] = [0.9, 0.999, 0.9, 0.9, 1e-7];

/** Adam (Kingma & Ba 2015), as Keras computes it; with `weightDecay` AdamW (Loshchilov & Hutter 2019). */
const adam: Rule = {
  slots: 2,
  update(weights, [mean, square], at, gradient, learningRate, t, weightDecay) {
    const rate = (learningRate * Math.sqrt(1 - BETA_2 ** t)) / (1 - BETA_1 ** t);
    const keep = 1 - learningRate * weightDecay;
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i]!;
      const m = BETA_1 * mean![at + i]! + (1 - BETA_1) * g;
      const v = BETA_2 * square![at + i]! + (1 - BETA_2) * g * g;
      mean![at + i] = m;
      square![at + i] = v;
      weights[at + i] = keep * weights[at + i]! - (rate * m) / (Math.sqrt(v) + EPSILON);
    }
  },
};

/** The optimizers by Keras's names, with its constants. */
const rules = {
  adam,
  adamw: adam,
  sgd: {
    slots: 0,
    update(weights, _kept, at, gradient, learningRate) {
      for (let i = 0; i < gradient.length; i++) weights[at + i]! -= learningRate * gradient[i]!;
    },
  },
  momentum: {
    slots: 1,
    update(weights, [velocity], at, gradient, learningRate) {
      for (let i = 0; i < gradient.length; i++) {
        const v = MOMENTUM * velocity![at + i]! - learningRate * gradient[i]!;
        velocity![at + i] = v;
        weights[at + i]! += v;
      }
    },
  },
  rmsprop: {
    slots: 1,
    update(weights, [square], at, gradient, learningRate) {
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i]!;
        const v = RHO * square![at + i]! + (1 - RHO) * g * g;
        square![at + i] = v;
        weights[at + i]! -= (learningRate * g) / Math.sqrt(v + EPSILON);
      }
    },
  },
} as const satisfies Record<string, Rule>;

export type OptimizerName = keyof typeof rules;
export const optimizerNames = Object.keys(rules) as OptimizerName[];

/**
 * Changes a network's weights step by step. Where a gradient names rows, only those rows and what is kept for them
 * change ("lazy" Adam): a step costs what its batch touches, not what the vocabulary holds.
 */
export class Optimizer {
  readonly #rule: Rule;
  /** What is kept, by the name of the weights and the slot: "kernel.0". */
  readonly kept: Record<string, Float32Array> = {};

  constructor(
    name: OptimizerName,
    private readonly weights: Network['weights'],
    private readonly weightDecay: number,
  ) {
    this.#rule = rules[name];
    for (const [name, values] of Object.entries(weights)) {
      for (let slot = 0; slot < this.#rule.slots; slot++) {
        this.kept[`${name}.${slot}`] = new Float32Array(values.length);
      }
    }
  }

  /** @param t number of the step, from 1 */
  step(gradients: readonly Gradient[], learningRate: number, t: number): void {
    for (const { name, values, rows } of gradients) {
      const weights = this.weights[name]!;
      const kept = Array.from({ length: this.#rule.slots }, (_, slot) => this.kept[`${name}.${slot}`]!);
      // biases do not decay
      const decay = name.startsWith('bias') ? 0 : this.weightDecay;
      if (!rows) {
        this.#rule.update(weights, kept, 0, values, learningRate, t, decay);
        continue;
      }
      const width = values.length / rows.length;
      for (let i = 0; i < rows.length; i++) {
        const gradient = values.subarray(i * width, (i + 1) * width);
        this.#rule.update(weights, kept, rows[i]! * width, gradient, learningRate, t, decay);
      }
    }
  }
}

/** Scales gradients so that their common L2 norm is at most `limit`; answers with the norm before. */
export function clip(gradients: readonly Gradient[], limit: number): number {
  let sum = 0;
  for (const { values } of gradients) for (const g of values) sum += g * g;
  const norm = Math.sqrt(sum);
  if (norm > limit) {
    const scale = limit / norm;
    for (const { values } of gradients) for (let i = 0; i < values.length; i++) values[i]! *= scale;
  }
  return norm;
}
