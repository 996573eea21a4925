import type { TouchedGradient, TrainingArray } from '../../compute/index.js';
import type { Random } from '../../random.js';

/** The gradient of the loss by the weights of a name: all of them, or the rows of them that a batch touched. */
export type Gradient = { name: string } & Pick<TouchedGradient, 'gradient'> &
  Partial<TouchedGradient> & {
    /** Of a table, where not the gradient's squares are to be kept by optimizers that keep squares: what stands for these. */
    squares?: TrainingArray;
  };

/** What the training loop trains: weights, and the gradient of the loss of some rows by them. */
export interface Network {
  /** All weights by name, which the optimizer changes in place. */
  readonly weights: Readonly<Record<string, TrainingArray>>;
  /**
   * Weights of which batches touch some rows, and how many they have, where the others are to step as well, with a gradient of
   * 0; rows of weights that are not named here change when a batch touches them.
   */
  readonly tables?: Readonly<Record<string, number>>;
  /** The mean loss of these rows and its gradients, which hold until the next call; `random` draws what is left to chance. */
  gradients(rows: Uint32Array, random: Random): Promise<{ loss: number; gradients: Gradient[] }>;
}
