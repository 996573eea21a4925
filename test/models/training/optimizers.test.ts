import { afterAll, describe, expect, test } from 'vitest';
import { TrainingMemory } from '../../../src/compute/index.js';
import {
  clip,
  Optimizer,
  type OptimizerName,
  optimizerNames,
} from '../../../src/models/training/optimizers.js';
import { learningRateFactor, scheduleNames } from '../../../src/models/training/schedules.js';
import { seededRandom } from '../../../src/random.js';

/** The formulas, one weight at a time. */
const references: Record<
  OptimizerName,
  (state: { w: number; a: number; b: number }, g: number, rate: number, t: number) => void
> = {
  adam(s, g, rate, t) {
    s.a = 0.9 * s.a + 0.1 * g;
    s.b = 0.999 * s.b + 0.001 * g * g;
    s.w -= (rate * Math.sqrt(1 - 0.999 ** t) * s.a) / (1 - 0.9 ** t) / (Math.sqrt(s.b) + 1e-7);
  },
  adamw(s, g, rate, t) {
    s.w *= 1 - rate * 0.01;
    references.adam(s, g, rate, t);
  },
  sgd: (s, g, rate) => {
    s.w -= rate * g;
  },
  momentum(s, g, rate) {
    s.a = 0.9 * s.a - rate * g;
    s.w += s.a;
  },
  rmsprop(s, g, rate) {
    s.a = 0.9 * s.a + 0.1 * g * g;
    s.w -= (rate * g) / Math.sqrt(s.a + 1e-7);
  },
};

const memories = [1, 3].map((threads) => new TrainingMemory(threads));
afterAll(() => {
  for (const memory of memories) memory.close();
});

describe.each(optimizerNames)('%s', (name) => {
  test('steps by its formula, for all weights and for the rows touched, with any number of threads', () => {
    // enough for several threads; what is compared with the formula is every fiftieth row
    const [rows, width, sampled] = [2000, 601, 50];
    const outcomes = memories.map((memory) => {
      const random = seededRandom(5);
      const begin = Float32Array.from({ length: rows * width }, () => random() - 0.5);
      const weights = { kernel: memory.array(begin), bias: memory.array(begin.subarray(0, 10)) };
      const optimizer = new Optimizer(name, memory, { weights }, 0.01);
      const states = new Map<number, { w: number; a: number; b: number }[]>();
      const biases = Array.from(begin.subarray(0, 10), (w) => ({ w, a: 0, b: 0 }));
      for (let t = 1; t <= 2; t++) {
        const touched = Uint32Array.from({ length: rows / 2 }, (_, i) => rows - 1 - 2 * i);
        const byRows = Float32Array.from({ length: touched.length * width }, () => random() - 0.5);
        const byBias = Float32Array.from({ length: 10 }, () => random() - 0.5);
        const at = memory.array(new Float32Array(touched.buffer)).at;
        optimizer.step(
          [
            { name: 'kernel', gradient: memory.gradient('kernel', byRows), rows: touched, rowsAt: at },
            { name: 'bias', gradient: memory.gradient('bias', byBias) },
          ],
          0.01,
          t,
        );
        touched.forEach((row, i) => {
          if (i % sampled > 0) return;
          const own = begin.subarray(row * width, (row + 1) * width);
          if (!states.has(row))
            states.set(
              row,
              Array.from(own, (w) => ({ w, a: 0, b: 0 })),
            );
          states.get(row)!.forEach((state, c) => {
            references[name](state, byRows[i * width + c]!, 0.01, t);
          });
        });
        // biases do not decay
        const rule = name === 'adamw' ? 'adam' : name;
        byBias.forEach((g, i) => {
          references[rule](biases[i]!, g, 0.01, t);
        });
      }
      const worst = (found: Float32Array, expected: { w: number }[]) =>
        found.reduce((most, w, i) => Math.max(most, Math.abs(w - expected[i]!.w)), 0);
      for (const [row, expected] of states) {
        const found = weights.kernel.values.subarray(row * width, (row + 1) * width);
        expect(worst(found, expected)).toBeLessThan(2e-6);
      }
      expect(worst(weights.bias.values, biases)).toBeLessThan(2e-6);
      // rows without a gradient are as they were
      expect(weights.kernel.values.slice(0, width)).toEqual(begin.slice(0, width));
      return Buffer.from(weights.kernel.values.slice().buffer);
    });
    expect(outcomes[0]!.equals(outcomes[1]!)).toBe(true);
  });
});

test.each(optimizerNames)('%s: rows of a table step without a gradient, too', (name) => {
  const [memory] = memories as [TrainingMemory];
  const [rows, width] = [5, 6];
  const random = seededRandom(3);
  const begin = Float32Array.from({ length: rows * width }, () => random() - 0.5);
  const weights = { embedding: memory.array(begin) };
  const optimizer = new Optimizer(name, memory, { weights, tables: { embedding: rows } }, 0.01);
  const states = Array.from(begin, (w) => ({ w, a: 0, b: 0 }));
  // often, now and then, twice with a long time between, late, never
  const isTouched = [
    (t: number) => t % 3 === 0,
    (t: number) => t % 50 === 0,
    (t: number) => t === 5 || t === 395,
    (t: number) => t > 390,
    () => false,
  ];
  for (let t = 1; t <= 400; t++) {
    // in the order in which a batch meets them
    const touched = Uint32Array.from([3, 1, 0, 2, 4].filter((row) => isTouched[row]!(t)));
    const by = Float32Array.from({ length: touched.length * width }, () => random() - 0.3);
    const rowsAt = memory.array(new Float32Array(touched.buffer)).at;
    optimizer.step(
      [{ name: 'embedding', gradient: memory.gradient('table', by), rows: touched, rowsAt }],
      0.003,
      t,
    );
    states.forEach((state, i) => {
      const place = touched.indexOf(Math.floor(i / width));
      references[name](state, place < 0 ? 0 : by[place * width + (i % width)]!, 0.003, t);
    });
  }
  const off = weights.embedding.values.map((w, i) => Math.abs(w - states[i]!.w));
  expect(Math.max(...off)).toBeLessThan(1e-5);
  if (name !== 'adamw') expect(weights.embedding.values.slice(-width)).toEqual(begin.slice(-width));
});

test('gradients are scaled down to the norm, not up', () => {
  const [memory] = memories as [TrainingMemory];
  const gradients = [
    { name: 'a', gradient: memory.gradient('clip a', Float32Array.of(3, 0)) },
    { name: 'b', gradient: memory.gradient('clip b', Float32Array.of(0, 4)) },
  ];
  clip(gradients, 10);
  expect(gradients.map(({ gradient }) => [...gradient.values])).toEqual([
    [3, 0],
    [0, 4],
  ]);
  clip(gradients, 1);
  expect(gradients[0]!.gradient.values[0]).toBeCloseTo(0.6);
  expect(gradients[1]!.gradient.values[1]).toBeCloseTo(0.8);
});

test('learning rates warm up, then follow their schedule', () => {
  for (const name of scheduleNames) {
    const at = (step: number) => learningRateFactor(name, step, 100, 0.1);
    expect(at(0)).toBeCloseTo(0.1);
    expect(at(4)).toBeCloseTo(0.5);
    expect(at(10)).toBe(1);
    for (let step = 10; step < 99; step++) expect(at(step + 1)).toBeLessThanOrEqual(at(step));
  }
  expect(learningRateFactor('cosine', 50, 100, 0)).toBeCloseTo(0.5);
  expect(learningRateFactor('linear', 25, 100, 0)).toBeCloseTo(0.75);
  expect(learningRateFactor('constant', 99, 100, 0)).toBe(1);
});
