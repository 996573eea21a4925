import type * as tfjs from '@tensorflow/tfjs-core';
import type { ByOutputs, EmbeddedBatch, LstmPassArrays, TensorOperations } from './encodings.js';
import { readPacked } from './packed.js';
import type { SparseTensor, Tf } from './sparse.js';
import { addRows, type SequenceBatch } from './wasm/sequences.js';

type Matrix = tfjs.Tensor2D;

/** What the way back needs of each step: t of the gates (see below), cells and their tanh, states. */
type Kept = Record<'gates' | 'cells' | 'tanhs' | 'states', Matrix[]>;

/** `Encodings.lstm`. A step takes the sequences that have it, which are the first ones, and no others. */
export async function tensorLstm(
  operations: TensorOperations,
  { batch, embedded }: EmbeddedBatch,
  passes: readonly LstmPassArrays[],
  byOutputs: ByOutputs,
): Promise<{ byTokens: Float32Array; passes: LstmPassArrays[] }> {
  const { tf } = operations;
  const units = passes[0]!.bias.length / 4;
  const sequences = batch.lengths.length;
  if (batch.tokens.length === 0) {
    byOutputs(new Float32Array(sequences * passes.length * units));
    return { byTokens: new Float32Array(0), passes: passes.map(zerosLike) };
  }
  const made = passes.map((weights, i) => new TensorPass(operations, batch, weights, i === 1));
  const terms = tf.tensor2d(embedded, [batch.terms.length, embedded.length / batch.terms.length]);
  try {
    const [outputs] = await readPacked(operations, () => [
      tf.concat(
        made.map((pass) => pass.last(terms)),
        1,
      ),
    ]);
    const by = byOutputs(outputs!);
    const found = await readPacked(operations, () => {
      const byStates = tf.tensor2d(by, [sequences, passes.length * units]);
      return made.flatMap((pass, i) =>
        pass.back(terms, tf.slice(byStates, [0, i * units], [sequences, units])),
      );
    });
    const dim = embedded.length / batch.terms.length;
    const byTokens = new Float32Array(batch.tokens.length * dim);
    const ofPasses = made.map((pass, i): LstmPassArrays => {
      const [byRows, kernel, recurrent, bias] = found.slice(4 * i);
      addRows(byRows!, pass.positions, byTokens, dim);
      return { kernel: kernel!, recurrent: recurrent!, bias: bias! };
    });
    return { byTokens, passes: ofPasses };
  } finally {
    terms.dispose();
    for (const pass of made) pass.dispose();
  }
}

const zerosLike = ({ kernel, recurrent, bias }: LstmPassArrays): LstmPassArrays => ({
  kernel: new Float32Array(kernel.length),
  recurrent: new Float32Array(recurrent.length),
  bias: new Float32Array(bias.length),
});

/**
 * One direction through the sequences of a batch. Rows stand step by step, of each step one for each sequence that has it.
 *
 * All gates are made by one tanh, since σ(z) = ½·tanh(½·z) + ½: with a factor s of ½, or of 1 for the cell's, a gate is
 * s·t + (1 − s), where t = tanh(s·z), and its derivative s²·(1 − t²).
 */
class TensorPass {
  readonly #tf: Tf;
  readonly #units: number;
  /** Where the token of each row stands in the batch. */
  readonly positions: Uint32Array;
  /** How many sequences have each step. */
  readonly #counts: number[];
  /** [rows, terms]: the term of each row. */
  readonly #taken: SparseTensor;
  readonly #kernel: Matrix;
  readonly #recurrent: Matrix;
  readonly #bias: tfjs.Tensor1D;
  readonly #scales: tfjs.Tensor1D;
  #kept: Kept | undefined;

  constructor(
    private readonly operations: TensorOperations,
    private readonly batch: SequenceBatch,
    { kernel, recurrent, bias }: LstmPassArrays,
    backwards: boolean,
  ) {
    const { tf, sparseTensor } = operations;
    const gates = bias.length;
    this.#tf = tf;
    this.#units = gates / 4;
    const { counts, positions } = stepsOf(batch, backwards);
    const terms = positions.map((at) => batch.tokens[at]!);
    this.positions = positions;
    this.#counts = counts;
    this.#taken = sparseTensor({
      rows: terms.length,
      cols: batch.terms.length,
      indptr: Uint32Array.from({ length: terms.length + 1 }, (_, i) => i),
      indices: terms,
      values: new Float32Array(terms.length).fill(1),
    });
    this.#kernel = tf.tensor2d(kernel, [kernel.length / gates, gates]);
    this.#recurrent = tf.tensor2d(recurrent, [this.#units, gates]);
    this.#bias = tf.tensor1d(bias);
    this.#scales = tf.tensor1d(new Float32Array(gates).fill(0.5).fill(1, 2 * this.#units, 3 * this.#units));
  }

  /** The last state of each sequence: [sequences, units], zeros where it is empty. */
  last(terms: Matrix): Matrix {
    const tf = this.#tf;
    const kept: Kept = { gates: [], cells: [], tanhs: [], states: [] };
    const scaled = (z: Matrix): Matrix => tf.mul(z, this.#scales);
    const projections = scaled(tf.add(tf.matMul(terms, this.#kernel), this.#bias));
    const inputs = this.#split(this.operations.sparseMatMul(this.#taken, projections));
    const recurrent = scaled(this.#recurrent);
    const offsets = tf.sub(1, this.#scales);
    this.#counts.forEach((count, step) => {
      const before = (values: Matrix[]) => tf.slice(values[step - 1]!, 0, count);
      const sums = step === 0 ? inputs[0]! : tf.add(inputs[step]!, tf.matMul(before(kept.states), recurrent));
      const gates = tf.tanh<Matrix>(sums as Matrix);
      const [input, forget, candidate, output] = this.#gatesOf(gates, offsets);
      const added = tf.mul<Matrix>(input, candidate);
      const cell = step === 0 ? added : tf.add<Matrix>(tf.mul(forget, before(kept.cells)), added);
      const tanh = tf.tanh(cell);
      kept.gates.push(gates);
      kept.cells.push(cell);
      kept.tanhs.push(tanh);
      kept.states.push(tf.mul(output, tanh));
    });
    for (const tensors of Object.values(kept)) for (const tensor of tensors) tf.keep(tensor);
    this.#kept = kept;
    // those that end last stand first
    const last = kept.states.map((states, step) => {
      const goOn = this.#counts[step + 1] ?? 0;
      return tf.slice(states, goOn, this.#counts[step]! - goOn);
    });
    const empty = this.batch.lengths.length - this.#counts[0]!;
    return tf.concat([...last.reverse(), tf.zeros<tfjs.Rank.R2>([empty, this.#units])]);
  }

  /** The gradients by the embedding of each row, kernel, recurrent kernel and bias, from that by the last states. */
  back(terms: Matrix, byStates: Matrix): tfjs.Tensor[] {
    const tf = this.#tf;
    const { gates: t, cells, tanhs, states } = this.#kept!;
    const all = tf.concat(t);
    const tanh = tf.concat(tanhs);
    const [input, forget, candidate, output] = this.#gatesOf(all, tf.sub(1, this.#scales));
    const slopes = tf.mul(tf.mul(this.#scales, this.#scales), tf.sub(1, tf.square(all)));
    const partners = tf.concat([candidate, this.#before(cells), input, tanh], 1);
    const byGates = this.#split(tf.mul<Matrix>(partners, slopes));
    const byTanh = this.#split(tf.mul<Matrix>(output, tf.sub(1, tf.square(tanh))));
    const kept = this.#split(forget);
    const bySums: Matrix[] = [];
    let [byState, byCell] = [this.#none(0), this.#none(0)];
    for (let step = this.#counts.length - 1; step >= 0; step--) {
      const goOn = this.#counts[step + 1] ?? 0;
      const ending = this.#counts[step]! - goOn;
      if (ending > 0) {
        byState = tf.concat([byState, tf.slice(byStates, goOn, ending)]);
        byCell = tf.concat([byCell, this.#none(ending)]);
      }
      byCell = tf.add(byCell, tf.mul(byState, byTanh[step]!));
      const own = tf.mul<Matrix>(tf.concat([byCell, byCell, byCell, byState], 1), byGates[step]!);
      bySums.push(own);
      byState = tf.matMul(own, this.#recurrent, false, true);
      byCell = tf.mul(byCell, kept[step]!);
    }
    const by = tf.concat(bySums.reverse());
    const byTerms = this.operations.sparseMatMul(this.#taken, by, true);
    return [
      tf.matMul(by, this.#kernel, false, true),
      tf.matMul(terms, byTerms, true),
      tf.matMul(this.#before(states), by, true),
      tf.sum(by, 0),
    ];
  }

  dispose(): void {
    this.operations.disposeSparse(this.#taken);
    this.#tf.dispose([this.#kernel, this.#recurrent, this.#bias, this.#scales]);
    if (this.#kept) this.#tf.dispose(Object.values(this.#kept).flat());
  }

  #none(rows: number): Matrix {
    return this.#tf.zeros([rows, this.#units]);
  }

  #gatesOf(t: Matrix, offsets: tfjs.Tensor): [Matrix, Matrix, Matrix, Matrix] {
    const tf = this.#tf;
    return tf.split<Matrix>(tf.add(tf.mul(t, this.#scales), offsets), 4, 1) as never;
  }

  /** The rows of each step. */
  #split(rows: Matrix): Matrix[] {
    return this.#tf.split(rows, this.#counts);
  }

  /** What each step found: what the one before made, and zeros at first. */
  #before(made: readonly Matrix[]): Matrix {
    const found = this.#counts.slice(1).map((count, i) => this.#tf.slice(made[i]!, 0, count));
    return this.#tf.concat([this.#none(this.#counts[0]!), ...found]);
  }
}

/** How many sequences have each step, and where the token of each row stands. */
function stepsOf({ lengths, starts, tokens }: SequenceBatch, backwards: boolean) {
  const counts: number[] = [];
  const positions = new Uint32Array(tokens.length);
  let count = lengths.length;
  let next = 0;
  for (let step = 0; step < lengths[0]!; step++) {
    while (lengths[count - 1]! <= step) count--;
    counts.push(count);
    for (let i = 0; i < count; i++) {
      positions[next++] = backwards ? starts[i + 1]! - 1 - step : starts[i]! + step;
    }
  }
  return { counts, positions };
}
