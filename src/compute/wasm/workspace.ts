import { JOBS, MOST_BLOCKS, SharedHeap } from './heap.js';

/** Numbers that training works on, in memory that threads share; the view stays valid. */
export interface TrainingArray {
  readonly at: number;
  readonly values: Float32Array;
}

/** A `SharedHeap` with rooms for what a batch needs, which the next batch takes over. */
export class Workspace {
  readonly heap: SharedHeap;
  readonly #rooms = new Map<string, { at: number; bytes: number }>();

  /** Throws `device` where there is no address space for it. */
  constructor(threads: number) {
    this.heap = SharedHeap.open(threads);
  }

  array(at: number, length: number): TrainingArray {
    return { at, values: this.heap.floats(at, length) };
  }

  /** Room for a purpose: so many bytes, or these numbers. Valid until the purpose needs more. */
  room(name: string, content: number | Float32Array | Uint32Array): number {
    const bytes = typeof content === 'number' ? content : content.byteLength;
    const found = this.#rooms.get(name);
    let at = found?.at ?? 0;
    if (!found || found.bytes < bytes) {
      if (found) this.heap.free(found.at);
      at = this.heap.allocate(2 * bytes);
      this.#rooms.set(name, { at, bytes: 2 * bytes });
    }
    if (content instanceof Float32Array) this.heap.floats(at, content.length).set(content);
    else if (content instanceof Uint32Array) this.heap.integers(at, content.length).set(content);
    return at;
  }

  /** Room for so many numbers. */
  numbers(name: string, length: number): TrainingArray {
    return this.array(this.room(name, 4 * length), length);
  }

  /**
   * Sparse rows times a dense matrix with so many columns.
   *
   * @param entries of these rows together
   * @param places offsets, columns, values, the dense matrix, which rows (0: these), out
   */
  rowsTimes(columns: number, rows: number, entries: number, places: readonly number[]): void {
    if (rows === 0) return;
    const { each, blocks } = cut(rows, entries * columns);
    this.heap.run(JOBS.rows, [columns, rows, each, ...places], blocks);
  }
}

/** Numbers that are worth waking other threads for, and that a block then has at the least. */
const WORTH = 1 << 17;
const BLOCK = 1 << 15;

/** How many rows a block works on, and how many blocks there are, where all rows together are so much work. */
export function cut(rows: number, work: number): { each: number; blocks: number } {
  if (work < WORTH) return { each: rows, blocks: 1 };
  const each = Math.max(1, Math.ceil((rows * BLOCK) / work), Math.ceil(rows / MOST_BLOCKS));
  return { each, blocks: Math.ceil(rows / each) };
}
