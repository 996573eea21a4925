import type { Csr } from '../../sparse/csr.js';
import { bitsOf, JOBS } from './heap.js';
import { cut, type TrainingArray, Workspace } from './workspace.js';

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

/** Weights of which a batch touches some rows, while all are to step. */
export interface SteppedTable {
  readonly rows: number;
  /** For each row 0, and while a step is made the number of its gradient, from 1. */
  readonly places: number;
  /** The last step in which each row had a gradient; 0 for none. */
  readonly touched: TrainingArray;
}

/** Steps without a gradient after which adam's means are 5e-8 of what they were beside the roots of its squares: (0.9/√0.999)^160. */
const STILL = 160;

/** The optimizers' rules by number, as assembly/jobs.ts has them, and what they take beside the rate. */
const RULES = { adam: 0, sgd: 1, momentum: 2, rmsprop: 3 } as const;
export type UpdateRule = keyof typeof RULES;

/**
 * Where the weights of networks lie while they are trained on the processor: the products of a layer with sparse rows,
 * and the optimizers' steps. Any number of threads computes the same bits.
 */
export class TrainingMemory {
  readonly workspace: Workspace;

  /** Throws `device` where there is no address space for it. */
  constructor(threads: number) {
    this.workspace = new Workspace(threads);
  }

  /** So many zeros. Throws `failed` where 4 GB do not suffice. */
  zeros(length: number): TrainingArray {
    const { heap } = this.workspace;
    const array = this.workspace.array(heap.allocate(4 * length), length);
    array.values.fill(0);
    return array;
  }

  /** These numbers. */
  array(values: Float32Array): TrainingArray {
    return this.workspace.array(this.workspace.heap.place(values), values.length);
  }

  matrix({ indptr, indices, values, cols }: Csr): TrainingMatrix {
    const { heap } = this.workspace;
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
    const at = this.workspace.room('rows', rows);
    const out = this.workspace.room('out', 4 * rows.length * units);
    const places = [indptr, indices, values, kernel.at, at, out];
    this.workspace.rowsTimes(units, rows.length, entriesOf(matrix, rows), places);
    return this.workspace.heap.floats(out, rows.length * units);
  }

  /**
   * The gradient by the kernel of `product`, from the gradient by its outcome (row-major [rows, units]). Valid until the
   * next product.
   */
  touched(matrix: TrainingMatrix, rows: Uint32Array, by: Float32Array, units: number): TouchedGradient {
    const { workspace } = this;
    const { heap } = workspace;
    const { indptr, indices, values, featurePlaces } = matrix.places;
    const entries = entriesOf(matrix, rows);
    const most = Math.min(entries, matrix.features);
    const rowsAt = workspace.room('rows', rows);
    const byAt = workspace.room('by', by);
    const touchedAt = workspace.room('touched', 4 * most);
    const offsets = workspace.room('offsets', 4 * (most + 1));
    const outRows = workspace.room('outRows', 4 * entries);
    const outValues = workspace.room('outValues', 4 * entries);
    const places = [featurePlaces, touchedAt, offsets, outRows, outValues] as const;
    const count = heap.jobs.turnBatch(rows.length, rowsAt, indptr, indices, values, ...places);
    const gradient = workspace.room('gradient', 4 * count * units);
    workspace.rowsTimes(units, count, entries, [offsets, outRows, outValues, byAt, 0, gradient]);
    return {
      rows: heap.integers(touchedAt, count),
      rowsAt: touchedAt,
      gradient: workspace.array(gradient, count * units),
    };
  }

  /** Numbers that are to be a gradient; valid until the next ones of this name. */
  gradient(name: string, values: Float32Array): TrainingArray {
    return this.workspace.array(this.workspace.room(name, values), values.length);
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
    this.workspace.heap.run(JOBS.update, args, blocks);
  }

  /**
   * Where rows of a table are told apart in its steps.
   *
   * @param rows how many it has
   */
  table(rows: number): SteppedTable {
    return { rows, places: this.zeros(rows).at, touched: this.zeros(rows) };
  }

  /**
   * A step for all rows of a table, as if those that were not touched had a gradient of 0. It saves what moves no float32:
   * rows stand still after `STILL` steps in a row without a gradient.
   *
   * @param left the shares of what is kept that a step without a gradient leaves
   * @param t number of the step, from 1
   */
  updateTable(
    rule: UpdateRule,
    weights: TrainingArray,
    kept: readonly TrainingArray[],
    {
      rows,
      gradient,
      squares,
    }: Pick<TouchedGradient, 'rows' | 'gradient'> & { squares?: TrainingArray | undefined },
    numbers: readonly number[],
    table: SteppedTable,
    left: readonly number[],
    t: number,
  ): void {
    const { workspace } = this;
    const width = weights.values.length / table.rows;
    const numberOf = workspace.heap.integers(table.places, table.rows);
    rows.forEach((row, i) => {
      numberOf[row] = i + 1;
    });
    const zeros = workspace.numbers('zeros', width);
    zeros.values.fill(0);
    const { each, blocks } = cut(table.rows, weights.values.length);
    const args = [
      ...[RULES[rule], 4 * width, table.rows, each, weights.at, kept[0]?.at ?? 0, kept[1]?.at ?? 0],
      ...[gradient.at, 0, ...Array.from({ length: 5 }, (_, i) => bitsOf(numbers[i] ?? 0))],
      ...[table.places, table.touched.at, t, STILL, zeros.at],
      ...Array.from({ length: 2 }, (_, i) => bitsOf(Math.log(left[i] ?? 1))),
      squares?.at ?? 0,
    ];
    workspace.heap.run(JOBS.updateTable, args, blocks);
  }

  close(): void {
    this.workspace.heap.close();
  }
}

const entriesOf = ({ indptr }: TrainingMatrix, rows: Uint32Array) =>
  rows.reduce((sum, r) => sum + indptr[r + 1]! - indptr[r]!, 0);
