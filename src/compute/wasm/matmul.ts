import { JOBS, MOST_BLOCKS } from './heap.js';
import type { TrainingArray, Workspace } from './workspace.js';

/** A matrix in memory: where its first number is, and how many numbers it is from one row, and one column, to the next. */
export interface Matrix {
  at: number;
  rows: number;
  columns: number;
  rowStep: number;
  columnStep: number;
}

/** Numbers row by row, of so many columns. */
export const matrixOf = ({ at, values }: TrainingArray, columns: number): Matrix => ({
  at,
  rows: values.length / columns,
  columns,
  rowStep: columns,
  columnStep: 1,
});

export const transposed = ({ at, rows, columns, rowStep, columnStep }: Matrix): Matrix => ({
  at,
  rows: columns,
  columns: rows,
  rowStep: columnStep,
  columnStep: rowStep,
});

/** Products that are worth waking other threads for, and that a block then has at the least. */
const WORTH = 1 << 18;
const BLOCK = 1 << 17;
/** Columns that are multiplied at a time, and bytes that a block needs to have them packed. */
export const PANEL = 8;
const PANEL_BYTES = 4 * PANEL * 256;

/**
 * out = A·B, row-major; B has a multiple of eight columns. Rows of `out` begin with zeros, with what they hold (`kept`),
 * or with a row of numbers.
 */
export function multiply(
  workspace: Workspace,
  a: Matrix,
  b: Matrix,
  out: TrainingArray,
  begin: 'zeros' | 'kept' | TrainingArray = 'zeros',
): void {
  if (a.rows === 0) return;
  const panels = b.columns / PANEL;
  const work = a.rows * a.columns * b.columns;
  const most = work < WORTH ? 1 : Math.min(MOST_BLOCKS, Math.ceil(work / BLOCK));
  const each = Math.ceil(panels / most);
  const blocks = Math.ceil(panels / each);
  const first = begin === 'zeros' ? 0 : begin === 'kept' ? 1 : begin.at;
  const steps = ({ rowStep, columnStep }: Matrix) => [4 * rowStep, 4 * columnStep];
  const args = [
    a.rows,
    a.columns,
    b.columns,
    PANEL * each,
    a.at,
    ...steps(a),
    b.at,
    ...steps(b),
    out.at,
    first,
  ];
  workspace.heap.run(JOBS.matmul, [...args, workspace.room('panels', PANEL_BYTES * blocks)], blocks);
}

/** A matrix with a multiple of eight columns, packed into panels; valid until the next one of this name. */
export function packed(
  workspace: Workspace,
  name: string,
  { at, rows, columns, rowStep, columnStep }: Matrix,
): number {
  const out = workspace.room(name, 4 * rows * columns);
  workspace.heap.jobs.packPanels(rows, columns, at, 4 * rowStep, 4 * columnStep, out);
  return out;
}
