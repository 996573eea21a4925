import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Device, openDevice, type tf } from '../../src/compute/index.js';
import type { Csr } from '../../src/sparse/csr.js';

/** Every device computes the sparse operations and their gradients like a float64 reference. */
const matrices = fc
  .record({
    rows: fc.integer({ min: 0, max: 12 }),
    cols: fc.integer({ min: 1, max: 9 }),
    k: fc.integer({ min: 1, max: 40 }),
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
      for (let c = 0; c < cols; c++) if (random() < density) indices.push(c);
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

function multiply(a: Csr, b: Float32Array, k: number, adjoint: boolean): Float64Array {
  const out = new Float64Array((adjoint ? a.cols : a.rows) * k);
  for (let r = 0; r < a.rows; r++) {
    for (let p = a.indptr[r]!; p < a.indptr[r + 1]!; p++) {
      const [to, from] = adjoint ? [a.indices[p]!, r] : [r, a.indices[p]!];
      for (let c = 0; c < k; c++) out[to * k + c]! += a.values[p]! * b[from * k + c]!;
    }
  }
  return out;
}

function crossEntropy(logits: Float32Array, labels: Int32Array, k: number) {
  const loss: number[] = [];
  const gradient: number[] = [];
  for (let r = 0; r < labels.length; r++) {
    const own = logits.subarray(r * k, (r + 1) * k);
    const z = k === 1 ? [0, own[0]!] : [...own];
    const max = Math.max(...z);
    const total = z.reduce((sum, v) => sum + Math.exp(v - max), 0);
    loss.push(Math.log(total) + max - z[labels[r]!]!);
    const p = z.map((v, c) => Math.exp(v - max) / total - (c === labels[r] ? 1 : 0));
    gradient.push(...(k === 1 ? [p[1]!] : p));
  }
  return { loss, gradient };
}

function close(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(found[i]! - expected[i]!)).toBeLessThan(1e-5 * scale);
  }
}

describe.each(['wasm', 'cpu'] as const)('%s', (name) => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice(name);
  });

  test('sparse product, its transpose, and the gradient', () => {
    fc.assert(
      fc.property(matrices, ({ a, k, b, dy }) => {
        const { tf, sparseTensor, sparseMatMul, disposeSparse } = device;
        const before = tf.memory().numTensors;
        const matrix = sparseTensor(a);
        const run = (make: () => Float32Array) => {
          let out = new Float32Array();
          tf.tidy(() => {
            out = make() as Float32Array<ArrayBuffer>;
          });
          return out;
        };
        close(
          run(() => sparseMatMul(matrix, tf.tensor2d(b, [a.cols, k])).dataSync() as Float32Array),
          multiply(a, b, k, false),
        );
        close(
          run(() => sparseMatMul(matrix, tf.tensor2d(dy, [a.rows, k]), true).dataSync() as Float32Array),
          multiply(a, dy, k, true),
        );
        close(
          run(() => {
            const grad = tf.grad((x: tf.Tensor) => sparseMatMul(matrix, x as never));
            return grad(tf.tensor2d(b, [a.cols, k]), tf.tensor2d(dy, [a.rows, k])).dataSync() as Float32Array;
          }),
          multiply(a, dy, k, true),
        );
        disposeSparse(matrix);
        expect(tf.memory().numTensors).toBe(before);
      }),
      { numRuns: 150 },
    );
  });

  test('cross-entropy and its gradient', () => {
    fc.assert(
      fc.property(matrices, ({ a, k, logits, labels }) => {
        fc.pre(a.rows > 0);
        const { tf, sparseCrossEntropy } = device;
        const expected = crossEntropy(logits, labels, k);
        tf.tidy(() => {
          const z = tf.tensor2d(logits, [a.rows, k]);
          const classes = tf.tensor1d(labels, 'int32');
          const { loss, backprop } = sparseCrossEntropy(z, classes);
          close(loss.dataSync(), expected.loss);
          close(backprop.dataSync(), expected.gradient);
          const weights = tf.tensor1d(Float32Array.from(labels, (_, r) => r + 1));
          const grad = tf.grad((x: tf.Tensor) => sparseCrossEntropy(x as never, classes).loss);
          close(
            grad(z, weights).dataSync(),
            expected.gradient.map((g, i) => g * (Math.floor(i / k) + 1)),
          );
        });
      }),
      { numRuns: 150 },
    );
  });

  test('vectors', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40_000 }), fc.integer(), (n, seed) => {
        const { tf } = device;
        const space = device.vectors(n);
        const at = (k: number) =>
          Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * (k + 1) + seed)));
        const plain = [at(0), at(1), at(2)];
        const [a, b, c] = plain.map((values) => tf.tensor1d(values.slice())) as [
          tf.Tensor1D,
          tf.Tensor1D,
          tf.Tensor1D,
        ];
        const upTo = Math.ceil(n / 2);
        const product = (x: Float32Array, y: Float32Array) =>
          x.subarray(0, upTo).reduce((sum, value, i) => sum + value * y[i]!, 0);
        const expected = [a, b].flatMap((_, i) => plain.map((y) => product(plain[i]!, y)));
        const found = space.dots([a, b], [a, b, c], upTo);
        for (let i = 0; i < 6; i++)
          expect(Math.abs(found[i]! - expected[i]!)).toBeLessThan(1e-5 * upTo + 1e-6);
        expect(space.maxAbs(b)).toBeCloseTo(
          plain[1]!.reduce((max, value) => Math.max(max, Math.abs(value)), 0),
          6,
        );
        space.combine(c, [2, 0.5, -1], [a, c, b], upTo);
        close(
          c.dataSync(),
          plain[2]!.map((value, i) => (i < upTo ? 2 * plain[0]![i]! + 0.5 * value - plain[1]![i]! : value)),
        );
        const out = space.zeros();
        space.combine(out, [3], [a]);
        close(
          out.dataSync(),
          plain[0]!.map((value) => 3 * value),
        );
        tf.dispose([a, b, c, out]);
      }),
      { numRuns: 40 },
    );
  });

  test('logits far apart neither overflow nor vanish', () => {
    const { tf, sparseCrossEntropy } = device;
    tf.tidy(() => {
      const { loss, backprop } = sparseCrossEntropy(
        tf.tensor2d([1000, -1000, 0, 0, 500, -500, 300, 80], [2, 4]),
        tf.tensor1d([1, 0], 'int32'),
      );
      close(loss.dataSync(), [2000, 0]);
      expect(backprop.dataSync().every(Number.isFinite)).toBe(true);
      const binary = sparseCrossEntropy(tf.tensor2d([800, -800], [2, 1]), tf.tensor1d([0, 0], 'int32'));
      close(binary.loss.dataSync(), [800, 0]);
      close(binary.backprop.dataSync(), [1, 0]);
    });
  });
});

test('a device that is not there is an error, never another device', async () => {
  await expect(openDevice('cuda')).rejects.toMatchObject({ code: 'device' });
});

test('a product with the wrong shape is an error', async () => {
  const { tf, sparseTensor, sparseMatMul, disposeSparse } = await openDevice('wasm');
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
