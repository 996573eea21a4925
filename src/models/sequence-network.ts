import {
  addRows,
  addSquares,
  type Encodings,
  type SequenceBatch,
  SequenceBatches,
  type TrainingArray,
  type TrainingMemory,
} from '../compute/index.js';
import type { Random } from '../random.js';
import type { Examples } from './dense-fit.js';
import type { SequenceModelState } from './sequence-classifier.js';
import { SequenceScorer } from './sequence-scorer.js';
import type { HeadOptions } from './softmax-head.js';
import type { Gradient, Network } from './training/network.js';

export interface SequenceNetworkOptions extends HeadOptions {
  /** Whether embeddings stay what they are. */
  freezeEmbeddings?: boolean;
}

/**
 * The loss of a model of sequences on texts as the numbers of their terms, and its gradients. What a term adds to the gates of an LSTM,
 * or at each place of a convolution's window, depends on the term alone: it is computed once for the different terms of a batch.
 */
export class SequenceNetwork implements Network {
  readonly scorer: SequenceScorer;
  readonly weights: Network['weights'];
  readonly tables: Readonly<Record<string, number>>;
  readonly #batches: SequenceBatches;
  readonly #labels: Int32Array;

  /**
   * @param classWeights the weight of each class's rows
   * @param state the weights to begin with
   * @param encodings the device's, where it has any
   */
  constructor(
    private readonly memory: TrainingMemory,
    { features, labels }: Examples,
    private readonly classWeights: Float64Array,
    state: SequenceModelState,
    private readonly options: SequenceNetworkOptions,
    private readonly encodings?: Encodings,
  ) {
    this.#batches = new SequenceBatches(features);
    this.#labels = labels;
    this.scorer = new SequenceScorer(memory, state, options);
    const { embedding, ...others } = this.scorer.weights;
    this.weights = options.freezeEmbeddings ? others : { embedding: embedding!, ...others };
    this.tables = options.freezeEmbeddings ? {} : { embedding: features.cols };
  }

  async gradients(rows: Uint32Array, random: Random): Promise<{ loss: number; gradients: Gradient[] }> {
    const { encoder, head } = this.scorer;
    const batch = this.#batches.batch(rows);
    const embedded = this.scorer.embed(batch);
    const labels = Int32Array.from(batch.rows, (r) => this.#labels[r]!);
    let loss = 0;
    let ofHead: Gradient[] = [];
    const byOutputs = (outputs: TrainingArray) => {
      const found = head.gradients(outputs, labels, this.classWeights, random);
      ({ loss, gradients: ofHead } = found);
      return found.byInputs;
    };
    const { byTokens, gradients } = this.encodings
      ? await encoder.gradientsBy(this.encodings, batch, embedded, byOutputs)
      : encoder.back(byOutputs(encoder.encode(batch, embedded)));
    if (this.options.freezeEmbeddings) return { loss, gradients: [...ofHead, ...gradients] };
    return { loss, gradients: [...ofHead, ...gradients, this.#ofTerms(batch, byTokens)] };
  }

  /** The gradient by the terms' embeddings, and the squares that Keras makes of it: those of each token's, not of their sum. */
  #ofTerms({ terms, tokens }: SequenceBatch, byTokens: TrainingArray): Gradient {
    const { workspace } = this.memory;
    const dim = byTokens.values.length / Math.max(tokens.length, 1);
    const gradient = workspace.numbers('byTerms', terms.length * dim);
    const squares = workspace.numbers('squaresByTerms', terms.length * dim);
    gradient.values.fill(0);
    squares.values.fill(0);
    addRows(byTokens.values, tokens, gradient.values, dim);
    addSquares(byTokens.values, tokens, squares.values, dim);
    const rowsAt = workspace.room('terms', terms);
    return { name: 'embedding', rows: terms, rowsAt, gradient, squares };
  }
}
