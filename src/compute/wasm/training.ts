import type { Csr } from '../../sparse/csr.js';
import { bitsOf, JOBS, MOST_BLOCKS, SharedHeap } from './heap.js';

/** Numbers that training works on, in memory that threads share; the view stays valid. */
export interface TrainingArray {
  readonly at: number;
  readonly values: Float32Array;
}

/** A sparse matrix in that memory, of which a batch of rows is used at a time. */
export interface TrainingMatrix {
  readonly features: number;
  readonly indptr: Uint32Array;
  readonly places: { indptr: number; indices: number; values: number; featurePlaces: number };
}

/** The gradient by a kernel of the features that a batch touched: a row of `values` for each of `rows`. */
export interface TouchedGradient {
  readonly rows: Uint32Array;
  readonly gradient: TrainingArray;
  readonly rowsAt: number;
}

/** The optimizers' rules by number, as assembly/jobs.ts has them, and what they take beside the rate. */
const RULES = { adam: 0, sgd: 1, momentum: 2, rmsprop: 3 } as const;
export type UpdateRule = keyof typeof RULES;

/**
 * Where the weights of networks lie while they are trained on the processor: the products of a layer with sparse rows,
 * and the optimizers' steps. Any number of threads computes the same bits.
 */
export class TrainingMemory {
  readonly #heap: SharedHeap;
  /** Rooms for what a batch needs, by name; larger ones are made when needed. */
  readonly #rooms = new Map<string, { at: number; bytes: number }>();

  /** Throws `device` where there is no address space for it. */
  constructor(threads: number) {
    this.#heap = SharedHeap.open(threads);
  }

  /** So many zeros. Throws `failed` where 4 GB do not suffice. */
  zeros(length: number): TrainingArray {
    const array = this.#array(this.#heap.allocate(4 * length), length);
    array.values.fill(0);
    return array;
  }

  /** These numbers. */
  array(values: Float32Array): TrainingArray {
    return this.#array(this.#heap.place(values), values.length);
  }

  matrix({ indptr, indices, values, cols }: Csr): TrainingMatrix {
    const heap = this.#heap;
    const places = {
      indptr: heap.place(indptr),
      indices: heap.place(indices),
      values: heap.place(values),
      featurePlaces: this.zeros(cols).at,
    };
    return { features: cols, indptr, places };
  }

  /** These rows of the matrix times a kernel with so many units: row-major [rows, units], valid until the next product. */
  product(matrix: TrainingMatrix, rows: Uint32Array, kernel: TrainingArray, units: number): Float32Array {
    const { indptr, indices, values } = matrix.places;
    const at = this.#room('rows', rows);
    const out = this.#room('out', 4 * rows.length * units);
    this.#rowsTimes(units, rows.length, entriesOf(matrix, rows), [
      indptr,
      indices,
      values,
      kernel.at,
      at,
      out,
    ]);
    return this.#heap.floats(out, rows.length * units);
  }

  /**
   * The gradient by the kernel of `product`, from the gradient by its outcome (row-major [rows, units]). Valid until the
   * next product.
   */
  touched(matrix: TrainingMatrix, rows: Uint32Array, by: Float32Array, units: number): TouchedGradient {
    const heap = this.#heap;
    const { indptr, indices, values, featurePlaces } = matrix.places;
    const entries = entriesOf(matrix, rows);
    const most = Math.min(entries, matrix.features);
    const rowsAt = this.#room('rows', rows);
    const byAt = this.#room('by', by);
    const touchedAt = this.#room('touched', 4 * most);
    const offsets = this.#room('offsets', 4 * (most + 1));
    const outRows = this.#room('outRows', 4 * entries);
    const outValues = this.#room('outValues', 4 * entries);
    const places = [featurePlaces, touchedAt, offsets, outRows, outValues] as const;
    const count = heap.jobs.turnBatch(rows.length, rowsAt, indptr, indices, values, ...places);
    const gradient = this.#room('gradient', 4 * count * units);
    this.#rowsTimes(units, count, entries, [offsets, outRows, outValues, byAt, 0, gradient]);
    return {
      rows: heap.integers(touchedAt, count),
      rowsAt: touchedAt,
      gradient: this.#array(gradient, count * units),
    };
  }

  /** Numbers that are to be a gradient; valid until the next ones of this name. */
  gradient(name: string, values: Float32Array): TrainingArray {
    return this.#array(this.#room(name, values), values.length);
  }

  /**
   * A step of an optimizer, for the rows of the weights that were touched, or for all. `numbers` are the rate, and what the rule takes: for
   * adam the factor that weights are kept with, β₁, β₂ and ε; for momentum its decay; for rmsprop ρ and ε.
   */
  update(
    rule: UpdateRule,
    weights: TrainingArray,
    kept: readonly TrainingArray[],
    { gradient, rows, rowsAt }: Pick<TouchedGradient, 'gradient'> & Partial<TouchedGradient>,
    numbers: readonly number[],
  ): void {
    const count = rows?.length ?? 1;
    if (count === 0) return;
    const width = gradient.values.length / count;
    const { each, blocks } = cut(count, gradient.values.length);
    const places = [weights.at, kept[0]?.at ?? 0, kept[1]?.at ?? 0, gradient.at, rowsAt ?? 0];
    const args = [RULES[rule], 4 * width, count, each, ...places, ...numbers.map(bitsOf)];
    this.#heap.run(JOBS.update, args, blocks);
  }

  close(): void {
    this.#heap.close();
  }

  /** @param entries of these rows together */
  #rowsTimes(units: number, rows: number, entries: number, places: number[]): void {
    if (rows === 0) return;
    const { each, blocks } = cut(rows, entries * units);
    this.#heap.run(JOBS.rows, [units, rows, each, ...places], blocks);
  }

  #array(at: number, length: number): TrainingArray {
    return { at, values: this.#heap.floats(at, length) };
  }

  /** Room for a purpose, with these numbers in it. */
  #room(name: string, content: number | Float32Array | Uint32Array): number {
    const bytes = typeof content === 'number' ? content : content.byteLength;
    const found = this.#rooms.get(name);
    let at = found?.at ?? 0;
    if (!found || found.bytes < bytes) {
      if (found) this.#heap.free(found.at);
      at = this.#heap.allocate(2 * bytes);
      this.#rooms.set(name, { at, bytes: 2 * bytes });
    }
    if (content instanceof Float32Array) this.#heap.floats(at, content.length).set(content);
    else if (content instanceof Uint32Array) this.#heap.integers(at, content.length).set(content);
    return at;
  }
}

const entriesOf = ({ indptr }: TrainingMatrix, rows: Uint32Array) =>
  rows.reduce((sum, r) => sum + indptr[r + 1]! - indptr[r]!, 0);

/** Numbers that are worth waking other threads for, and that a block then has at the least. */
const WORTH = 1 << 19;
const BLOCK = 1 << 15;

/** How many rows a block works on, and how many blocks there are, where all rows together are so much work. */
function cut(rows: number, work: number): { each: number; blocks: number } {
  if (work < WORTH) return { each: rows, blocks: 1 };
  const each = Math.max(1, Math.ceil((rows * BLOCK) / work), Math.ceil(rows / MOST_BLOCKS));
  return { each, blocks: Math.ceil(rows / each) };
}
