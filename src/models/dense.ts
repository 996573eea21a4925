import type { Csr } from '../sparse/csr.js';
import { type Activation, activations } from './activations.js';
import type { Classifier } from './classifier.js';
import { softmax } from './linear.js';

/** A layer's weights: kernel row-major [inputs, units], bias [units]. */
export interface DenseLayer {
  kernel: Float32Array;
  bias: Float32Array;
}

/** What fitting a dense network learned. */
export interface DenseState {
  kind: 'dense';
  classes: number;
  features: number;
  /** Of every layer but the last. */
  activation: Activation;
  /** From the features to the logits, of which two classes have one, that of the second. */
  layers: DenseLayer[];
}

/** A network of dense layers on sparse features, the last one a softmax (a sigmoid for two classes). */
export class DenseClassifier implements Classifier {
  readonly kind = 'dense';
  readonly classes: number;

  constructor(private readonly learned: DenseState) {
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
      const target = out.subarray(r * classes, (r + 1) * classes);
      if (inputs.length === 1) {
        target[1] = 1 / (1 + Math.exp(-inputs[0]!));
        target[0] = 1 / (1 + Math.exp(inputs[0]!));
      } else {
        softmax(inputs, target);
      }
    }
    return out;
  }

  state(): DenseState {
    return this.learned;
  }
}

/** bias + x·kernel for a row of features, into `out`. */
export function sparseSums(
  { indptr, indices, values }: Csr,
  row: number,
  { kernel, bias }: DenseLayer,
  out: Float64Array | Float32Array,
): void {
  out.set(bias);
  const units = bias.length;
  for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
    const value = values[p]!;
    const from = indices[p]! * units;
    for (let u = 0; u < units; u++) out[u]! += value * kernel[from + u]!;
  }
}

function denseSums(inputs: Float64Array, { kernel, bias }: DenseLayer, out: Float64Array): void {
  out.set(bias);
  const units = bias.length;
  for (let i = 0; i < inputs.length; i++) {
    const value = inputs[i]!;
    if (value === 0) continue;
    for (let u = 0; u < units; u++) out[u]! += value * kernel[i * units + u]!;
  }
}
