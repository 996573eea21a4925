import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { TrainingMemory } from '../../src/compute/index.js';
import type { SequenceModelState } from '../../src/models/sequence-classifier.js';
import { SequenceNetwork } from '../../src/models/sequence-network.js';
import { Optimizer, type OptimizerName } from '../../src/models/training/optimizers.js';
import { seededRandom } from '../../src/random.js';
import type { Csr } from '../../src/sparse/csr.js';

interface Case {
  model: SequenceModelState['kind'];
  optimizer: OptimizerName;
  classes: number;
  bidirectional?: boolean;
  losses: number[];
}

/** Losses of Keras, step by step, made by test/golden/make_keras.py. */
const golden: {
  made_by: string;
  sizes: { terms: number; dim: number; units: number; batch: number; steps: number; learningRate: number };
  sequences: number[][];
  cases: Case[];
} = JSON.parse(readFileSync(new URL('../golden/keras.json', import.meta.url), 'utf8'));
const { terms, dim, units, batch, steps, learningRate } = golden.sizes;

const indptr = new Uint32Array(golden.sequences.length + 1);
golden.sequences.forEach((sequence, r) => {
  indptr[r + 1] = indptr[r]! + sequence.length;
});
const indices = Uint32Array.from(golden.sequences.flat());
const values = new Float32Array(indices.length).fill(1);
const features: Csr = { rows: golden.sequences.length, cols: terms, indptr, indices, values };

const memory = new TrainingMemory(2);
afterAll(() => memory.close());

/** The state that both begin with: the weights in Keras's order, by formula. */
function begin({ model, classes, bidirectional = false }: Case): SequenceModelState {
  let number = 0;
  const next = (length: number) => {
    const from = number++;
    return Float32Array.from({ length }, (_, i) => 0.3 * Math.sin(1.7 * i + from));
  };
  const embedding = next(terms * dim);
  const columns = classes === 2 ? 1 : classes;
  const scoresOf = (inputs: number) => ({ kernel: next(inputs * columns), bias: next(columns) });
  if (model === 'cnn') {
    embedding.fill(0, 0, dim);
    const convolutions = [2, 3].map((width) => ({
      width,
      kernel: next(width * dim * units),
      bias: next(units),
    }));
    return { kind: 'cnn', classes, dim, embedding, convolutions, scores: scoresOf(2 * units) };
  }
  const passes = Array.from({ length: bidirectional ? 2 : 1 }, () => ({
    kernel: next(dim * 4 * units),
    recurrent: next(units * 4 * units),
    bias: next(4 * units),
  }));
  return { kind: 'lstm', classes, dim, units, embedding, passes, scores: scoresOf(passes.length * units) };
}

test.each(golden.cases)(
  '$model with $optimizer, $classes classes, both ways: $bidirectional: each step has the loss of Keras',
  async (given) => {
    const labels = Int32Array.from(golden.sequences, (_, r) => r % given.classes);
    const weights = new Float64Array(given.classes).fill(1);
    const options = { dropout: 0, labelSmoothing: 0 };
    const network = new SequenceNetwork(memory, { features, labels }, weights, begin(given), options);
    const optimizer = new Optimizer(given.optimizer, memory, network, 0.01);
    let worst = 0;
    for (let step = 0; step < steps; step++) {
      const rows = Uint32Array.from({ length: batch }, (_, i) => (step * batch + i) % features.rows);
      const { loss, gradients } = await network.gradients(rows, seededRandom(1));
      worst = Math.max(worst, Math.abs(loss - given.losses[step]!));
      optimizer.step(gradients, learningRate, step + 1);
    }
    expect(given.losses).toHaveLength(steps);
    expect(worst).toBeLessThan(1e-4);
  },
);
