import { expect } from 'vitest';
import type { Encodings, TrainingMemory } from '../../src/compute/index.js';
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
export const sequences: Csr = {
  rows: lengths.length,
  cols: 9,
  indptr,
  indices: Uint32Array.from({ length: indptr.at(-1)! }, () => 1 + Math.floor(8 * random())),
  values: new Float32Array(indptr.at(-1)!).fill(1),
};
export const everyRow = Uint32Array.from(lengths.keys());

export type NetworkOptions = SequenceModelOptions & HeadOptions;
export const plainOptions: NetworkOptions = {
  dim: 5,
  units: 6,
  bidirectional: false,
  filters: 5,
  kernelSizes: [3, 1, 2],
  dropout: 0,
  labelSmoothing: 0,
};

/** Networks to look at: a name, a kind, how many classes, and what differs from `plainOptions`. */
export const networks: [string, SequenceKind, number, Partial<NetworkOptions>][] = [
  ['lstm', 'lstm', 3, {}],
  ['lstm, two classes', 'lstm', 2, {}],
  ['lstm, units that fill a panel, and many classes', 'lstm', 11, { units: 8 }],
  ['lstm, both ways', 'lstm', 3, { bidirectional: true, units: 3 }],
  ['cnn', 'cnn', 3, {}],
  ['cnn, two classes, filters that fill a panel', 'cnn', 2, { filters: 8, kernelSizes: [4] }],
  ['lstm, smoothed labels', 'lstm', 3, { labelSmoothing: 0.2 }],
];

/** A network with weights drawn at random, its classifier, and the loss as this gives it. */
export function networkOf(
  memory: TrainingMemory,
  kind: SequenceKind,
  classes: number,
  options: NetworkOptions,
  encodings?: Encodings,
) {
  const labels = Int32Array.from(lengths, (_, r) => r % classes);
  const weights = Float64Array.from({ length: classes }, (_, c) => 0.5 + c);
  const draw = seededRandom(2);
  const { dim } = options;
  const embedding = Float32Array.from({ length: sequences.cols * dim }, (_, i) =>
    i < dim ? 0 : 2 * draw() - 1,
  );
  const state = draws[kind](classes, embedding, options, draw);
  const examples = { features: sequences, labels };
  const network = new SequenceNetwork(memory, examples, weights, state, options, encodings);
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

/** Asserts that the gradients of all rows are those of the loss, by finite differences. */
export async function expectGradients(
  { network, loss: expected }: Pick<ReturnType<typeof networkOf>, 'network' | 'loss'>,
  tolerance = 2e-3,
) {
  const { loss, gradients } = await network.gradients(everyRow, seededRandom(1));
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
      expect(off, `${name}[${at}]`).toBeLessThan(tolerance);
    });
  }
  expect(moved).toBeGreaterThan(100);
}
