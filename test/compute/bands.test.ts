import { expect, test } from 'vitest';
import { openLinearDevice } from '../../src/compute/index.js';
import { bandsOf } from '../../src/compute/wasm/bands.js';
import { SharedHeap } from '../../src/compute/wasm/heap.js';
import { seededRandom } from '../../src/random.js';
import { type Csr, rowsOf, sourceOf, transpose } from '../../src/sparse/csr.js';
import { close, lossOf } from '../support/reference-kernels.js';

const COLS = 40;

/** Rows of few columns, of which the last ones stand at the end of the rows only, so that bands lack some. */
function randomRows(rows: number, seed: number): Csr {
  const random = seededRandom(seed);
  const indptr = [0];
  const indices: number[] = [];
  for (let r = 0; r < rows; r++) {
    const last = r > 0.9 * rows ? COLS : COLS - 5;
    for (let c = 0; c < last; c++) if (random() < 0.1) indices.push(c);
    indptr.push(indices.length);
  }
  return {
    rows,
    cols: COLS,
    indptr: Uint32Array.from(indptr),
    indices: Uint32Array.from(indices),
    values: Float32Array.from(indices, () => random() - 0.5),
  };
}

test('bands hold the transposes of all rows, a part each', () => {
  const rows = 600_001;
  const matrix = randomRows(rows, 1);
  const nonZeros = matrix.values.length;
  const heap = SharedHeap.open(2);
  const placed = {
    indptr: heap.place(matrix.indptr),
    indices: heap.place(matrix.indices),
    values: heap.place(matrix.values),
  };
  const bands = bandsOf(heap, { ...placed, rows, cols: COLS, nonZeros }, 1, true);
  expect(bands.length).toBe(3);
  let next = 0;
  for (const { first, rows, transposed } of bands) {
    expect(first).toBe(next);
    next += rows;
    const expected = transpose(
      rowsOf(
        matrix,
        Uint32Array.from({ length: rows }, (_, r) => first + r),
      ),
    );
    const held = expected.values.length;
    expect(heap.integers(transposed.indptr, COLS + 1)).toEqual(expected.indptr);
    expect(heap.integers(transposed.indices, held)).toEqual(expected.indices);
    expect(heap.floats(transposed.values, held)).toEqual(expected.values);
  }
  expect(next).toBe(rows);
  heap.close();
});

test.each([2, 3, 20, 37])(
  'the loss of %s classes over several bands, on any number of threads',
  async (classes) => {
    const columns = classes === 2 ? 1 : classes;
    const rows = Math.ceil(600_000 / columns);
    const features = randomRows(rows, classes);
    const random = seededRandom(2);
    const problem = {
      features: sourceOf(features),
      labels: Int32Array.from({ length: rows }, () => Math.floor(classes * random())),
      weights: Float64Array.from({ length: rows }, () => 0.5 + random()),
      classes,
      penalties: Float32Array.from({ length: COLS }, () => random() / 10),
    };
    const w = Float32Array.from({ length: COLS * columns }, () => 4 * random() - 2);
    const computed = async (threads: number) => {
      const device = await openLinearDevice('wasm', undefined, threads);
      const loss = device.loss(problem);
      const x = loss.from(w);
      const gradient = loss.space.zeros();
      // what stood in the gradient before says nothing
      await loss.evaluate(gradient, gradient);
      const value = await loss.evaluate(x, gradient);
      const found = { value, gradient: await loss.read(gradient) };
      device.close();
      return found;
    };
    const one = await computed(1);
    for (const threads of [2, 3]) expect(await computed(threads)).toEqual(one);
    const { labels, weights, penalties } = problem;
    const expected = lossOf(features, labels, weights, columns, penalties, w);
    expect(one.value).toBeCloseTo(expected.value, 5);
    close(one.gradient, expected.gradient, 1e-5);
  },
);
