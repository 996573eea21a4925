import type { Random } from '../../random.js';

/** The gradient of the loss by some of a network's weights. */
export interface Gradient {
  /** Name of the weights. */
  name: string;
  /** As long as the weights, or, with `rows`, as so many rows of them. */
  values: Float32Array;
  /** The rows of the weights that the batch touched, each once; all others have no gradient. */
  rows?: Uint32Array;
}

/** What the training loop trains: weights, and the gradient of the loss of some rows by them. */
export interface Network {
  /** All weights by name, which the optimizer changes in place. */
  readonly weights: Readonly<Record<string, Float32Array>>;
  /** The mean loss of these rows and its gradients; what is drawn at random is drawn with `random`. */
  gradients(rows: Uint32Array, random: Random): Promise<{ loss: number; gradients: Gradient[] }>;
}
