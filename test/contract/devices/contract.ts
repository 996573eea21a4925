import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Device, DeviceVector, tf } from '../../../src/compute/index.js';
import { type Csr, sourceOf, transpose } from '../../../src/sparse/csr.js';
import { close, crossEntropy, lossOf, multiply } from '../../support/reference-kernels.js';

/** Sparse matrices with empty rows and columns and repeated columns, and dense operands for them. */
const matrices = fc
  .record({
    rows: fc.integer({ min: 0, max: 12 }),
    cols: fc.integer({ min: 1, max: 9 }),
    k: fc.integer({ min: 1, max: 130 }),
    seed: fc.integer(),
    density: fc.constantFrom(0, 0.1, 0.5, 1),
  })
  .map(({ rows, cols, k, seed, density }) => {
    let state = seed | 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return (state >>> 0) / 2 ** 32;
    };
    const indptr = [0];
    const indices: number[] = [];
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < cols; c++) if (random() < density) indices.push(c, ...(random() < 0.1 ? [c] : []));
      indptr.push(indices.length);
    }
    const values = Float32Array.from(indices, () => random() * 4 - 2);
    const a: Csr = {
      rows,
      cols,
      indptr: Uint32Array.from(indptr),
      indices: Uint32Array.from(indices),
      values,
    };
    const dense = (n: number) => Float32Array.from({ length: n }, () => random() * 6 - 3);
    const classes = Math.max(k, 2);
    const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
    return {
      a,
      k,
      b: dense(cols * k),
      dy: dense(rows * k),
      logits: dense(rows * k).map((z) => z * 10),
      labels,
    };
  });

/** The same matrix with rising columns in each row. */
const sortedColumns = (a: Csr): Csr => transpose(transpose(a));

/** What every device does: the sparse operations, their gradients and its vectors, like a float64 reference. */
export function deviceContract(
  device: Device,
  { tolerance = 1e-5, runs = 150 }: { tolerance?: number; runs?: number } = {},
): void {
  const { tf, sparseTensor, sparseMatMul, sparseCrossEntropy, disposeSparse } = device;

  /** The values of the tensors that `make` returns; frees them and everything it made beside. */
  async function run(make: () => tf.Tensor[]): Promise<Float32Array[]> {
    const tensors = tf.tidy(make);
    const values = await Promise.all(tensors.map((tensor) => tensor.data()));
    tf.dispose(tensors);
    return values as Float32Array[];
  }

  describe(`${device.name} (${device.facts.adapter}${device.facts.software ? ', software' : ''})`, () => {
    const before = tf.memory().numTensors;
    test('sparse product, its transpose, and the gradient', async () => {
      await fc.assert(
        fc.asyncProperty(matrices, async ({ a, k, b, dy }) => {
          const matrix = sparseTensor(a);
          const [product, transposed, gradient] = await run(() => {
            const grad = tf.grad((x: tf.Tensor) => sparseMatMul(matrix, x as never));
            return [
              sparseMatMul(matrix, tf.tensor2d(b, [a.cols, k])),
              sparseMatMul(matrix, tf.tensor2d(dy, [a.rows, k]), true),
              grad(tf.tensor2d(b, [a.cols, k]), tf.tensor2d(dy, [a.rows, k])),
            ];
          });
          close(product!, multiply(a, b, k, false), tolerance);
          close(transposed!, multiply(a, dy, k, true), tolerance);
          close(gradient!, multiply(a, dy, k, true), tolerance);
          disposeSparse(matrix);
          expect(tf.memory().numTensors).toBe(before);
        }),
        { numRuns: runs },
      );
    });

    test('long rows', async () => {
      const n = 20_000;
      const a: Csr = {
        rows: 2,
        cols: n,
        indptr: Uint32Array.of(0, n, n),
        indices: Uint32Array.from({ length: n }, (_, i) => i),
        values: Float32Array.from({ length: n }, (_, i) => Math.sin(i)),
      };
      const b = Float32Array.from({ length: 3 * n }, (_, i) => Math.cos(i));
      const matrix = sparseTensor(a);
      const [product] = await run(() => [sparseMatMul(matrix, tf.tensor2d(b, [n, 3]))]);
      disposeSparse(matrix);
      close(product!, multiply(a, b, 3, false), 1e-4);
    });

    test('cross-entropy and its gradient', async () => {
      await fc.assert(
        fc.asyncProperty(matrices, async ({ a, k, logits, labels }) => {
          fc.pre(a.rows > 0);
          const expected = crossEntropy(logits, labels, k);
          const [loss, backprop, gradient] = await run(() => {
            const z = tf.tensor2d(logits, [a.rows, k]);
            const classes = tf.tensor1d(labels, 'int32');
            const weights = tf.tensor1d(Float32Array.from(labels, (_, r) => r + 1));
            const grad = tf.grad((x: tf.Tensor) => sparseCrossEntropy(x as never, classes).loss);
            const { loss, backprop } = sparseCrossEntropy(z, classes);
            return [loss, backprop, grad(z, weights)];
          });
          close(loss!, expected.loss, tolerance);
          close(backprop!, expected.gradient, tolerance);
          close(
            gradient!,
            expected.gradient.map((g, i) => g * (Math.floor(i / k) + 1)),
            tolerance,
          );
          expect(tf.memory().numTensors).toBe(before);
        }),
        { numRuns: runs },
      );
    });

    test('vectors', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 40_000 }), fc.integer(), async (n, seed) => {
          const space = device.vectors(n);
          const at = (k: number) =>
            Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * (k + 1) + seed)));
          const plain = [at(0), at(1), at(2)];
          const vectors = plain.map((values) => space.from(values));
          const [a, b, c] = vectors as [DeviceVector, DeviceVector, DeviceVector];
          const product = (x: Float32Array, y: Float32Array) =>
            x.reduce((sum, value, i) => sum + value * y[i]!, 0);
          const expected = [a, b].flatMap((_, i) => plain.map((y) => product(plain[i]!, y)));
          close(await space.dots([a, b], [a, b, c]), expected, tolerance);
          const largest = plain[1]!.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
          expect(await space.maxAbs(b)).toBeCloseTo(largest, 6);
          space.combine(c, [2, 0.5, -1], [a, c, b]);
          close(
            await space.read(c),
            plain[2]!.map((value, i) => 2 * plain[0]![i]! + 0.5 * value - plain[1]![i]!),
            tolerance,
          );
          const out = space.zeros();
          space.multiply(out, a, b);
          close(
            await space.read(out),
            plain[0]!.map((value, i) => value * plain[1]![i]!),
            tolerance,
          );
          space.combine(out, [3], [a]);
          close(
            await space.read(out),
            plain[0]!.map((value) => 3 * value),
            tolerance,
          );
          // one, two and four at a time
          space.combine(out, [1, 2, 3, 4, 5, 6, 7], [a, b, b, a, a, b, a]);
          close(
            await space.read(out),
            plain[0]!.map((value, i) => 17 * value + 11 * plain[1]![i]!),
            10 * tolerance,
          );
          for (const vector of [...vectors, out]) vector.dispose();
          expect(tf.memory().numTensors).toBe(before);
        }),
        { numRuns: Math.ceil(runs / 4) },
      );
    });

    test('loss of a linear model, and its gradient', async () => {
      const problems = fc.record({
        matrix: matrices,
        classes: fc.integer({ min: 2, max: 23 }),
        weighted: fc.boolean(),
        seed: fc.integer(),
      });
      await fc.assert(
        fc.asyncProperty(problems, async ({ matrix: { a }, classes, weighted, seed }) => {
          fc.pre(a.rows > 0);
          const features = sortedColumns(a);
          const number = (i: number) => Math.fround(Math.sin(i * 1.7 + seed));
          const labels = Int32Array.from({ length: a.rows }, (_, r) => Math.abs(seed + r) % classes);
          const weights = Float64Array.from(labels, (_, r) => (weighted ? 0.5 + (r % 3) : 1));
          const penalties = Float32Array.from({ length: a.cols }, (_, j) => (j % 4) / 8);
          const columns = classes === 2 ? 1 : classes;
          const w = Float32Array.from({ length: a.cols * columns }, (_, i) => number(i));
          const loss = device.loss({ features: sourceOf(features), labels, weights, classes, penalties });
          // the parameters' layout is the device's affair: their values come in feature by feature
          const x = loss.space.zeros();
          for (let j = 0; j < a.cols; j++) {
            const one = new Float64Array(a.cols);
            one[j] = w[j * columns]!;
            const vector = loss.perFeature(one);
            loss.space.combine(x, [1, 1], [x, vector]);
            vector.dispose();
            w.fill(w[j * columns]!, j * columns, (j + 1) * columns);
          }
          const { value, gradient } = lossOf(features, labels, weights, columns, penalties, w);
          const out = loss.space.zeros();
          expect(Math.abs((await loss.evaluate(x, out)) - value)).toBeLessThan(
            tolerance * Math.max(1, value),
          );
          close(await loss.read(x), w, tolerance);
          close(await loss.read(out), gradient, tolerance);
          for (const vector of [x, out]) vector.dispose();
          loss.dispose();
          expect(tf.memory().numTensors).toBe(before);
        }),
        { numRuns: Math.ceil(runs / 2) },
      );
    });

    test('logits far apart neither overflow nor vanish', async () => {
      const [loss, backprop, binaryLoss, binaryBackprop] = await run(() => {
        const wide = sparseCrossEntropy(
          tf.tensor2d([1000, -1000, 0, 0, 500, -500, 300, 80], [2, 4]),
          tf.tensor1d([1, 0], 'int32'),
        );
        const binary = sparseCrossEntropy(tf.tensor2d([800, -800], [2, 1]), tf.tensor1d([0, 0], 'int32'));
        return [wide.loss, wide.backprop, binary.loss, binary.backprop];
      });
      close(loss!, [2000, 0], tolerance);
      close(backprop!, [1, -1, 0, 0, 0, 0, 0, 0], tolerance);
      close(binaryLoss!, [800, 0], tolerance);
      close(binaryBackprop!, [1, 0], tolerance);
    });

    test('a product with the wrong shape is an error', () => {
      const matrix = sparseTensor({
        rows: 1,
        cols: 3,
        indptr: Uint32Array.of(0, 0),
        indices: new Uint32Array(),
        values: new Float32Array(),
      });
      tf.tidy(() => {
        expect(() => sparseMatMul(matrix, tf.zeros([2, 2]))).toThrow('expected B with 3 rows');
      });
      disposeSparse(matrix);
    });
  });
}
