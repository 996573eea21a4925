import { readFileSync } from 'node:fs';
import type { Csr } from '../sparse/csr.js';
import { sharedF32, sharedU32 } from '../sparse/shared.js';
import { type CountedRows, visitEntries } from './counted-rows.js';
import type { WeightOptions } from './tfidf.js';

/** The functions of assembly/rows.ts; pointers are byte offsets into its memory. */
interface Rows {
  memory: WebAssembly.Memory;
  start(columns: number, sublinearTf: boolean, norm: number): void;
  columnsFor(nodes: number): number;
  idfAt(): number;
  reserve(rows: number, length: number): void;
  nodesAt(): number;
  countsAt(): number;
  rowLengthsAt(): number;
  weighRows(rows: number): number;
}

/** Entries of rows that go through WebAssembly at a time, unless a single row is longer. */
const BATCH = 1 << 16;

const norms = { none: 0, l1: 1, l2: 2 } as const;

let compiled: WebAssembly.Module | undefined;

/** Makes feature rows of counted terms, as `weigh` does, in WebAssembly. */
export class RowWeigher {
  readonly #rows: Rows;

  /** `idf` holds the inverse document frequency of each column. */
  constructor(
    private readonly idf: Float64Array,
    { sublinearTf, norm }: WeightOptions,
  ) {
    compiled ??= new WebAssembly.Module(
      readFileSync(new URL('../../dist/features/rows.wasm', import.meta.url)),
    );
    const instance = new WebAssembly.Instance(compiled, { env: { log: Math.log } });
    const rows = instance.exports as unknown as Rows;
    this.#rows = rows;
    rows.start(idf.length, sublinearTf, norms[norm]);
    new Float64Array(rows.memory.buffer, rows.idfAt() >>> 0, idf.length).set(idf);
  }

  /** Says which column each node has (NONE: it has none), from the node `first` on. */
  setColumns(first: number, columns: Uint32Array): void {
    const at = this.#rows.columnsFor(first + columns.length) >>> 0;
    new Uint32Array(this.#rows.memory.buffer, at + 4 * first, columns.length).set(columns);
  }

  /** The feature rows of these rows, in this order; in memory that threads share if `sharing`. */
  weigh(counted: CountedRows, chosen: Uint32Array, sharing = false): Csr {
    const { length } = counted.rows;
    let most = 0;
    for (let i = 0; i < chosen.length; i++) most += length[chosen[i]!]!;
    const u32 = sharing ? sharedU32 : (length: number) => new Uint32Array(length);
    const f32 = sharing ? sharedF32 : (length: number) => new Float32Array(length);
    const indptr = u32(chosen.length + 1);
    const indices = u32(most);
    const values = f32(most);
    let made = 0;
    for (let from = 0; from < chosen.length; ) {
      let to = from;
      let entries = 0;
      while (to < chosen.length && (to === from || entries + length[chosen[to]!]! <= BATCH)) {
        entries += length[chosen[to++]!]!;
      }
      this.#fill(counted, chosen.subarray(from, to), entries);
      const rows = this.#rows;
      const count = rows.weighRows(to - from);
      const { buffer } = rows.memory;
      indices.set(new Uint32Array(buffer, rows.nodesAt() >>> 0, count), made);
      values.set(new Float32Array(buffer, rows.countsAt() >>> 0, count), made);
      const lengths = new Uint32Array(buffer, rows.rowLengthsAt() >>> 0, to - from);
      for (let i = 0; i < lengths.length; i++) indptr[from + i + 1] = indptr[from + i]! + lengths[i]!;
      made += count;
      from = to;
    }
    // terms that have no column took room, too
    const whole = made === most;
    return {
      rows: chosen.length,
      cols: this.idf.length,
      indptr,
      indices: whole ? indices : copied(indices, u32(made)),
      values: whole ? values : copied(values, f32(made)),
    };
  }

  /** Brings the entries of some rows to where `weighRows` expects them. */
  #fill(counted: CountedRows, chosen: Uint32Array, entries: number): void {
    const wasm = this.#rows;
    wasm.reserve(chosen.length, entries);
    const { buffer } = wasm.memory;
    const nodes = new Uint32Array(buffer, wasm.nodesAt() >>> 0, entries);
    const counts = new Uint32Array(buffer, wasm.countsAt() >>> 0, entries);
    const lengths = new Uint32Array(buffer, wasm.rowLengthsAt() >>> 0, chosen.length);
    for (let i = 0; i < chosen.length; i++) lengths[i] = counted.rows.length[chosen[i]!]!;
    let filled = 0;
    visitEntries(counted, chosen, (chunk, from, to) => {
      nodes.set(chunk.nodes.subarray(from, to), filled);
      counts.set(chunk.counts.subarray(from, to), filled);
      filled += to - from;
    });
  }
}

/** As many numbers as there is room for. */
function copied<T extends Uint32Array | Float32Array>(numbers: T, room: T): T {
  room.set(numbers.subarray(0, room.length));
  return room;
}
