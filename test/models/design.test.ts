import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLinearDevice } from '../../src/compute/index.js';
import { designOf } from '../../src/models/design.js';
import { fitLogistic } from '../../src/models/logistic.js';
import { seededRandom } from '../../src/random.js';
import { type Csr, csrOf, transpose } from '../../src/sparse/csr.js';

/** A matrix of rows with rising columns, of which many stand in one row only. */
function randomCsr(rows: number, cols: number, perRow: number, seed: number): Csr {
  const random = seededRandom(seed);
  const indptr = [0];
  const indices: number[] = [];
  for (let r = 0; r < rows; r++) {
    const row = new Set<number>();
    while (row.size < perRow) row.add(Math.floor(cols * random() ** 2));
    indices.push(...[...row].sort((a, b) => a - b));
    indptr.push(indices.length);
  }
  return {
    rows,
    cols,
    indptr: Uint32Array.from(indptr),
    indices: Uint32Array.from(indices),
    values: Float32Array.from(indices, () => 0.1 + random()),
  };
}

const times = ({ rows, indptr, indices, values }: Csr, weights: Float32Array, k: number) => {
  const out = new Float64Array(rows * k);
  for (let r = 0; r < rows; r++) {
    for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
      for (let c = 0; c < k; c++) out[r * k + c]! += values[p]! * weights[indices[p]! * k + c]!;
    }
  }
  return out;
};

test('weights of the reduced features and those of all give the same logits and penalty', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 8, max: 80 }),
      fc.constantFrom(2, 3),
      fc.integer(),
      (rows, cols, classes, seed) => {
        const features = randomCsr(rows, cols, Math.min(6, cols), seed);
        const random = seededRandom(seed + 1);
        const weights = Float64Array.from({ length: rows }, () => 0.5 + random());
        const C = 0.1 + 3 * random();
        const { matrix: source, penalties, expand } = designOf(features, weights, classes, C);
        const matrix = csrOf(source);
        for (let r = 0; r < rows; r++) {
          for (let p = matrix.indptr[r]! + 1; p < matrix.indptr[r + 1]!; p++) {
            expect(matrix.indices[p]).toBeGreaterThan(matrix.indices[p - 1]!);
          }
        }
        const k = classes === 2 ? 1 : classes;
        const learned = Float32Array.from({ length: matrix.cols * k }, () => random() - 0.5);
        const { coef, intercept } = expand(learned);
        const logits = times(features, coef, k);
        times(matrix, learned, k).forEach((logit, i) => {
          expect(logits[i]! + intercept[i % k]!).toBeCloseTo(logit, 4);
        });
        const sum = weights.reduce((total, weight) => total + weight, 0);
        const penalty = learned.reduce((total, w, i) => total + penalties[Math.floor(i / k)]! * w * w, 0);
        expect(coef.reduce((total, w) => total + w * w, 0) / (C * sum)).toBeCloseTo(penalty, 4);
      },
    ),
  );
});

test('any number of threads fits the same bits', async () => {
  const features = randomCsr(6000, 30_000, 40, 7);
  const random = seededRandom(8);
  const labels = Int32Array.from({ length: 6000 }, () => Math.floor(5 * random()));
  const fittedWith = async (threads: number) => {
    const device = await openLinearDevice('wasm', undefined, threads);
    const options = { C: 1, maxIter: 20, tol: 1e-6, classWeight: 'balanced' as const };
    const { classifier } = await fitLogistic(features, labels, 5, options, device);
    device.close();
    return classifier.state();
  };
  const one = await fittedWith(1);
  for (const threads of [2, 3]) expect(await fittedWith(threads)).toEqual(one);
});

test('features that come in any order of frequency', async () => {
  const features = randomCsr(300, 500, 10, 1);
  const labels = Int32Array.from({ length: 300 }, (_, r) => r % 3);
  const device = await openLinearDevice('wasm');
  const options = { C: 1, maxIter: 500, tol: 1e-6, classWeight: null };
  const { classifier, report } = await fitLogistic(features, labels, 3, options, device);
  const turned = { ...features, indices: features.indices.map((c) => 499 - c) };
  const other = await fitLogistic(transpose(transpose(turned)), labels, 3, options, device);
  device.close();
  expect(other.report.objective).toBeCloseTo(report.objective, 3);
  classifier.probabilities(features).forEach((p, i) => {
    expect(other.classifier.probabilities(turned)[i]).toBeCloseTo(p, 3);
  });
});
