import {
  type Encodings,
  LstmPass,
  type Matrix,
  matrixOf,
  multiply,
  type SequenceBatch,
  type TrainingArray,
  type TrainingMemory,
  transposed,
} from '../compute/index.js';
import type { LstmState } from './lstm.js';
import { resized, roundedUp } from './resized.js';
import type { EncoderGradients, SequenceEncoder } from './sequence-scorer.js';

/** A matrix with numbers for each gate: so many rows, and 4 · units columns. */
const gatesOf = (values: Float32Array, units: number, rows: readonly [number, number], to: number) => {
  const wide = resized(values, [4 * rows[0], units], [4 * rows[0], to]);
  return resized(wide, [rows[0], 4 * to], [rows[1], 4 * to]);
};

/**
 * The last states of a long short-term memory that goes through each sequence, or of two, of which the second goes
 * backwards. Embeddings and units are filled up with zeros to multiples of eight, which stay zeros: the state of a unit
 * without weights is 0.
 */
export class LstmEncoder implements SequenceEncoder {
  readonly weights: Record<string, TrainingArray> = {};
  readonly #passes: LstmPass[];
  readonly #dim: number;
  readonly #units: number;
  #embedded: TrainingArray | undefined;
  #tokens = 0;

  readonly outputs: readonly [groups: number, each: number];

  /** @param size the weights to begin with, and their sizes */
  constructor(
    private readonly memory: TrainingMemory,
    private readonly size: Pick<LstmState, 'dim' | 'units' | 'passes'>,
  ) {
    const { dim, units, passes } = size;
    this.outputs = [passes.length, units];
    this.#dim = roundedUp(dim);
    this.#units = roundedUp(units);
    passes.forEach(({ kernel, recurrent, bias }, i) => {
      const filled = (values: Float32Array, rows: number, to: number) =>
        memory.array(gatesOf(values, units, [rows, to], this.#units));
      this.weights[`kernel.${i}`] = filled(kernel, dim, this.#dim);
      this.weights[`recurrent.${i}`] = filled(recurrent, units, this.#units);
      this.weights[`bias.${i}`] = filled(bias, 1, 1);
    });
    this.#passes = passes.map((_, i) => new LstmPass(memory.workspace, `lstm.${i}`, this.#units, i === 1));
  }

  get learned(): Pick<LstmState, 'passes'> {
    const { dim, units } = this.size;
    const cut = (name: string, rows: number, from: number) =>
      resized(
        gatesOf(this.weights[name]!.values, this.#units, [from, from], units),
        [from, 4 * units],
        [rows, 4 * units],
      );
    const passes = this.#passes.map((_, i) => ({
      kernel: cut(`kernel.${i}`, dim, this.#dim),
      recurrent: cut(`recurrent.${i}`, units, this.#units),
      bias: cut(`bias.${i}`, 1, 1),
    }));
    return { passes };
  }

  encode(batch: SequenceBatch, embedded: TrainingArray): TrainingArray {
    const { workspace } = this.memory;
    const gates = 4 * this.#units;
    this.#embedded = embedded;
    this.#tokens = batch.tokens.length;
    const out = workspace.numbers('encoded', batch.rows.length * this.#passes.length * this.#units);
    this.#passes.forEach((pass, i) => {
      const projections = workspace.numbers('projections', batch.terms.length * gates);
      const kernel = matrixOf(this.weights[`kernel.${i}`]!, gates);
      multiply(workspace, matrixOf(embedded, this.#dim), kernel, projections, this.weights[`bias.${i}`]!);
      pass.last(batch, projections, this.weights[`recurrent.${i}`]!, this.#statesOf(out, i));
    });
    return out;
  }

  back(byOutputs: TrainingArray): EncoderGradients {
    const { workspace } = this.memory;
    const gates = 4 * this.#units;
    const embedded = matrixOf(this.#embedded!, this.#dim);
    const byTokens = workspace.numbers('byTokens', this.#tokens * this.#dim);
    byTokens.values.fill(0);
    const ones = workspace.numbers('lstm.ones', embedded.rows);
    ones.values.fill(1);
    const gradients = this.#passes.flatMap((pass, i) => {
      const kernel = this.weights[`kernel.${i}`]!;
      const { byProjections, byRecurrent } = pass.back(
        this.weights[`recurrent.${i}`]!,
        this.#statesOf(byOutputs, i),
      );
      const by = matrixOf(byProjections, gates);
      const byKernel = workspace.numbers(`gradient.kernel.${i}`, kernel.values.length);
      multiply(workspace, transposed(embedded), by, byKernel);
      const byBias = workspace.numbers(`gradient.bias.${i}`, gates);
      multiply(workspace, matrixOf(ones, embedded.rows), by, byBias);
      pass.addByTokens(transposed(matrixOf(kernel, gates)), byTokens);
      return [
        { name: `kernel.${i}`, gradient: byKernel },
        { name: `recurrent.${i}`, gradient: byRecurrent },
        { name: `bias.${i}`, gradient: byBias },
      ];
    });
    return { byTokens, gradients };
  }

  async gradientsBy(
    encodings: Encodings,
    batch: SequenceBatch,
    embedded: TrainingArray,
    byOutputs: (outputs: TrainingArray) => TrainingArray,
  ): Promise<EncoderGradients> {
    const { memory } = this;
    const values = (name: string) => this.weights[name]!.values;
    const found = await encodings.lstm(
      { batch, embedded: embedded.values },
      this.#passes.map((_, i) => ({
        kernel: values(`kernel.${i}`),
        recurrent: values(`recurrent.${i}`),
        bias: values(`bias.${i}`),
      })),
      (outputs) => byOutputs(memory.gradient('encoded', outputs)).values,
    );
    const gradients = found.passes.flatMap((pass, i) =>
      Object.entries(pass).map(([of, values]) => {
        const name = `${of}.${i}`;
        return { name, gradient: memory.gradient(`gradient.${name}`, values) };
      }),
    );
    return { byTokens: memory.gradient('byTokens', found.byTokens), gradients };
  }

  /** The columns of a pass, where those of all stand side by side. */
  #statesOf(all: TrainingArray, pass: number): Matrix {
    const columns = this.#passes.length * this.#units;
    return { ...matrixOf(all, columns), at: all.at + 4 * pass * this.#units, columns: this.#units };
  }
}
