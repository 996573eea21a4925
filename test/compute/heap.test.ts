import { expect, test } from 'vitest';
import { JOBS, SharedHeap } from '../../src/compute/wasm/heap.js';
import { MaasError } from '../../src/errors.js';

const ROWS = 2000;

/** Rows with one number each, times a matrix of one row, each row a block; `column` is that of the last. */
function multiplyRows(heap: SharedHeap, column: number): Float32Array {
  const offsets = heap.place(Uint32Array.from({ length: ROWS + 1 }, (_, i) => i));
  const columns = heap.place(new Uint32Array(ROWS).fill(column, ROWS - 1));
  const values = heap.place(Float32Array.from({ length: ROWS }, (_, i) => i));
  const dense = heap.place(new Float32Array(1024).fill(2));
  const out = heap.allocate(4 * 1024 * ROWS);
  heap.run(JOBS.rows, [1024, ROWS, 1, offsets, columns, values, dense, 0, out], ROWS);
  const found = Float32Array.from({ length: ROWS }, (_, r) => heap.floats(out + 4096 * r, 1)[0]!);
  heap.free(offsets, columns, values, dense, out);
  return found;
}

test('a thread beside that fails is an error, not a wait without an end', async () => {
  let told: unknown;
  // the last block is now this thread's, now the other's
  for (let i = 0; i < 200 && !(told instanceof MaasError); i++) {
    const heap = SharedHeap.open(2);
    try {
      expect(multiplyRows(heap, 0)[ROWS - 1]).toBe(2 * (ROWS - 1));
      // until the thread is there
      await new Promise((resolve) => setTimeout(resolve, 20 + i));
      multiplyRows(heap, 1 << 19);
      expect.unreachable('what lies outside of the memory was read');
    } catch (error) {
      told = error;
      expect((error as Error).message).toMatch(/memory access out of bounds/);
    } finally {
      heap.close();
    }
  }
  expect(told).toMatchObject({
    code: 'failed',
    message: 'a thread that computes beside has failed: memory access out of bounds',
    hint: '--threads 1 does without it',
  });
});
