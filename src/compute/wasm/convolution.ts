import { JOBS } from './heap.js';
import type { SequenceBatch } from './sequences.js';
import type { TrainingArray, Workspace } from './workspace.js';

/** Sequences of a block on the way there, and filters of one on the way back, as assembly/convolution.ts has them. */
const SEQUENCES = 8;
const FILTERS = 8;

/**
 * Convolutions over the sequences of a batch, of which it remembers what the way back needs: `back` belongs to the
 * `largest` before it.
 */
export class Convolutions {
  #batch: SequenceBatch | undefined;

  /**
   * @param widths how many terms the windows hold
   * @param filters of each width, a multiple of eight
   */
  constructor(
    private readonly workspace: Workspace,
    private readonly widths: Uint32Array,
    private readonly filters: number,
  ) {}

  /** Places in windows of all widths, each of which has a projection for each filter. */
  get places(): number {
    return this.widths.reduce((sum, width) => sum + width, 0);
  }

  /**
   * For each sequence the largest outcome of each filter, 0 if it is below: [sequences, widths · filters].
   *
   * @param projections what each of the batch's terms adds at each place of a window: [terms, places · filters]
   * @param bias [widths · filters]
   */
  largest(batch: SequenceBatch, projections: TrainingArray, bias: TrainingArray): TrainingArray {
    this.#batch = batch;
    const { workspace } = this;
    const out = workspace.numbers('convolved', batch.rows.length * this.widths.length * this.filters);
    const blocks = Math.ceil(batch.rows.length / SEQUENCES);
    workspace.heap.run(JOBS.convolve, this.#args(projections.at, bias.at, out), blocks);
    return out;
  }

  /** The gradients by the projections and the bias, from that by the outcomes; valid until the next ones. */
  back(byOutcomes: TrainingArray): { byProjections: TrainingArray; byBias: TrainingArray } {
    const { workspace, widths, filters } = this;
    const terms = this.#batch!.terms.length;
    const byProjections = workspace.numbers('byProjections', terms * this.places * filters);
    const byBias = workspace.numbers('gradient.bias', widths.length * filters);
    const args = this.#args(byProjections.at, byBias.at, byOutcomes);
    workspace.heap.run(JOBS.convolveBack, [...args, terms], (widths.length * filters) / FILTERS);
    return { byProjections, byBias };
  }

  #args(projections: number, bias: number, outcomes: TrainingArray): number[] {
    const { workspace, widths, filters } = this;
    const { rows, lengths, starts, tokens } = this.#batch!;
    const room = (name: string, content: number | Uint32Array) =>
      workspace.room(`convolutions.${name}`, content);
    return [
      ...[filters, rows.length, room('lengths', lengths), room('starts', starts), room('tokens', tokens)],
      ...[projections, widths.length, room('widths', widths), 4 * this.places * filters, bias, outcomes.at],
      room('places', 4 * outcomes.values.length),
    ];
  }
}
