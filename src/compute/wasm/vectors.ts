import type { DeviceVector, VectorSpace } from '../vectors.js';
import { bitsOf, JOBS, MOST_BLOCKS, type SharedHeap } from './heap.js';

/** A vector in shared memory. */
export class HeapVector implements DeviceVector {
  constructor(
    private readonly heap: SharedHeap,
    readonly at: number,
  ) {}

  dispose(): void {
    this.heap.free(this.at);
  }
}

/** Bytes of each vector that a thread takes at a time, at the least. */
const BLOCK = 1 << 16;
/** Elements of vectors that are worth starting threads for. */
const HEAVY = 1 << 18;

/** The vectors of a length in shared memory, worked on by all of its threads. */
export function heapVectors(heap: SharedHeap, length: number): VectorSpace<HeapVector> {
  const bytes = 4 * length;
  const block = Math.max(BLOCK, Math.ceil(bytes / MOST_BLOCKS / 64) * 64);
  const blocks = Math.ceil(bytes / block);
  const heavy = length >= HEAVY;
  const run = (job: number, args: readonly number[]) => heap.run(job, [bytes, block, ...args], blocks, heavy);
  /** Does a job with lists of numbers, which are freed again. */
  const withLists = <T>(lists: readonly (Uint32Array | Float32Array)[], work: (...at: number[]) => T): T => {
    const places = lists.map((list) => heap.place(list));
    try {
      return work(...places);
    } finally {
      heap.free(...places);
    }
  };
  const placesOf = (vectors: readonly HeapVector[]) => Uint32Array.from(vectors, ({ at }) => at);
  return {
    length,
    zeros() {
      const at = heap.allocate(bytes);
      heap.floats(at, length).fill(0);
      return new HeapVector(heap, at);
    },
    from: (values) => new HeapVector(heap, heap.place(values)),
    read: async ({ at }) => heap.floats(at, length).slice(),

    async dots(left, right) {
      const pairs = left.length * right.length;
      const sums = heap.allocate(8 * pairs * blocks);
      try {
        withLists([placesOf(left), placesOf(right)], (lefts, rights) =>
          run(JOBS.dots, [lefts, left.length, rights, right.length, sums]),
        );
        const out = new Float64Array(pairs);
        heap.doubles(sums, pairs * blocks).forEach((sum, i) => {
          out[i % pairs]! += sum;
        });
        return out;
      } finally {
        heap.free(sums);
      }
    },

    combine(out, weights, vectors) {
      const own = vectors.indexOf(out);
      const others = vectors.filter((_, i) => i !== own);
      const factors = Float32Array.from(weights.filter((_, i) => i !== own));
      const scale = own < 0 ? 0 : weights[own]!;
      withLists([placesOf(others), factors], (places, factorsAt) =>
        run(JOBS.combine, [out.at, bitsOf(scale), places, factorsAt, others.length]),
      );
    },

    multiply: (out, a, b) => run(JOBS.multiply, [out.at, a.at, b.at]),

    async maxAbs({ at }) {
      const maxima = heap.allocate(8 * blocks);
      try {
        run(JOBS.maxAbs, [at, maxima]);
        return Math.max(0, ...heap.doubles(maxima, blocks));
      } finally {
        heap.free(maxima);
      }
    },
  };
}
