import type * as tfjs from '@tensorflow/tfjs-core';
import { seededRandom } from '../random.js';
import { type Csr, sourceOf } from '../sparse/csr.js';
import type { Device } from './device.js';

/** How fast a device computes. */
export interface Throughput {
  /** 10⁹ floating point operations a second in a product of square float32 matrices. */
  denseGflops: number;
  /** Non-zeros a second in products of a sparse matrix and of its transpose with `SPARSE_COLUMNS` dense columns. */
  sparseNonZeros: number;
  /** Elements a second of what L-BFGS does with its vectors in an iteration: 63 scalar products, 21 sums. */
  vectorElements: number;
}

export const SPARSE_COLUMNS = 8;

/** Measures a device for about a second, most of it in rounds that double in size until one is long enough. */
export async function measure(device: Device, seconds = 0.4): Promise<Throughput> {
  return {
    denseGflops: (await fastest((size) => denseRound(device, 64 * size), seconds)) / 1e9,
    sparseNonZeros: await fastest((size) => sparseRound(device, 500 * size ** 2), seconds),
    vectorElements: await fastest((size) => vectorRound(device, 5000 * size), seconds),
  };
}

/** Work and time of a round. */
interface Round {
  work: number;
  seconds: number;
}

/** The most work a second of all rounds; sizes double while the time lasts. */
async function fastest(round: (size: number) => Promise<Round>, seconds: number): Promise<number> {
  const end = performance.now() + 1000 * seconds;
  let best = 0;
  let size = 1;
  do {
    const { work, seconds: took } = await round(size);
    best = Math.max(best, work / took);
    // a size doubled is up to eight times the work
    if (8 * took < seconds && size < 32) size *= 2;
  } while (performance.now() < end);
  return best;
}

async function denseRound({ tf }: Device, n: number): Promise<Round> {
  const a = tf.randomUniform<tfjs.Rank.R2>([n, n], -1, 1);
  try {
    const repeats = 4;
    const run = async (times: number) => {
      const from = performance.now();
      const sum = tf.tidy(() => {
        let product = a;
        for (let i = 0; i < times; i++) product = tf.matMul(a, product);
        return tf.slice2d(product, [0, 0], [1, 1]);
      });
      await sum.data();
      sum.dispose();
      return (performance.now() - from) / 1000;
    };
    await run(1);
    return { work: repeats * 2 * n ** 3, seconds: await run(repeats) };
  } finally {
    a.dispose();
  }
}

/** Passes of a linear model over a matrix: what logistic regression spends its time in. */
async function sparseRound(device: Device, rows: number): Promise<Round> {
  const matrix = sampleMatrix(rows);
  const loss = device.loss({
    features: sourceOf(matrix),
    labels: Int32Array.from({ length: rows }, (_, r) => r % SPARSE_COLUMNS),
    weights: new Float64Array(rows).fill(1),
    classes: SPARSE_COLUMNS,
    penalties: new Float32Array(rows),
  });
  const [x, gradient] = [loss.space.zeros(), loss.space.zeros()];
  try {
    const run = async () => {
      const from = performance.now();
      await loss.evaluate(x, gradient);
      return (performance.now() - from) / 1000;
    };
    await run();
    return { work: 2 * matrix.values.length, seconds: await run() };
  } finally {
    for (const vector of [x, gradient]) vector.dispose();
    loss.dispose();
  }
}

async function vectorRound(device: Device, length: number): Promise<Round> {
  const space = device.vectors(length);
  const vectors = Array.from({ length: 21 }, () => space.zeros());
  const weights = vectors.map(() => 0.5);
  try {
    const run = async () => {
      const from = performance.now();
      space.combine(vectors[0]!, weights, vectors);
      await space.dots(vectors, vectors.slice(0, 3));
      return (performance.now() - from) / 1000;
    };
    await run();
    return { work: length, seconds: await run() };
  } finally {
    for (const vector of vectors) vector.dispose();
  }
}

/** A square matrix of 50 non-zeros a row whose columns are as unlike in frequency as words are. */
function sampleMatrix(rows: number): Csr {
  const random = seededRandom(1);
  const perRow = 50;
  const indices = new Uint32Array(rows * perRow);
  for (let r = 0; r < rows; r++) {
    const row = indices.subarray(r * perRow, (r + 1) * perRow);
    for (let i = 0; i < perRow; i++) row[i] = Math.floor(rows ** random());
    row.sort();
  }
  return {
    rows,
    cols: rows,
    indptr: Uint32Array.from({ length: rows + 1 }, (_, r) => r * perRow),
    indices,
    values: new Float32Array(indices.length).fill(1 / perRow),
  };
}
