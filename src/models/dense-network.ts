import type { Device, TrainingArray, TrainingMatrix, TrainingMemory, tf } from '../compute/index.js';
import { type Random, seededRandom } from '../random.js';
import type { Csr } from '../sparse/csr.js';
import { type Activation, GELU_CUBE, GELU_SCALE } from './activations.js';
import type { DenseLayer } from './dense.js';
import { dropMask } from './dropout.js';
import { glorotUniform } from './initializers.js';
import type { Gradient, Network } from './training/network.js';

/** What a dense network is made of, named as Keras names it. */
export interface DenseOptions {
  /** Units of each hidden layer. */
  hidden: readonly number[];
  activation: Activation;
  /** Share of each hidden layer's outputs that a step leaves out, 0 ≤ dropout < 1. */
  dropout: number;
  /** Factor of the squared kernel weights that the loss is raised by. */
  l2: number;
  /** Share of a label that is spread evenly over the classes, 0 ≤ s < 1. */
  labelSmoothing: number;
}

/** Weights as Keras begins, and no bias. */
export function initialLayers(sizes: readonly number[], seed: number): DenseLayer[] {
  const random = seededRandom(seed);
  return sizes.slice(1).map((units, i) => ({
    kernel: glorotUniform(sizes[i]!, units, random),
    bias: new Float32Array(units),
  }));
}

/**
 * The loss of a dense network on sparse rows, and its gradients. The first layer is computed on the processor over the
 * non-zeros alone, so that a step touches the features of its batch and no others; what follows is dense and computed
 * by TensorFlow.js on the device, with gradients written out, since they are registered differently in every build of it.
 */
export class DenseNetwork implements Network {
  readonly weights: Record<string, TrainingArray> = {};
  readonly #matrix: TrainingMatrix;

  /**
   * @param layers the weights to begin with
   * @param classWeights the weight of each class's rows
   */
  constructor(
    private readonly device: Device,
    private readonly memory: TrainingMemory,
    features: Csr,
    private readonly labels: Int32Array,
    private readonly classWeights: Float64Array,
    layers: readonly DenseLayer[],
    private readonly options: DenseOptions,
  ) {
    this.#matrix = memory.matrix(features);
    layers.forEach(({ kernel, bias }, i) => {
      this.weights[`kernel.${i}`] = memory.array(kernel);
      this.weights[`bias.${i}`] = memory.array(bias);
    });
  }

  /** The layers, with the weights as they are, and as they will be. */
  get layers(): DenseLayer[] {
    const count = Object.keys(this.weights).length / 2;
    const values = (name: string) => this.weights[name]!.values;
    return Array.from({ length: count }, (_, i) => ({
      kernel: values(`kernel.${i}`),
      bias: values(`bias.${i}`),
    }));
  }

  async gradients(rows: Uint32Array, random: Random): Promise<{ loss: number; gradients: Gradient[] }> {
    const [first] = this.layers;
    const units = first!.bias.length;
    const products = this.memory.product(this.#matrix, rows, this.weights['kernel.0']!, units);
    const sums = new Float32Array(products.length);
    for (let at = 0; at < sums.length; at += units) {
      for (let u = 0; u < units; u++) sums[at + u] = products[at + u]! + first!.bias[u]!;
    }
    const { loss, bySums, gradients } = await this.#dense(rows, sums, random);
    const byBias = new Float32Array(units);
    for (let at = 0; at < bySums.length; at += units) {
      for (let u = 0; u < units; u++) byBias[u]! += bySums[at + u]!;
    }
    gradients.push(this.#gradient('bias.0', byBias));
    gradients.push({ name: 'kernel.0', ...this.memory.touched(this.#matrix, rows, bySums, units) });
    return { loss: loss + this.#penalize(gradients), gradients };
  }

  #gradient(name: string, values: Float32Array): Gradient {
    return { name, gradient: this.memory.gradient(name, values) };
  }

  /** From the sums of the first layer to the loss, and back. */
  async #dense(rows: Uint32Array, sums: Float32Array, random: Random) {
    const { tf, read, sparseCrossEntropy } = this.device;
    const { activation, dropout } = this.options;
    const batch = rows.length;
    const { layers } = this;
    const classes = this.classWeights.length;
    const packed = tf.tidy(() => {
      const kernels = layers.map(({ kernel, bias }, i) =>
        i === 0 ? undefined : tf.tensor2d(kernel, [kernel.length / bias.length, bias.length]),
      );
      const pre: tf.Tensor2D[] = [tf.tensor2d(sums, [batch, layers[0]!.bias.length])];
      const outputs: tf.Tensor2D[] = [];
      const masks: (tf.Tensor2D | undefined)[] = [];
      for (let i = 1; i < layers.length; i++) {
        const activated = activate(tf, activation, pre[i - 1]!);
        const mask =
          dropout > 0 ? tf.tensor2d(dropMask(activated.size, dropout, random), activated.shape) : undefined;
        masks.push(mask);
        outputs.push(mask ? tf.mul(activated, mask) : activated);
        pre.push(tf.add(tf.matMul(outputs[i - 1]!, kernels[i]!), tf.tensor1d(layers[i]!.bias)));
      }
      const own = Int32Array.from(rows, (r) => this.labels[r]!);
      const { losses, backprop } = this.#crossEntropy(pre.at(-1)!, own, classes, sparseCrossEntropy);
      const weights = tf.tensor2d(
        Float32Array.from(own, (label) => this.classWeights[label]! / batch),
        [batch, 1],
      );
      const parts: tf.Tensor[] = [tf.sum(tf.mul(losses, weights))];
      let by: tf.Tensor2D = tf.mul(backprop, weights);
      for (let i = layers.length - 1; i > 0; i--) {
        parts.push(tf.matMul(tf.transpose(outputs[i - 1]!), by), tf.sum(by, 0));
        const byOutput = tf.matMul<tf.Tensor2D>(by, tf.transpose(kernels[i]!));
        const byActivated = masks[i - 1] ? tf.mul<tf.Tensor2D>(byOutput, masks[i - 1]!) : byOutput;
        by = tf.mul(byActivated, slope(tf, activation, pre[i - 1]!));
      }
      parts.push(by);
      return tf.concat(parts.map((part) => tf.reshape(part, [-1])));
    });
    const values = (await read(packed)) as Float32Array;
    packed.dispose();
    let at = 1;
    const next = (length: number) => {
      at += length;
      return values.subarray(at - length, at);
    };
    const gradients: Gradient[] = [];
    for (let i = layers.length - 1; i > 0; i--) {
      gradients.push(this.#gradient(`kernel.${i}`, next(layers[i]!.kernel.length)));
      gradients.push(this.#gradient(`bias.${i}`, next(layers[i]!.bias.length)));
    }
    return { loss: values[0]!, bySums: next(sums.length), gradients };
  }

  /** Cross-entropy [batch, 1] against smoothed labels, and its gradient by the logits. */
  #crossEntropy(
    logits: tf.Tensor2D,
    labels: Int32Array,
    classes: number,
    sparseCrossEntropy: Device['sparseCrossEntropy'],
  ): { losses: tf.Tensor2D; backprop: tf.Tensor2D } {
    const { tf } = this.device;
    const { labelSmoothing } = this.options;
    const batch = labels.length;
    const { loss, backprop } = sparseCrossEntropy(logits, tf.tensor1d(labels, 'int32'));
    const losses = tf.reshape<tf.Rank.R2>(loss, [batch, 1]);
    if (labelSmoothing === 0) return { losses, backprop };
    // the target moves by s · (1/classes − 1 at the label), and the loss by the logits' product with that, negated
    const columns = logits.shape[1]!;
    const moves = new Float32Array(batch * columns).fill(labelSmoothing / classes);
    for (let i = 0; i < batch; i++) {
      if (columns > 1) moves[i * columns + labels[i]!]! -= labelSmoothing;
      else moves[i] = labelSmoothing * (1 / 2 - labels[i]!);
    }
    const moved = tf.tensor2d(moves, [batch, columns]);
    return {
      losses: tf.sub(losses, tf.sum(tf.mul(logits, moved), 1, true)),
      backprop: tf.sub(backprop, moved),
    };
  }

  /** Adds the penalty's gradients, for the first layer those of the rows touched; answers with the penalty of all these. */
  #penalize(gradients: readonly Gradient[]): number {
    const { l2 } = this.options;
    if (l2 === 0) return 0;
    let penalty = 0;
    for (const { name, gradient, rows } of gradients) {
      if (!name.startsWith('kernel')) continue;
      const { values } = gradient;
      const weights = this.weights[name]!.values;
      const width = rows ? values.length / rows.length : values.length;
      for (let i = 0; i < values.length; i++) {
        const weight = weights[rows ? rows[Math.floor(i / width)]! * width + (i % width) : i]!;
        penalty += weight * weight;
        values[i]! += 2 * l2 * weight;
      }
    }
    return l2 * penalty;
  }
}

type Tf = Device['tf'];

function activate(tf: Tf, name: Activation, z: tf.Tensor2D): tf.Tensor2D {
  if (name === 'gelu') {
    const inner = tf.tanh(tf.mul(GELU_SCALE, tf.add(z, tf.mul(GELU_CUBE, tf.mul(z, tf.mul(z, z))))));
    return tf.mul(tf.mul(0.5, z), tf.add(1, inner));
  }
  return name === 'linear' ? z : tf[name](z);
}

/** The derivative of the activation at z. */
function slope(tf: Tf, name: Activation, z: tf.Tensor2D): tf.Tensor2D {
  switch (name) {
    case 'relu':
      return tf.cast(tf.greater(z, 0), 'float32');
    case 'tanh': {
      const t = tf.tanh(z);
      return tf.sub(1, tf.mul(t, t));
    }
    case 'sigmoid': {
      const s = tf.sigmoid(z);
      return tf.mul(s, tf.sub(1, s));
    }
    case 'gelu': {
      const square = tf.mul(z, z);
      const t = tf.tanh(tf.mul(GELU_SCALE, tf.mul(z, tf.add(1, tf.mul(GELU_CUBE, square)))));
      const byInner = tf.mul(GELU_SCALE, tf.add(1, tf.mul(3 * GELU_CUBE, square)));
      const rising = tf.mul(tf.mul(0.5, z), tf.mul(tf.sub(1, tf.mul(t, t)), byInner));
      return tf.add(tf.mul(0.5, tf.add(1, t)), rising);
    }
    case 'linear':
      return tf.onesLike(z);
  }
}
