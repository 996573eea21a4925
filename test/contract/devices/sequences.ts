import { afterAll, describe, expect, test } from 'vitest';
import { tensorEncodings } from '../../../src/compute/encodings.js';
import { type Device, type LinearDevice, TrainingMemory } from '../../../src/compute/index.js';
import { fitSequence, type SequenceFitOptions } from '../../../src/models/sequence-fit.js';
import type { SequenceKind } from '../../../src/models/sequence-models.js';
import type { SequenceNetwork } from '../../../src/models/sequence-network.js';
import { seededRandom } from '../../../src/random.js';
import { resolveSettings } from '../../../src/tasks/presets.js';
import {
  everyRow,
  expectGradients,
  networkOf,
  networks,
  plainOptions,
  sequences,
} from '../../support/sequence-networks.js';

/**
 * Encodings by TensorFlow.js on the device, whether models of sequences are trained with these there or not: gradients are those of
 * the loss, and of maas's kernels, and nothing is left behind.
 */
export function sequencesContract(device: Device, { tolerance = 1e-5 } = {}): void {
  const { tf } = device;
  describe(`models of sequences on ${device.name}`, () => {
    const memory = new TrainingMemory(2);
    afterAll(() => memory.close());
    const encodings = tensorEncodings(device);

    test.each(networks)('gradients: %s', async (_case, kind, classes, given) => {
      const options = { ...plainOptions, ...given };
      const before = tf.memory().numTensors;
      const here = networkOf(memory, kind, classes, options, encodings);
      await expectGradients(here);
      const there = networkOf(memory, kind, classes, options).network;
      for (const rows of [everyRow, everyRow.subarray(2, 7), everyRow.subarray(1, 2)]) {
        const found = await gradientsOf(here.network, rows);
        const expected = await gradientsOf(there, rows);
        expect(found.loss).toBeCloseTo(expected.loss, 4);
        expect([...found.values.keys()].sort()).toEqual([...expected.values.keys()].sort());
        expect(found.terms).toEqual(expected.terms);
        for (const [name, values] of found.values) {
          const others = expected.values.get(name)!;
          expect(values.length, name).toBe(others.length);
          values.forEach((g, i) => {
            expect(Math.abs(g - others[i]!), `${name}[${i}]`).toBeLessThan(tolerance);
          });
        }
      }
      expect(tf.memory().numTensors).toBe(before);
    });

    test.each(['lstm', 'cnn'] as const)('%s: a fit ends where that by the kernels ends', async (kind) => {
      const before = tf.memory().numTensors;
      const found = await fitted(kind, { threads: 2, encodings });
      expect(tf.memory().numTensors).toBe(before);
      const expected = await fitted(kind, { threads: 2 });
      found.forEach((p, i) => {
        expect(Math.abs(p - expected[i]!)).toBeLessThan(100 * tolerance);
      });
    });
  });
}

/** Copies, since networks work in the same memory. */
async function gradientsOf(network: SequenceNetwork, rows: Uint32Array) {
  const { loss, gradients } = await network.gradients(rows, seededRandom(1));
  const values = new Map(gradients.map(({ name, gradient }) => [name, gradient.values.slice()]));
  return { loss, values, terms: gradients.find(({ name }) => name === 'embedding')!.rows };
}

/** Probabilities of the rows that a model was fitted on. */
async function fitted(kind: SequenceKind, device: Pick<LinearDevice, 'threads' | 'encodings'>) {
  const options: SequenceFitOptions = {
    ...resolveSettings({ model: kind }),
    ...plainOptions,
    learningRate: 0.003,
    dropout: 0.2,
    bidirectional: true,
    epochs: 4,
    batchSize: 4,
  };
  const labels = Int32Array.from(everyRow, (r) => r % 3);
  const rows = { features: sequences, labels };
  const { classifier, report } = await fitSequence(kind, rows, 3, rows, options, device, {});
  expect(report.history).toHaveLength(4);
  return classifier.probabilities(sequences);
}
