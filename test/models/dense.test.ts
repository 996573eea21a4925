import { expect, test } from 'vitest';
import { initialLayers } from '../../src/models/dense-network.js';

test('weights begin in the range of Glorot, and by the seed', () => {
  const [layer] = initialLayers([300, 100], 7);
  const limit = Math.sqrt(6 / 400);
  const { kernel } = layer!;
  expect(Math.max(...kernel.map(Math.abs))).toBeLessThanOrEqual(limit);
  const variance = kernel.reduce((sum, w) => sum + w * w, 0) / kernel.length;
  expect(variance / (limit ** 2 / 3)).toBeCloseTo(1, 1);
  expect(initialLayers([300, 100], 7)).toEqual([layer]);
  expect(initialLayers([300, 100], 8)).not.toEqual([layer]);
});
