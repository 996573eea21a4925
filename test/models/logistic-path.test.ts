import { expect, test } from 'vitest';
import { openLinearDevice } from '../../src/compute/index.js';
import { chooseC } from '../../src/models/logistic-path.js';
import { seededRandom } from '../../src/random.js';
import type { Csr } from '../../src/sparse/csr.js';

const options = { maxIter: 200, tol: 1e-3, classWeight: null, seed: 42 };

/** Rows of three features out of `cols`, normalised; the label is that of the first, or, in a share of `noise`, any. */
function examples(rows: number, noise: number, seed = 1, cols = 300) {
  const random = seededRandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const labels = new Int32Array(rows);
  const indices = new Uint32Array(3 * rows);
  for (let r = 0; r < rows; r++) {
    const own = new Set<number>();
    while (own.size < 3) own.add(below(cols));
    indices.set(
      [...own].sort((a, b) => a - b),
      3 * r,
    );
    labels[r] = random() < noise ? below(2) : indices[3 * r]! % 2;
  }
  const features: Csr = {
    rows,
    cols,
    indptr: Uint32Array.from({ length: rows + 1 }, (_, r) => 3 * r),
    indices,
    values: new Float32Array(3 * rows).fill(Math.sqrt(1 / 3)),
  };
  return { features, labels };
}

const nothing = { ...examples(0, 0) };

async function choose(rows: number, noise: number, validation = nothing, threads = 1) {
  const device = await openLinearDevice('wasm', '', threads);
  try {
    return await chooseC({ ...examples(rows, noise), classes: 2, validation }, options, device);
  } finally {
    device.close();
  }
}

test('the C with the least loss on rows that were held out, between two that do worse', async () => {
  const steps = [0.03, 0.1, 0.3, 1, 3, 10, 30, 100];
  const chosen: number[] = [];
  for (const noise of [0.02, 0.3, 0.9]) {
    const { C, path } = await choose(3000, noise);
    const losses = new Map(path.tried.map((tried) => [tried.C, tried.logLoss]));
    expect(path.rows).toEqual({ fit: 2400, held: 600 });
    expect(path.tried[0]!.C).toBe(10);
    expect(losses.get(C)).toBe(Math.min(...losses.values()));
    const at = steps.indexOf(C);
    for (const beside of [steps[at - 1], steps[at + 1]]) {
      if (beside !== undefined) expect(losses.get(beside)).toBeGreaterThan(losses.get(C)!);
    }
    chosen.push(C);
  }
  // the more noise, the more penalty
  expect(chosen).toEqual([...chosen].sort((a, b) => b - a));
  expect(chosen[0]).toBeGreaterThan(chosen[2]!);
});

test('the same for any number of threads', async () => {
  expect(await choose(1000, 0.3, nothing, 2)).toEqual(await choose(1000, 0.3));
});

test('a sample of many rows, all of the validation rows, nothing of few rows', async () => {
  expect((await choose(30_000, 0.3)).path.rows).toEqual({ fit: 16_000, held: 4000 });
  expect((await choose(2000, 0.3, examples(150, 0.3, 2))).path.rows).toEqual({ fit: 2000, held: 150 });
  // validation rows that tell are taken, too few of them are not
  expect((await choose(150, 0.3, examples(60, 0.3, 2))).path.rows).toEqual({ fit: 150, held: 60 });
  expect((await choose(2000, 0.3, examples(5, 0.3, 2))).path.rows).toEqual({ fit: 1600, held: 400 });
  expect(await choose(199, 0.3)).toEqual({ C: 10, path: { rows: { fit: 0, held: 0 }, tried: [] } });
});
