import {
  type Encodings,
  type SequenceBatch,
  SequenceBatches,
  type TrainingArray,
  type TrainingMemory,
} from '../compute/index.js';
import type { Csr } from '../sparse/csr.js';
import { allBelow } from '../sparse/sort.js';
import { CnnEncoder } from './cnn-encoder.js';
import { classProbabilities } from './linear.js';
import { LstmEncoder } from './lstm-encoder.js';
import { resized, roundedUp } from './resized.js';
import type { SequenceModelState } from './sequence-classifier.js';
import { type HeadOptions, SoftmaxHead } from './softmax-head.js';
import type { Gradient } from './training/network.js';

/** The gradients by the embedding of each of a batch's tokens [tokens, dim] and by the weights; valid until the next ones. */
export interface EncoderGradients {
  byTokens: TrainingArray;
  gradients: Gradient[];
}

/** What makes some numbers of each sequence of embeddings, and is trained to. */
export interface SequenceEncoder {
  readonly weights: Readonly<Record<string, TrainingArray>>;
  /** Its outputs: groups of so many, each filled up to a multiple of eight. */
  readonly outputs: readonly [groups: number, each: number];
  /** A copy of the weights as they are, by their names in the state. */
  readonly learned: Partial<SequenceModelState>;
  /** [sequences, outputs] of a batch whose terms have these embeddings [terms, dim]; valid until the next ones. */
  encode(batch: SequenceBatch, embedded: TrainingArray): TrainingArray;
  /** The gradients by the embeddings and the weights, from that by what it has made last; valid until the next ones. */
  back(byOutputs: TrainingArray): EncoderGradients;
  /** `encode` and `back` by a device's encodings. */
  gradientsBy(
    encodings: Encodings,
    batch: SequenceBatch,
    embedded: TrainingArray,
    byOutputs: (outputs: TrainingArray) => TrainingArray,
  ): Promise<EncoderGradients>;
}

/** Rows that are scored at a time. */
const SCORED = 256;
const noOptions: HeadOptions = { dropout: 0, labelSmoothing: 0 };

/**
 * Embeddings of terms, what an encoder makes of them, and a softmax, in memory that threads share: what classifiers of sequences
 * compute, in float32 and many times as fast. Rows do not know each other.
 */
export class SequenceScorer {
  readonly weights: Readonly<Record<string, TrainingArray>>;
  readonly encoder: SequenceEncoder;
  readonly head: SoftmaxHead;
  readonly #embedding: TrainingArray;
  /** Numbers of an embedding, filled up. */
  readonly #dim: number;

  /** @param state the weights to begin with */
  constructor(
    private readonly memory: TrainingMemory,
    private readonly state: SequenceModelState,
    options = noOptions,
  ) {
    const { dim, embedding, scores } = state;
    const terms = embedding.length / dim;
    this.#dim = roundedUp(dim);
    this.#embedding = memory.array(resized(embedding, [terms, dim], [terms, this.#dim]));
    this.encoder = state.kind === 'cnn' ? new CnnEncoder(memory, state) : new LstmEncoder(memory, state);
    const [from, to] = this.#groups;
    this.head = new SoftmaxHead(memory, { ...scores, kernel: resized(scores.kernel, from, to) }, options);
    this.weights = { embedding: this.#embedding, ...this.encoder.weights, ...this.head.weights };
  }

  /** The state with a copy of the weights as they are. */
  get learned(): SequenceModelState {
    const { dim, embedding } = this.state;
    const terms = embedding.length / dim;
    const { kernel, bias } = this.head.layer;
    const [from, to] = this.#groups;
    return {
      ...this.state,
      ...this.encoder.learned,
      embedding: resized(this.#embedding.values, [terms, this.#dim], [terms, dim]),
      scores: { kernel: resized(kernel, to, from), bias },
    } as SequenceModelState;
  }

  /** The embeddings of a batch's terms, row-major; valid until the next ones. */
  embed({ terms }: SequenceBatch): TrainingArray {
    const dim = this.#dim;
    const embedded = this.memory.workspace.numbers('embedded', dim * terms.length);
    const { values } = this.#embedding;
    terms.forEach((term, i) => {
      embedded.values.set(values.subarray(term * dim, (term + 1) * dim), i * dim);
    });
    return embedded;
  }

  /** Class probabilities, row-major [rows, classes]. */
  probabilities(sequences: Csr): Float64Array {
    const { classes } = this.state;
    const batches = new SequenceBatches(sequences);
    const every = allBelow(sequences.rows);
    const out = new Float64Array(sequences.rows * classes);
    for (let from = 0; from < sequences.rows; from += SCORED) {
      const batch = batches.batch(every.subarray(from, from + SCORED));
      const logits = this.head.logits(this.encoder.encode(batch, this.embed(batch)));
      const count = logits.length / batch.rows.length;
      batch.rows.forEach((r, i) => {
        const own = logits.subarray(i * count, (i + 1) * count);
        classProbabilities(own, out, r * classes);
      });
    }
    return out;
  }

  /** The kernel of the last layer as the state has it, and filled up: a row for each group of outputs. */
  get #groups(): [from: [number, number], to: [number, number]] {
    const [groups, each] = this.encoder.outputs;
    const columns = this.state.scores.bias.length;
    return [
      [groups, each * columns],
      [groups, roundedUp(each) * columns],
    ];
  }
}
