/** How the vectors of a text's words become one. */
export const poolings = ['mean', 'tfidf', 'sif'] as const;
export type Pooling = (typeof poolings)[number];

/**
 * The weighted mean of word vectors: Σ c·w·v over the sum of the weights c·w, or for `sif` over the number of words Σ c
 * (Arora et al. 2017, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings"). It is summed in float64 in the order
 * in which words are added, and used for one text after the other.
 */
export class Pooler {
  readonly #sum: Float64Array;
  #total = 0;

  constructor(
    dim: number,
    private readonly pooling: Pooling,
  ) {
    this.#sum = new Float64Array(dim);
  }

  /** Adds a word that the text has `count` times, of a weight above 0. Its vector begins at `at`. */
  add(count: number, weight: number, vectors: Float32Array, at: number): void {
    const factor = count * weight;
    this.#total += this.pooling === 'sif' ? count : factor;
    const sum = this.#sum;
    let d = 0;
    for (; d + 4 <= sum.length; d += 4) {
      sum[d]! += factor * vectors[at + d]!;
      sum[d + 1]! += factor * vectors[at + d + 1]!;
      sum[d + 2]! += factor * vectors[at + d + 2]!;
      sum[d + 3]! += factor * vectors[at + d + 3]!;
    }
    for (; d < sum.length; d++) sum[d]! += factor * vectors[at + d]!;
  }

  /** Writes the mean into `row`; false where no word was added, which leaves it as it is. */
  take(row: Float32Array): boolean {
    if (this.#total === 0) return false;
    for (let d = 0; d < row.length; d++) row[d] = this.#sum[d]! / this.#total;
    this.#sum.fill(0);
    this.#total = 0;
    return true;
  }
}

/** What the weights of `sif` fall off with: a / (a + p), where p is a word's share of all words. */
const SIF_A = 1e-3;

/** What an occurrence of a word weighs that so many of `rows` rows have, and that is so many of all `tokens` words. */
export const wordWeights = {
  mean: () => 1,
  // of scikit-learn's smooth kind, so that words of no row have one
  tfidf: ({ rows }, documents) => Math.log((1 + rows) / (1 + documents)) + 1,
  sif: ({ tokens }, _documents, occurrences) => SIF_A / (SIF_A + occurrences / tokens),
} as const satisfies Record<
  Pooling,
  (all: { rows: number; tokens: number }, documents: number, occurrences: number) => number
>;

/** What pooled rows undergo before a model takes them. */
export interface RowScaling {
  /** The direction that is taken out of every row, of length 1; empty where none is. */
  component: Float64Array;
  /** What is subtracted from each column then, and what it is multiplied with. */
  shift: Float64Array;
  scale: Float64Array;
}

/** Columns that vary by less than this share of what the numbers of the rows are have rounding in them and nothing else. */
const ROUNDING = 1e-6;

/**
 * Learns the scaling of rows [rows, dim] from those that are `used`: each column gets the mean 0 and the variance 1 (one
 * that does not vary, 0 throughout). Penalties and first weights of networks expect that; see bench/README.md.
 */
export function scalingOf(
  rows: Float32Array,
  used: Uint8Array,
  dim: number,
  removesComponent: boolean,
): RowScaling {
  const component = removesComponent ? firstComponent(rows, used, dim) : new Float64Array(0);
  const row = new Float64Array(dim);
  const mean = new Float64Array(dim);
  const squares = new Float64Array(dim);
  let count = 0;
  let all = 0;
  for (let r = 0; r < used.length; r++) {
    if (used[r] === 0) continue;
    count++;
    without(component, rows, r * dim, row);
    for (let d = 0; d < dim; d++) {
      all += rows[r * dim + d]! ** 2;
      // Welford's way, which loses no digits where the mean is large
      const delta = row[d]! - mean[d]!;
      mean[d]! += delta / count;
      squares[d]! += delta * (row[d]! - mean[d]!);
    }
  }
  const least = ROUNDING ** 2 * (all / dim);
  const scale = squares.map((sum) => (sum > least ? Math.sqrt(count / sum) : 0));
  return { component, shift: mean, scale };
}

/** Brings a pooled row, which begins at `from`, to what a model takes. */
export function scaleRow(
  rows: Float32Array,
  from: number,
  { component, shift, scale }: RowScaling,
  values: Float32Array,
  to: number,
): void {
  const row = new Float64Array(shift.length);
  without(component, rows, from, row);
  for (let d = 0; d < row.length; d++) values[to + d] = (row[d]! - shift[d]!) * scale[d]!;
}

/** A row without its part in the direction of the component. */
function without(component: Float64Array, rows: Float32Array, from: number, out: Float64Array): void {
  for (let d = 0; d < out.length; d++) out[d] = rows[from + d]!;
  if (component.length === 0) return;
  let part = 0;
  for (let d = 0; d < out.length; d++) part += component[d]! * out[d]!;
  for (let d = 0; d < out.length; d++) out[d]! -= part * component[d]!;
}

/** Steps of the power iteration, at the most; the first component of texts stands out, and takes a few. */
const STEPS = 200;
const CLOSE = 1e-12;

/**
 * The first right singular vector of the rows, uncentred, of length 1: by power iteration on XᵀX, from the sum of the
 * rows. It is that to 1e-6 where the second singular value is smaller.
 */
function firstComponent(rows: Float32Array, used: Uint8Array, dim: number): Float64Array {
  let vector = new Float64Array(dim);
  for (let r = 0; r < used.length; r++) {
    if (used[r] === 1) for (let d = 0; d < dim; d++) vector[d]! += rows[r * dim + d]!;
  }
  // rows that sum to nothing
  if (!vector.some((value) => value !== 0)) vector[0] = 1;
  normalize(vector);
  for (let step = 0; step < STEPS; step++) {
    const next = new Float64Array(dim);
    for (let r = 0; r < used.length; r++) {
      if (used[r] === 0) continue;
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += rows[r * dim + d]! * vector[d]!;
      for (let d = 0; d < dim; d++) next[d]! += dot * rows[r * dim + d]!;
    }
    if (!normalize(next)) break;
    const cosine = next.reduce((sum, value, d) => sum + value * vector[d]!, 0);
    vector = next;
    if (1 - cosine < CLOSE) break;
  }
  return vector;
}

/** Brings it to the length 1; false where it is 0. */
function normalize(vector: Float64Array): boolean {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (length === 0) return false;
  for (let d = 0; d < vector.length; d++) vector[d]! /= length;
  return true;
}
