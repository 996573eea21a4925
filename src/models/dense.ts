import type { Csr } from '../sparse/csr.js';
import { type Activation, activations } from './activations.js';
import type { Classifier } from './classifier.js';
import { classProbabilities } from './linear.js';

/** A layer's weights: kernel row-major [inputs, units], bias [units]. */
export interface DenseLayer {
  kernel: Float32Array;
  bias: Float32Array;
}

/** What fitting a dense network learned. */
export interface DenseState {
  /** A network as asked for, or the mean of embeddings and a softmax, which is one with a single linear layer. */
  kind: 'dense' | 'bag';
  classes: number;
  features: number;
  /** Of every layer but the last. */
  activation: Activation;
  /** From the features to the logits, of which two classes have one, that of the second. */
  layers: DenseLayer[];
}

/** A network of dense layers on sparse features, the last one a softmax (a sigmoid for two classes). */
export class DenseClassifier implements Classifier {
  readonly kind: DenseState['kind'];
  readonly classes: number;

  constructor(private readonly learned: DenseState) {
    this.kind = learned.kind;
    this.classes = learned.classes;
  }

  probabilities(features: Csr): Float64Array {
    const { layers, classes } = this.learned;
    const activate = activations[this.learned.activation];
    const out = new Float64Array(features.rows * classes);
    const [first, ...rest] = layers.map(({ bias }) => new Float64Array(bias.length)) as [Float64Array];
    for (let r = 0; r < features.rows; r++) {
      sparseSums(features, r, layers[0]!, first);
      let inputs: Float64Array = first;
      rest.forEach((sums: Float64Array, i) => {
        for (let u = 0; u < inputs.length; u++) inputs[u] = activate(inputs[u]!);
        denseSums(inputs, layers[i + 1]!, sums);
        inputs = sums;
      });
      classProbabilities(inputs, out, r * classes);
    }
    return out;
  }

  state(): DenseState {
    return this.learned;
  }
}

/** bias + x·kernel for a row of features, into `out`. */
function sparseSums(
  { indptr, indices, values }: Csr,
  row: number,
  { kernel, bias }: DenseLayer,
  out: Float64Array,
): void {
  out.set(bias);
  const units = bias.length;
  for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
    addScaled(out, values[p]!, kernel, indices[p]! * units);
  }
}

/** out += factor · numbers from a place on; four at a time, which takes a third off a prediction. */
function addScaled(out: Float64Array, factor: number, numbers: Float32Array, from: number): void {
  let u = 0;
  for (; u + 4 <= out.length; u += 4) {
    out[u]! += factor * numbers[from + u]!;
    out[u + 1]! += factor * numbers[from + u + 1]!;
    out[u + 2]! += factor * numbers[from + u + 2]!;
    out[u + 3]! += factor * numbers[from + u + 3]!;
  }
  for (; u < out.length; u++) out[u]! += factor * numbers[from + u]!;
}

function denseSums(inputs: Float64Array, { kernel, bias }: DenseLayer, out: Float64Array): void {
  out.set(bias);
  for (let i = 0; i < inputs.length; i++) {
    if (inputs[i] !== 0) addScaled(out, inputs[i]!, kernel, i * bias.length);
  }
}
