import {
  Convolutions,
  matrixOf,
  multiply,
  type SequenceBatch,
  type TrainingArray,
  type TrainingMemory,
  transposed,
} from '../compute/index.js';
import { type CnnState, placesBeside } from './cnn.js';
import { resized, roundedUp } from './resized.js';
import type { SequenceEncoder } from './sequence-scorer.js';
import type { Gradient } from './training/network.js';

/**
 * The largest outcomes of filters over windows of each sequence. Embeddings and filters are filled up with zeros to multiples
 * of eight, which stay zeros.
 */
export class CnnEncoder implements SequenceEncoder {
  readonly weights: { kernel: TrainingArray; bias: TrainingArray };
  readonly #convolutions: Convolutions;
  readonly #widths: number[];
  readonly #dim: number;
  readonly #filters: number;
  #embedded: TrainingArray | undefined;

  readonly outputs: readonly [groups: number, each: number];

  /** @param state the weights to begin with, and their sizes */
  constructor(
    private readonly memory: TrainingMemory,
    private readonly state: Pick<CnnState, 'dim' | 'convolutions'>,
  ) {
    const { dim, convolutions } = state;
    const filters = convolutions[0]!.bias.length;
    this.outputs = [convolutions.length, filters];
    this.#dim = roundedUp(dim);
    this.#filters = roundedUp(filters);
    this.#widths = convolutions.map(({ width }) => width);
    this.#convolutions = new Convolutions(memory.workspace, Uint32Array.from(this.#widths), this.#filters);
    const { places } = this.#convolutions;
    const kernel = new Float32Array(places * dim * this.#filters);
    const bias = new Float32Array(this.#widths.length * this.#filters);
    let at = 0;
    convolutions.forEach((own, i) => {
      const rows = own.width * dim;
      kernel.set(resized(own.kernel, [rows, filters], [rows, this.#filters]), at);
      bias.set(own.bias, i * this.#filters);
      at += rows * this.#filters;
    });
    const columns = places * this.#filters;
    const beside = placesBeside(kernel, places, dim, this.#filters);
    this.weights = {
      kernel: memory.array(resized(beside, [dim, columns], [this.#dim, columns])),
      bias: memory.array(bias),
    };
  }

  get learned(): Pick<CnnState, 'convolutions'> {
    const { dim } = this.state;
    const [, filters] = this.outputs;
    const { places } = this.#convolutions;
    // turned round and back it is the same
    const beside = this.weights.kernel.values.subarray(0, dim * places * this.#filters);
    const kernel = placesBeside(beside, dim, places, this.#filters);
    let first = 0;
    const convolutions = this.#widths.map((width, i) => {
      const own = kernel.subarray(first * dim * this.#filters, (first + width) * dim * this.#filters);
      const bias = this.weights.bias.values.slice(i * this.#filters, i * this.#filters + filters);
      first += width;
      return { width, kernel: resized(own, [width * dim, this.#filters], [width * dim, filters]), bias };
    });
    return { convolutions };
  }

  encode(batch: SequenceBatch, embedded: TrainingArray): TrainingArray {
    const { workspace } = this.memory;
    const { kernel, bias } = this.weights;
    const columns = this.#convolutions.places * this.#filters;
    this.#embedded = embedded;
    const projections = workspace.numbers('projections', batch.terms.length * columns);
    multiply(workspace, matrixOf(embedded, this.#dim), matrixOf(kernel, columns), projections);
    return this.#convolutions.largest(batch, projections, bias);
  }

  back(byOutputs: TrainingArray): { byEmbedded: TrainingArray; gradients: Gradient[] } {
    const { workspace } = this.memory;
    const { kernel } = this.weights;
    const columns = this.#convolutions.places * this.#filters;
    const { byProjections, byBias } = this.#convolutions.back(byOutputs);
    const by = matrixOf(byProjections, columns);
    const byKernel = workspace.numbers('gradient.kernel', kernel.values.length);
    multiply(workspace, transposed(matrixOf(this.#embedded!, this.#dim)), by, byKernel);
    const byEmbedded = workspace.numbers('byEmbedded', this.#embedded!.values.length);
    multiply(workspace, by, transposed(matrixOf(kernel, columns)), byEmbedded);
    const gradients = [
      { name: 'kernel', gradient: byKernel },
      { name: 'bias', gradient: byBias },
    ];
    return { byEmbedded, gradients };
  }
}
