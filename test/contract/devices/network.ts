import { afterAll, describe, expect, test } from 'vitest';
import { type Device, TrainingMemory } from '../../../src/compute/index.js';
import { type Activation, activations } from '../../../src/models/activations.js';
import { DenseClassifier } from '../../../src/models/dense.js';
import { DenseNetwork, type DenseOptions, initialLayers } from '../../../src/models/dense-network.js';
import { seededRandom } from '../../../src/random.js';
import type { Csr } from '../../../src/sparse/csr.js';

const random = seededRandom(3);
/** Eight rows of seven features, one of them empty, one with a feature twice. */
const features: Csr = (() => {
  const indptr = [0];
  const indices: number[] = [];
  for (let r = 0; r < 8; r++) {
    if (r === 5) indices.push(2, 2);
    else if (r !== 3) for (let c = 0; c < 7; c++) if (random() < 0.5) indices.push(c);
    indptr.push(indices.length);
  }
  const values = Float32Array.from(indices, () => 2 * random() - 1);
  return { rows: 8, cols: 7, indptr: Uint32Array.from(indptr), indices: Uint32Array.from(indices), values };
})();
const plain: DenseOptions = { hidden: [5, 4], activation: 'tanh', dropout: 0, l2: 0, labelSmoothing: 0 };

/** The loss of rows by the classifier alone, as the options define it. */
function lossOf(
  network: DenseNetwork,
  labels: Int32Array,
  weights: Float64Array,
  options: DenseOptions,
  touched: Set<number>,
) {
  const classes = weights.length;
  const { activation } = options;
  const classifier = new DenseClassifier({
    kind: 'dense',
    classes,
    features: 7,
    activation,
    layers: network.layers,
  });
  const p = classifier.probabilities(features);
  let loss = 0;
  labels.forEach((label, r) => {
    let own = 0;
    for (let c = 0; c < classes; c++) {
      const target = (1 - options.labelSmoothing) * (c === label ? 1 : 0) + options.labelSmoothing / classes;
      own -= target * Math.log(p[r * classes + c]!);
    }
    loss += (weights[label]! * own) / labels.length;
  });
  network.layers.forEach(({ kernel, bias }, i) => {
    kernel.forEach((w, j) => {
      // of the first layer, the penalty is on the features of the batch
      if (i > 0 || touched.has(Math.floor(j / bias.length))) loss += options.l2 * w * w;
    });
  });
  return loss;
}

/** The gradients of dense networks on a device are those of the loss, and leave nothing behind. */
export function networkContract(device: Device): void {
  describe(`networks on ${device.name}`, () => {
    const memory = new TrainingMemory(2);
    afterAll(() => memory.close());

    /** A network with one hidden layer of so many units, for three classes of equal weight. */
    const networkOf = (labels: Int32Array, units: number, options: DenseOptions) => {
      const weights = new Float64Array(3).fill(1);
      const layers = initialLayers([7, units, 3], 1);
      return new DenseNetwork(device, memory, features, labels, weights, layers, options);
    };

    const cases: [string, number, Partial<DenseOptions>][] = [
      ...(Object.keys(activations) as Activation[]).map(
        (activation): [string, number, Partial<DenseOptions>] => [activation, 3, { activation }],
      ),
      ['two classes', 2, {}],
      ['no hidden layer', 3, { hidden: [] }],
      ['no hidden layer, two classes', 2, { hidden: [] }],
      ['a penalty', 3, { l2: 0.1 }],
      ['smoothed labels', 3, { labelSmoothing: 0.2 }],
      ['smoothed labels, two classes', 2, { labelSmoothing: 0.2 }],
    ];
    test.each(cases)('gradients are those of the loss: %s', async (_case, classes, given) => {
      const options = { ...plain, ...given };
      const labels = Int32Array.from({ length: 8 }, (_, r) => r % classes);
      const weights = Float64Array.from({ length: classes }, (_, c) => 0.5 + c);
      const sizes = [7, ...options.hidden, classes === 2 ? 1 : classes];
      const begin = initialLayers(sizes, 1);
      for (const { bias } of begin) bias.set(bias.map((_, u) => 0.1 * u - 0.15));
      const network = new DenseNetwork(device, memory, features, labels, weights, begin, options);
      const rows = Uint32Array.from({ length: 8 }, (_, r) => r);
      const before = device.tf.memory().numTensors;
      const { loss, gradients } = await network.gradients(rows, seededRandom(1));
      expect(device.tf.memory().numTensors).toBe(before);
      const touched = new Set(features.indices);
      const expected = () => lossOf(network, labels, weights, options, touched);
      expect(loss).toBeCloseTo(expected(), 5);
      expect(gradients.map(({ name }) => name).sort()).toEqual(Object.keys(network.weights).sort());
      for (const { name, gradient, rows: own } of gradients) {
        const { values } = network.weights[name]!;
        const width = own ? gradient.values.length / own.length : values.length;
        if (own) expect(new Set(own)).toEqual(touched);
        gradient.values.forEach((found, i) => {
          const at = own ? own[Math.floor(i / width)]! * width + (i % width) : i;
          const kept = values[at]!;
          const step = 1e-2;
          values[at] = kept + step;
          const above = expected();
          values[at] = kept - step;
          const below = expected();
          values[at] = kept;
          expect(Math.abs(found - (above - below) / (2 * step)), `${name}[${at}]`).toBeLessThan(2e-3);
        });
      }
    });

    test('a batch of some rows has the mean gradient of these', async () => {
      const labels = Int32Array.from({ length: 8 }, (_, r) => r % 3);
      const network = networkOf(labels, 5, plain);
      const of = async (...rows: number[]) => {
        const { loss, gradients } = await network.gradients(Uint32Array.from(rows), seededRandom(1));
        const bias = gradients.find(({ name }) => name === 'bias.1')!.gradient.values.slice();
        return { loss, bias };
      };
      const [one, other, both] = [await of(6), await of(1), await of(6, 1)];
      expect(both.loss).toBeCloseTo((one.loss + other.loss) / 2, 5);
      both.bias.forEach((g, i) => {
        expect(g).toBeCloseTo((one.bias[i]! + other.bias[i]!) / 2, 5);
      });
    });

    test('dropout keeps the expectation, and is drawn by the seed', async () => {
      const labels = new Int32Array(8);
      const options = { ...plain, activation: 'linear' as const, dropout: 0.5 };
      const network = networkOf(labels, 64, options);
      const rows = Uint32Array.from({ length: 8 }, (_, r) => r);
      const loss = async (seed: number) => (await network.gradients(rows, seededRandom(seed))).loss;
      expect(await loss(1)).toBe(await loss(1));
      expect(await loss(1)).not.toBe(await loss(2));
      let sum = 0;
      for (let seed = 0; seed < 200; seed++) sum += await loss(seed);
      const without = networkOf(labels, 64, { ...options, dropout: 0 });
      // the loss is convex in the logits, so that noise raises it somewhat
      const clean = (await without.gradients(rows, seededRandom(1))).loss;
      expect(sum / 200).toBeGreaterThan(clean);
      expect(sum / 200).toBeLessThan(1.3 * clean);
    });
  });
}
