import { afterAll, describe, expect, test } from 'vitest';
import { TrainingMemory } from '../../src/compute/index.js';
import type { SequenceKind } from '../../src/models/sequence-models.js';
import { seededRandom } from '../../src/random.js';
import type { Csr } from '../../src/sparse/csr.js';
import {
  everyRow,
  expectGradients,
  type NetworkOptions,
  networks,
  networkOf as networkWith,
  plainOptions,
  sequences,
} from '../support/sequence-networks.js';

const memory = new TrainingMemory(2);
afterAll(() => memory.close());
const networkOf = (kind: SequenceKind, classes: number, options: NetworkOptions) =>
  networkWith(memory, kind, classes, options);

describe.each(networks)('%s', (_case, kind, classes, given) => {
  const options = { ...plainOptions, ...given };

  test('gradients are those of the loss', () => expectGradients(networkOf(kind, classes, options)));

  test('the kernels say what the classifier says, whatever rows stand beside', () => {
    const { network, live } = networkOf(kind, classes, options);
    const expected = live().probabilities(sequences);
    const found = network.scorer.probabilities(sequences);
    found.forEach((p, i) => {
      expect(p).toBeCloseTo(expected[i]!, 5);
    });
    for (const r of everyRow) {
      const [from, to] = [sequences.indptr[r]!, sequences.indptr[r + 1]!];
      const alone: Csr = {
        ...sequences,
        rows: 1,
        indptr: Uint32Array.of(0, to - from),
        indices: sequences.indices.slice(from, to),
      };
      expect(network.scorer.probabilities(alone)).toEqual(found.slice(r * classes, (r + 1) * classes));
    }
  });

  test('what fills the weights up gets no gradient', async () => {
    const { network } = networkOf(kind, classes, options);
    const { gradients } = await network.gradients(everyRow, seededRandom(1));
    for (const { name, gradient } of gradients) {
      const { values } = network.weights[name]!;
      if (name.startsWith('bias') || name === 'embedding') continue;
      gradient.values.forEach((g, i) => {
        if (values[i] === 0) expect(g, `${name}[${i}]`).toBe(0);
      });
    }
  });
});

test('dropout is drawn by the seed, and keeps the expectation', async () => {
  const { network } = networkOf('lstm', 3, { ...plainOptions, dropout: 0.5 });
  const loss = async (seed: number) => (await network.gradients(everyRow, seededRandom(seed))).loss;
  expect(await loss(1)).toBe(await loss(1));
  expect(await loss(1)).not.toBe(await loss(2));
  let sum = 0;
  for (let seed = 0; seed < 200; seed++) sum += await loss(seed);
  const clean = (await networkOf('lstm', 3, plainOptions).network.gradients(everyRow, seededRandom(1))).loss;
  expect(Math.abs(sum / 200 / clean - 1)).toBeLessThan(0.15);
});
