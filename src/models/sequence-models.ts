import { columnsFor } from '../compute/index.js';
import type { Random } from '../random.js';
import type { CnnState, Convolution } from './cnn.js';
import { glorotUniform, orthogonal, uniform } from './initializers.js';
import type { LstmState, LstmWeights } from './lstm.js';
import type { SequenceModelState } from './sequence-classifier.js';

/** What models of sequences are made of, named as Keras names it. */
export interface SequenceModelOptions {
  /** Numbers of an embedding. */
  dim: number;
  /** Of the state of a long short-term memory. */
  units: number;
  /** Whether it goes through a text backwards, too. */
  bidirectional: boolean;
  /** Of a convolutional network, for each width of its windows. */
  filters: number;
  kernelSizes: readonly number[];
}

/** Weights to begin with, drawn as Keras draws them. */
type Draw = (
  classes: number,
  embedding: Float32Array,
  options: SequenceModelOptions,
  random: Random,
) => SequenceModelState;

const cnn = (
  classes: number,
  embedding: Float32Array,
  { dim, filters, kernelSizes }: SequenceModelOptions,
  random: Random,
): CnnState => {
  const convolutions = kernelSizes.map((width): Convolution => {
    const limit = Math.sqrt(6 / (width * (dim + filters)));
    return { width, kernel: uniform(width * dim * filters, limit, random), bias: new Float32Array(filters) };
  });
  const scores = lastLayer(kernelSizes.length * filters, classes, random);
  return { kind: 'cnn', classes, dim, embedding, convolutions, scores };
};

const lstm = (
  classes: number,
  embedding: Float32Array,
  { dim, units, bidirectional }: SequenceModelOptions,
  random: Random,
): LstmState => {
  const passes = Array.from({ length: bidirectional ? 2 : 1 }, (): LstmWeights => {
    const kernel = glorotUniform(dim, 4 * units, random);
    const recurrent = orthogonal(units, 4 * units, random);
    // what it has remembered is kept at first (Gers et al. 2000)
    const bias = new Float32Array(4 * units).fill(1, units, 2 * units);
    return { kernel, recurrent, bias };
  });
  const scores = lastLayer(passes.length * units, classes, random);
  return { kind: 'lstm', classes, dim, units, embedding, passes, scores };
};

const lastLayer = (inputs: number, classes: number, random: Random) => {
  const columns = columnsFor(classes);
  return { kernel: glorotUniform(inputs, columns, random), bias: new Float32Array(columns) };
};

/** How the weights of each model of sequences are drawn. */
export const draws = { cnn, lstm } as const satisfies Record<SequenceModelState['kind'], Draw>;
export type SequenceKind = keyof typeof draws;
