import { allBelow } from '../../sparse/sort.js';
import { JOBS } from './heap.js';
import type { Matrix } from './matmul.js';
import type { SequenceBatch } from './sequences.js';
import type { TrainingArray, Workspace } from './workspace.js';

/** Sequences of a block on the way there, filters of one on the way back, and bytes of embeddings of another. */
const SEQUENCES = 8;
const FILTERS = 8;
const COLUMNS = 64;

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
    workspace.heap.run(
      JOBS.convolve,
      this.#args(projections.at, 4 * this.places * this.filters, bias.at, out),
      blocks,
    );
    return out;
  }

  /**
   * The gradients by the embedding of each token [tokens, dim], by the kernel [places · filters, dim] that projected them, and
   * by the bias, from that by the outcomes; valid until the next ones. Only the windows of the largest outcomes have any.
   */
  back(
    embedded: Matrix,
    kernel: TrainingArray,
    byOutcomes: TrainingArray,
  ): { byTokens: TrainingArray; byKernel: TrainingArray; byBias: TrainingArray } {
    const { workspace, widths, filters } = this;
    const { columns: dim } = embedded;
    const tokens = this.#batch!.tokens.length;
    const byKernel = workspace.numbers('gradient.kernel', kernel.values.length);
    const byBias = workspace.numbers('gradient.bias', widths.length * filters);
    const args = this.#args(embedded.at, 4 * dim, byBias.at, byOutcomes);
    workspace.heap.run(JOBS.convolveBack, [...args, byKernel.at], (widths.length * filters) / FILTERS);
    const byTokens = workspace.numbers('byTokens', tokens * dim);
    const places = workspace.room('convolutions.own', allBelow(tokens));
    const ofTokens = this.#args(byTokens.at, 4 * dim, byBias.at, byOutcomes).with(4, places);
    const blocks = Math.ceil((4 * dim) / COLUMNS);
    workspace.heap.run(JOBS.convolveBackTokens, [...ofTokens, kernel.at, tokens, COLUMNS], blocks);
    return { byTokens, byKernel, byBias };
  }

  /** @param rowBytes of what stands at `rows`: projections, embeddings or their gradient */
  #args(rows: number, rowBytes: number, bias: number, outcomes: TrainingArray): number[] {
    const { workspace, widths, filters } = this;
    const { rows: sequences, lengths, starts, tokens } = this.#batch!;
    const room = (name: string, content: number | Uint32Array) =>
      workspace.room(`convolutions.${name}`, content);
    return [
      ...[
        filters,
        sequences.length,
        room('lengths', lengths),
        room('starts', starts),
        room('tokens', tokens),
      ],
      ...[rows, widths.length, room('widths', widths), rowBytes, bias, outcomes.at],
      room('places', 4 * outcomes.values.length),
    ];
  }
}
