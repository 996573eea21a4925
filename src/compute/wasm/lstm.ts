import { JOBS } from './heap.js';
import { type Matrix, matrixOf, multiply, packed, transposed } from './matmul.js';
import { addRows, type SequenceBatch } from './sequences.js';
import type { TrainingArray, Workspace } from './workspace.js';

/** Sequences of a block, as assembly/lstm.ts has it. */
const SEQUENCES = 8;

/**
 * A long short-term memory going through the sequences of a batch, forwards or backwards: by steps of a block of
 * sequences, each of which a thread works on. What it remembers of the way there is taken for the way back, so that
 * `back` belongs to the `last` before it.
 */
export class LstmPass {
  #batch: SequenceBatch | undefined;
  /** Of the batch: the first row of each block, and the term of each row, a row being a step of a sequence. */
  #starts = new Uint32Array(0);
  #tokens = new Uint32Array(0);
  /** Where each row's token stands in the batch. */
  #positions = new Uint32Array(0);

  /**
   * @param name of this pass among those of the workspace
   * @param units a multiple of eight
   */
  constructor(
    private readonly workspace: Workspace,
    private readonly name: string,
    private readonly units: number,
    private readonly backwards: boolean,
  ) {}

  /**
   * Each sequence's last state.
   *
   * @param projections what each of the batch's terms adds to the gates, bias included: [terms, 4 · units]
   * @param recurrent kernel [units, 4 · units]
   * @param states to be written: [sequences, units]
   */
  last(batch: SequenceBatch, projections: TrainingArray, recurrent: TrainingArray, states: Matrix): void {
    this.#batch = batch;
    this.#layOut(batch);
    const panels = packed(this.workspace, 'lstm.panels', matrixOf(recurrent, 4 * this.units));
    this.#run(JOBS.lstmForward, projections.at, panels, states, 0);
  }

  /**
   * The gradients by the projections and by the recurrent kernel, from the gradient by the last states; valid until the next
   * ones of this pass.
   */
  back(
    recurrent: TrainingArray,
    byStates: Matrix,
  ): { byProjections: TrainingArray; byRecurrent: TrainingArray } {
    const { workspace, units, name } = this;
    const batch = this.#batch!;
    const turned = transposed(matrixOf(recurrent, 4 * units));
    const panels = packed(workspace, 'lstm.panels', turned);
    const scratch = workspace.room('lstm.scratch', 8 * units * SEQUENCES * this.#blocks);
    this.#run(JOBS.lstmBackward, 0, panels, byStates, scratch);
    const steps = this.#tokens.length;
    const gates = workspace.numbers(`${name}.gates`, 4 * units * steps);
    const states = workspace.numbers(`${name}.states`, units * steps);
    const byRecurrent = workspace.numbers(`${name}.byRecurrent`, 4 * units * units);
    multiply(workspace, transposed(matrixOf(states, units)), matrixOf(gates, 4 * units), byRecurrent);
    return { byProjections: this.#byTerm(batch.terms.length, gates), byRecurrent };
  }

  /**
   * Adds to the gradients by the embeddings of the batch's tokens [tokens, dim], after `back`.
   *
   * @param kernel that projects embeddings, turned round: [4 · units, dim]
   */
  addByTokens(kernel: Matrix, byTokens: TrainingArray): void {
    const { workspace, units, name } = this;
    const dim = kernel.columns;
    const gates = workspace.numbers(`${name}.gates`, 4 * units * this.#tokens.length);
    const rows = workspace.numbers('lstm.byRows', dim * this.#tokens.length);
    multiply(workspace, matrixOf(gates, 4 * units), kernel, rows);
    addRows(rows.values, this.#positions, byTokens.values, dim);
  }

  get #blocks(): number {
    return Math.ceil(this.#batch!.rows.length / SEQUENCES);
  }

  #run(job: number, projections: number, panels: number, states: Matrix, scratch: number): void {
    const { workspace, units, name } = this;
    const { lengths } = this.#batch!;
    const steps = this.#tokens.length;
    const room = (of: string, content: number | Uint32Array) => workspace.room(`${name}.${of}`, content);
    const rows = (of: string, each: number) => room(of, 4 * each * steps);
    const args = [
      ...[units, lengths.length, room('lengths', lengths), room('starts', this.#starts)],
      ...[room('tokens', this.#tokens), projections, panels],
      ...[rows('gates', 4 * units), rows('states', units), rows('cells', units), rows('tanhs', units)],
      ...[states.at, 4 * states.rowStep, scratch],
    ];
    workspace.heap.run(job, args, this.#blocks);
  }

  /** Numbers the steps: block by block, of each block step by step, of each step the sequences that have it. */
  #layOut({ lengths, starts, tokens }: SequenceBatch): void {
    this.#starts = new Uint32Array(this.#blocks);
    this.#tokens = new Uint32Array(tokens.length);
    this.#positions = new Uint32Array(tokens.length);
    let next = 0;
    for (let block = 0; block < this.#starts.length; block++) {
      const first = block * SEQUENCES;
      let end = Math.min(first + SEQUENCES, lengths.length);
      this.#starts[block] = next;
      for (let step = 0; step < lengths[first]!; step++) {
        while (lengths[end - 1]! <= step) end--;
        for (let i = first; i < end; i++) {
          const at = this.backwards ? starts[i + 1]! - 1 - step : starts[i]! + step;
          this.#positions[next] = at;
          this.#tokens[next++] = tokens[at]!;
        }
      }
    }
  }

  /** Sums of the rows of each term. */
  #byTerm(terms: number, gates: TrainingArray): TrainingArray {
    const { workspace, units, name } = this;
    const tokens = this.#tokens;
    const offsets = new Uint32Array(terms + 1);
    for (const term of tokens) offsets[term + 1]!++;
    for (let term = 0; term < terms; term++) offsets[term + 1]! += offsets[term]!;
    const next = offsets.slice(0, terms);
    const rows = new Uint32Array(tokens.length);
    for (let row = 0; row < tokens.length; row++) rows[next[tokens[row]!]!++] = row;
    const out = workspace.numbers(`${name}.byProjections`, 4 * units * terms);
    const ones = workspace.room('ones', new Float32Array(tokens.length).fill(1));
    const places = [
      workspace.room('offsets', offsets),
      workspace.room('outRows', rows),
      ones,
      gates.at,
      0,
      out.at,
    ];
    workspace.rowsTimes(4 * units, terms, tokens.length, places);
    return out;
  }
}
