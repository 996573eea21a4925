import {
  Convolutions,
  type Encodings,
  matrixOf,
  multiply,
  type SequenceBatch,
  type TrainingArray,
  type TrainingMemory,
  transposed,
} from '../compute/index.js';
import type { CnnState } from './cnn.js';
import { resized, roundedUp } from './resized.js';
import type { EncoderGradients, SequenceEncoder } from './sequence-scorer.js';

/**
 * The largest outcomes of filters over windows of each sequence. Embeddings and filters are filled up with zeros to multiples
 * of eight, which stay zeros.
 */
export class CnnEncoder implements SequenceEncoder {
  /** The kernel is turned round: [places · filters, dim], places of one width behind those of another. */
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
    const rows = this.#convolutions.places * this.#filters;
    const kernel = new Float32Array(rows * this.#dim);
    const bias = new Float32Array(convolutions.length * this.#filters);
    let at = 0;
    convolutions.forEach((own, i) => {
      for (let place = 0; place < own.width; place++, at += this.#filters * this.#dim) {
        const turned = turnedRound(
          own.kernel.subarray(place * dim * filters, (place + 1) * dim * filters),
          filters,
        );
        kernel.set(resized(turned, [filters, dim], [this.#filters, this.#dim]), at);
      }
      bias.set(own.bias, i * this.#filters);
    });
    this.weights = { kernel: memory.array(kernel), bias: memory.array(bias) };
  }

  get learned(): Pick<CnnState, 'convolutions'> {
    const { dim } = this.state;
    const [, filters] = this.outputs;
    const each = this.#filters * this.#dim;
    let at = 0;
    const convolutions = this.#widths.map((width, i) => {
      const kernel = new Float32Array(width * dim * filters);
      for (let place = 0; place < width; place++, at += each) {
        const own = this.weights.kernel.values.subarray(at, at + each);
        const cut = resized(own, [this.#filters, this.#dim], [filters, dim]);
        kernel.set(turnedRound(cut, dim), place * dim * filters);
      }
      const bias = this.weights.bias.values.slice(i * this.#filters, i * this.#filters + filters);
      return { width, kernel, bias };
    });
    return { convolutions };
  }

  encode(batch: SequenceBatch, embedded: TrainingArray): TrainingArray {
    const { workspace } = this.memory;
    const { kernel, bias } = this.weights;
    const columns = this.#convolutions.places * this.#filters;
    this.#embedded = embedded;
    const projections = workspace.numbers('projections', batch.terms.length * columns);
    const columnsOf = transposed(matrixOf(kernel, this.#dim));
    multiply(workspace, matrixOf(embedded, this.#dim), columnsOf, projections);
    return this.#convolutions.largest(batch, projections, bias);
  }

  back(byOutputs: TrainingArray): EncoderGradients {
    const embedded = matrixOf(this.#embedded!, this.#dim);
    const { byTokens, byKernel, byBias } = this.#convolutions.back(embedded, this.weights.kernel, byOutputs);
    const gradients = [
      { name: 'kernel', gradient: byKernel },
      { name: 'bias', gradient: byBias },
    ];
    return { byTokens, gradients };
  }

  async gradientsBy(
    encodings: Encodings,
    batch: SequenceBatch,
    embedded: TrainingArray,
    byOutputs: (outputs: TrainingArray) => TrainingArray,
  ): Promise<EncoderGradients> {
    const { memory } = this;
    const { kernel, bias } = this.weights;
    const found = await encodings.convolutions(
      { batch, embedded: embedded.values },
      this.#widths,
      { kernel: kernel.values, bias: bias.values },
      (outputs) => byOutputs(memory.gradient('convolved', outputs)).values,
    );
    const gradients = (['kernel', 'bias'] as const).map((name) => ({
      name,
      gradient: memory.gradient(`gradient.${name}`, found[name]),
    }));
    return { byTokens: memory.gradient('byTokens', found.byTokens), gradients };
  }
}

/** A row-major matrix of so many columns with rows and columns exchanged. */
function turnedRound(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]!;
  return out;
}
