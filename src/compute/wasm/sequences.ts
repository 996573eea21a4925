import type { Csr } from '../../sparse/csr.js';
import { byFallingKey } from '../../sparse/sort.js';

/** Some rows of terms in their order, as the kernels of sequences take them. */
export interface SequenceBatch {
  /** The rows by falling length. */
  rows: Uint32Array;
  /** How many terms each has. */
  lengths: Uint32Array;
  /** Where the terms of each begin; one more than there are rows. */
  starts: Uint32Array;
  /** Row behind row, the terms as places in `terms`. */
  tokens: Uint32Array;
  /** The different terms, in the order they are met. */
  terms: Uint32Array;
}

/** Makes batches of the rows of a matrix whose columns stand in the order of a text. */
export class SequenceBatches {
  /** For each term one more than its place in the batch, or 0. */
  readonly #places: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #longest: number;

  constructor(private readonly sequences: Csr) {
    const { indptr } = sequences;
    this.#places = new Uint32Array(sequences.cols);
    this.#lengths = new Uint32Array(sequences.rows).map((_, r) => indptr[r + 1]! - indptr[r]!);
    this.#longest = this.#lengths.reduce((longest, length) => Math.max(longest, length), 0);
  }

  batch(chosen: Uint32Array): SequenceBatch {
    const { indptr, indices } = this.sequences;
    const rows = byFallingKey(chosen, this.#lengths, this.#longest);
    const lengths = rows.map((r) => this.#lengths[r]!);
    const starts = new Uint32Array(rows.length + 1);
    for (let i = 0; i < rows.length; i++) starts[i + 1] = starts[i]! + lengths[i]!;
    const tokens = new Uint32Array(starts[rows.length]!);
    const terms = new Uint32Array(Math.min(tokens.length, this.sequences.cols));
    let [count, next] = [0, 0];
    for (const r of rows) {
      for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
        const term = indices[p]!;
        if (this.#places[term] === 0) {
          terms[count] = term;
          this.#places[term] = ++count;
        }
        tokens[next++] = this.#places[term]! - 1;
      }
    }
    for (let i = 0; i < count; i++) this.#places[terms[i]!] = 0;
    return { rows, lengths, starts, tokens, terms: terms.subarray(0, count) };
  }
}

/** Adds row i of these [rows, columns] to row `places[i]` of others. */
export function addRows(rows: Float32Array, places: Uint32Array, to: Float32Array, columns: number): void {
  for (let i = 0; i < places.length; i++) {
    let [from, at] = [i * columns, places[i]! * columns];
    for (const end = from + columns; from < end; from++, at++) to[at]! += rows[from]!;
  }
}

/** `addRows` of the squares of these. */
export function addSquares(rows: Float32Array, places: Uint32Array, to: Float32Array, columns: number): void {
  for (let i = 0; i < places.length; i++) {
    let [from, at] = [i * columns, places[i]! * columns];
    for (const end = from + columns; from < end; from++, at++) to[at]! += rows[from]! ** 2;
  }
}
