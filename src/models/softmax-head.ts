import { matrixOf, multiply, type TrainingArray, type TrainingMemory, transposed } from '../compute/index.js';
import { softmax } from '../metrics/softmax.js';
import type { Random } from '../random.js';
import type { DenseLayer } from './dense.js';
import { dropMask, dropOut } from './dropout.js';
import { resized, roundedUp } from './resized.js';
import type { Gradient } from './training/network.js';

/** What the last layer of a network is told beside its weights. */
export interface HeadOptions {
  /** Share of its inputs that a step leaves out, 0 ≤ dropout < 1. */
  dropout: number;
  /** Share of a label that is spread evenly over the classes, 0 ≤ s < 1. */
  labelSmoothing: number;
}

/**
 * The last layer of a network on the processor, and its loss: dropout, a dense layer, a softmax, cross-entropy against weighted
 * and smoothed labels. Two classes have one logit, that of the second.
 */
export class SoftmaxHead {
  readonly weights: { 'kernel.scores': TrainingArray; 'bias.scores': TrainingArray };
  readonly #inputs: number;
  readonly #logits: number;
  /** Logits with those that fill them up to what the kernels multiply at a time, which have weights of 0. */
  readonly #columns: number;

  /** @param layer the weights to begin with; its inputs are a multiple of eight */
  constructor(
    private readonly memory: TrainingMemory,
    { kernel, bias }: DenseLayer,
    private readonly options: HeadOptions,
  ) {
    this.#logits = bias.length;
    this.#inputs = kernel.length / bias.length;
    this.#columns = roundedUp(bias.length);
    const filled = (values: Float32Array, rows: number) =>
      memory.array(resized(values, [rows, this.#logits], [rows, this.#columns]));
    this.weights = { 'kernel.scores': filled(kernel, this.#inputs), 'bias.scores': filled(bias, 1) };
  }

  /** A copy of the weights as they are. */
  get layer(): DenseLayer {
    const cut = ({ values }: TrainingArray, rows: number) =>
      resized(values, [rows, this.#columns], [rows, this.#logits]);
    return {
      kernel: cut(this.weights['kernel.scores'], this.#inputs),
      bias: cut(this.weights['bias.scores'], 1),
    };
  }

  /** Logits of rows of inputs, row-major; valid until the next ones. */
  logits(inputs: TrainingArray): Float64Array {
    const { workspace } = this.memory;
    const { 'kernel.scores': kernel, 'bias.scores': bias } = this.weights;
    const rows = inputs.values.length / this.#inputs;
    const out = workspace.numbers('logits', rows * this.#columns);
    multiply(workspace, matrixOf(inputs, this.#inputs), matrixOf(kernel, this.#columns), out, bias);
    return Float64Array.from(resized(out.values, [rows, this.#columns], [rows, this.#logits]));
  }

  /**
   * The mean weighted loss of rows of inputs (some of which it leaves out of these), and its gradients by the weights and
   * by the inputs; valid until the next ones.
   */
  gradients(
    inputs: TrainingArray,
    labels: Int32Array,
    classWeights: Float64Array,
    random: Random,
  ): { loss: number; byInputs: TrainingArray; gradients: Gradient[] } {
    const { workspace } = this.memory;
    const columns = this.#columns;
    const { dropout } = this.options;
    const mask = dropout > 0 ? dropMask(inputs.values.length, dropout, random) : undefined;
    if (mask) dropOut(inputs.values, mask);
    const by = workspace.numbers('byLogits', labels.length * columns);
    const loss = this.#loss(this.logits(inputs), labels, classWeights, by.values);
    const rows = matrixOf(inputs, this.#inputs);
    const byLogits = matrixOf(by, columns);
    const byKernel = workspace.numbers('gradient.kernel.scores', this.#inputs * columns);
    multiply(workspace, transposed(rows), byLogits, byKernel);
    const byBias = workspace.numbers('gradient.bias.scores', columns);
    byBias.values.fill(0);
    for (let i = 0; i < by.values.length; i++) byBias.values[i % columns]! += by.values[i]!;
    const byInputs = workspace.numbers('byInputs', inputs.values.length);
    multiply(workspace, byLogits, transposed(matrixOf(this.weights['kernel.scores'], columns)), byInputs);
    if (mask) dropOut(byInputs.values, mask);
    const gradients = [
      { name: 'kernel.scores', gradient: byKernel },
      { name: 'bias.scores', gradient: byBias },
    ];
    return { loss, byInputs, gradients };
  }

  /** Writes the gradient by the logits into `by`. */
  #loss(logits: Float64Array, labels: Int32Array, classWeights: Float64Array, by: Float32Array): number {
    const { labelSmoothing } = this.options;
    const count = this.#logits;
    const classes = classWeights.length;
    const z = new Float64Array(classes);
    const p = new Float64Array(classes);
    by.fill(0);
    let sum = 0;
    labels.forEach((label, r) => {
      // a single logit is that of the second class, and the first one's is 0
      z.set(logits.subarray(r * count, (r + 1) * count), classes - count);
      softmax(z, p, 0);
      const weight = classWeights[label]! / labels.length;
      const best = p.indexOf(Math.max(...p));
      let loss = z[best]! - Math.log(p[best]!);
      for (let c = 0; c < classes; c++) {
        const target = (c === label ? 1 - labelSmoothing : 0) + labelSmoothing / classes;
        loss -= target * z[c]!;
        const logit = c - (classes - count);
        if (logit >= 0) by[r * this.#columns + logit] = weight * (p[c]! - target);
      }
      sum += weight * loss;
    });
    return sum;
  }
}
