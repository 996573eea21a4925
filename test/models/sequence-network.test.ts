import { afterAll, describe, expect, test } from 'vitest';
import { TrainingMemory } from '../../src/compute/index.js';
import { loadClassifier } from '../../src/models/classifier.js';
import { draws, type SequenceKind, type SequenceModelOptions } from '../../src/models/sequence-models.js';
import { SequenceNetwork } from '../../src/models/sequence-network.js';
import type { HeadOptions } from '../../src/models/softmax-head.js';
import { seededRandom } from '../../src/random.js';
import type { Csr } from '../../src/sparse/csr.js';

/** Rows of terms below 9 in their order: one is empty, one of a single term, and there are more than a block has. */
const lengths = [3, 0, 7, 1, 2, 9, 4, 4, 5, 11, 6];
const random = seededRandom(5);
const indptr = Uint32Array.from([
  0,
  ...lengths.map((_, r) => lengths.slice(0, r + 1).reduce((a, b) => a + b)),
]);
const sequences: Csr = {
  rows: lengths.length,
  cols: 9,
  indptr,
  indices: Uint32Array.from({ length: indptr.at(-1)! }, () => 1 + Math.floor(8 * random())),
  values: new Float32Array(indptr.at(-1)!).fill(1),
};
const every = Uint32Array.from(lengths.keys());
const plain: SequenceModelOptions & HeadOptions = {
  dim: 5,
  units: 6,
  bidirectional: false,
  filters: 5,
  kernelSizes: [3, 1, 2],
  dropout: 0,
  labelSmoothing: 0,
};

const memory = new TrainingMemory(2);
afterAll(() => memory.close());

/** A network with weights drawn at random, and its classifier. */
function networkOf(kind: SequenceKind, classes: number, options: typeof plain) {
  const labels = Int32Array.from(lengths, (_, r) => r % classes);
  const weights = Float64Array.from({ length: classes }, (_, c) => 0.5 + c);
  const draw = seededRandom(2);
  const { dim } = options;
  const embedding = Float32Array.from({ length: sequences.cols * dim }, (_, i) =>
    i < dim ? 0 : 2 * draw() - 1,
  );
  const state = draws[kind](classes, embedding, options, draw);
  const network = new SequenceNetwork(memory, { features: sequences, labels }, weights, state, options);
  // no filter is to stand where nothing but padding activates it, at a bias of 0
  network.weights.bias?.values.forEach((_, i, bias) => {
    if (i % 8 < options.filters) bias[i] = draw() - 0.5;
  });
  const live = () => loadClassifier(network.scorer.learned);
  const loss = () => {
    const p = live().probabilities(sequences);
    let sum = 0;
    labels.forEach((label, r) => {
      for (let c = 0; c < classes; c++) {
        const target = (c === label ? 1 - options.labelSmoothing : 0) + options.labelSmoothing / classes;
        sum -= (weights[label]! * target * Math.log(p[r * classes + c]!)) / labels.length;
      }
    });
    return sum;
  };
  return { network, live, loss };
}

const cases: [string, SequenceKind, number, Partial<typeof plain>][] = [
  ['lstm', 'lstm', 3, {}],
  ['lstm, two classes', 'lstm', 2, {}],
  ['lstm, units that fill a panel, and many classes', 'lstm', 11, { units: 8 }],
  ['lstm, both ways', 'lstm', 3, { bidirectional: true, units: 3 }],
  ['cnn', 'cnn', 3, {}],
  ['cnn, two classes, filters that fill a panel', 'cnn', 2, { filters: 8, kernelSizes: [4] }],
  ['lstm, smoothed labels', 'lstm', 3, { labelSmoothing: 0.2 }],
];

describe.each(cases)('%s', (_case, kind, classes, given) => {
  const options = { ...plain, ...given };

  test('gradients are those of the loss', async () => {
    const { network, loss: expected } = networkOf(kind, classes, options);
    const { loss, gradients } = await network.gradients(every, seededRandom(1));
    expect(loss).toBeCloseTo(expected(), 5);
    expect(gradients.map(({ name }) => name).sort()).toEqual(Object.keys(network.weights).sort());
    const before = expected();
    let moved = 0;
    for (const { name, gradient, rows } of gradients) {
      const { values } = network.weights[name]!;
      const width = rows ? gradient.values.length / rows.length : values.length;
      if (rows) expect(new Set(rows)).toEqual(new Set(sequences.indices));
      // a copy, since the classifier's weights are read anew
      gradient.values.slice().forEach((found, i) => {
        const at = rows ? rows[Math.floor(i / width)]! * width + (i % width) : i;
        const kept = values[at]!;
        const step = 1e-3;
        const slopes = [step, -step].map((by) => {
          values[at] = kept + by;
          const slope = (expected() - before) / by;
          values[at] = kept;
          return slope;
        });
        if (Math.abs(slopes[0]!) > 1e-3) moved++;
        // where another outcome becomes the largest, the slope of one side holds
        const off = Math.min(...slopes.map((slope) => Math.abs(found - slope)));
        expect(off, `${name}[${at}]`).toBeLessThan(2e-3);
      });
    }
    expect(moved).toBeGreaterThan(100);
  });

  test('the kernels say what the classifier says, whatever rows stand beside', () => {
    const { network, live } = networkOf(kind, classes, options);
    const expected = live().probabilities(sequences);
    const found = network.scorer.probabilities(sequences);
    found.forEach((p, i) => {
      expect(p).toBeCloseTo(expected[i]!, 5);
    });
    for (const r of every) {
      const [from, to] = [indptr[r]!, indptr[r + 1]!];
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
    const { gradients } = await network.gradients(every, seededRandom(1));
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
  const { network } = networkOf('lstm', 3, { ...plain, dropout: 0.5 });
  const loss = async (seed: number) => (await network.gradients(every, seededRandom(seed))).loss;
  expect(await loss(1)).toBe(await loss(1));
  expect(await loss(1)).not.toBe(await loss(2));
  let sum = 0;
  for (let seed = 0; seed < 200; seed++) sum += await loss(seed);
  const clean = (await networkOf('lstm', 3, plain).network.gradients(every, seededRandom(1))).loss;
  expect(Math.abs(sum / 200 / clean - 1)).toBeLessThan(0.15);
});
