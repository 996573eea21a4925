import type * as tfjs from '@tensorflow/tfjs-core';
import { tensorConvolutions } from './convolutions.js';
import { tensorLstm } from './lstm.js';
import type { SparseOperations, Tf } from './sparse.js';
import type { SequenceBatch } from './wasm/sequences.js';

/** The weights of a pass of a long short-term memory, or the gradient by them; gates in the order input, forget, cell, output. */
export interface LstmPassArrays {
  /** [dim, 4 · units]. */
  kernel: Float32Array;
  /** [units, 4 · units]. */
  recurrent: Float32Array;
  /** [4 · units]. */
  bias: Float32Array;
}

/** The weights of convolutions, or the gradient by them. */
export interface ConvolutionArrays {
  /** [places · filters, dim], places of one width behind those of another. */
  kernel: Float32Array;
  /** [widths · filters]. */
  bias: Float32Array;
}

/** Some sequences, and the embeddings of the batch's terms: [terms, dim]. */
export interface EmbeddedBatch {
  batch: SequenceBatch;
  embedded: Float32Array;
}

/** From outputs [sequences, outputs] to the gradient by them. */
export type ByOutputs = (outputs: Float32Array) => Float32Array;

/**
 * What the encoders of models of sequences ask of a device: outputs for each sequence, and from the gradient by these the gradients
 * by the embedding of each token [tokens, dim] and by the weights. They leave no tensor behind.
 */
export interface Encodings {
  /** The last states of a long short-term memory, or of two side by side, of which the second goes backwards. */
  lstm(
    given: EmbeddedBatch,
    passes: readonly LstmPassArrays[],
    byOutputs: ByOutputs,
  ): Promise<{ byTokens: Float32Array; passes: LstmPassArrays[] }>;
  /** The largest outcome of each filter over windows of these widths, 0 where it is below. */
  convolutions(
    given: EmbeddedBatch,
    widths: readonly number[],
    weights: ConvolutionArrays,
    byOutputs: ByOutputs,
  ): Promise<{ byTokens: Float32Array } & ConvolutionArrays>;
}

/** What encodings are made of. */
export interface TensorOperations extends Readonly<SparseOperations> {
  readonly tf: Tf;
  read(tensor: tfjs.Tensor): Promise<tfjs.TypedArray>;
}

/** Encodings by operations of TensorFlow.js, with gradients written out. */
export const tensorEncodings = (operations: TensorOperations): Encodings => ({
  lstm: (...given) => tensorLstm(operations, ...given),
  convolutions: (...given) => tensorConvolutions(operations, ...given),
});
