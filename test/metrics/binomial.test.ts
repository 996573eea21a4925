import { expect, test } from 'vitest';
import { binomial } from '../../src/metrics/binomial.js';
import { seededRandom } from '../../src/random.js';

/** Probabilities of 0 … n hits, from the logarithms of their ratios. */
function masses(n: number, p: number): Float64Array {
  const logs = new Float64Array(n + 1);
  logs[0] = n * Math.log1p(-p);
  for (let k = 0; k < n; k++) logs[k + 1] = logs[k]! + Math.log(((n - k) / (k + 1)) * (p / (1 - p)));
  return logs.map(Math.exp);
}

const DRAWS = 100_000;

test.each([
  [1, 0.3],
  [5, 0.5],
  [40, 0.02],
  [200, 0.04],
  [20, 0.5],
  [200, 0.06],
  [1000, 0.4],
  [3000, 0.97],
  [100_000, 0.25],
])('%i tries with probability %f', (n, p) => {
  const random = seededRandom(5);
  const counts = new Uint32Array(n + 1);
  for (let i = 0; i < DRAWS; i++) counts[binomial(n, p, random)]!++;
  // Pearson's χ² over cells that are expected to hold 10 draws or more, the others together in one
  const expected = masses(n, p).map((mass) => mass * DRAWS);
  let [statistic, cells, restSeen, restExpected] = [0, 0, 0, 0];
  for (let k = 0; k <= n; k++) {
    if (expected[k]! < 10) {
      restSeen += counts[k]!;
      restExpected += expected[k]!;
      continue;
    }
    statistic += (counts[k]! - expected[k]!) ** 2 / expected[k]!;
    cells++;
  }
  if (restExpected > 5) statistic += (restSeen - restExpected) ** 2 / restExpected;
  expect(statistic).toBeLessThan(cells + 4 * Math.sqrt(2 * cells));
});

test('nothing is drawn of no tries, and all or none where that is sure', () => {
  const random = seededRandom(1);
  expect([binomial(0, 0.4, random), binomial(9, 0, random), binomial(9, 1, random)]).toEqual([0, 0, 9]);
});
