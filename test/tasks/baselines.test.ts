import { expect, test } from 'vitest';
import { resolveSettings } from '../../src/tasks/presets.js';
import { train } from '../../src/tasks/train.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const trained = (model: string, given: Record<string, unknown> = {}) =>
  train({
    data: [tickets],
    store: `${folder.path}/store`,
    name: model,
    settings: resolveSettings({ model, ...given }),
  });

test('baselines are what trainings of these models reach', async () => {
  const [nb, majority, logistic] = [
    await trained('nb'),
    await trained('majority'),
    await trained('logistic', { C: 1 }),
  ];
  expect(logistic.baselines).toEqual({ nb: nb.metrics, majority: majority.metrics });
  expect(nb.baselines).toEqual({ majority: majority.metrics });
  expect(majority.baselines).toEqual({ nb: nb.metrics });
  // signed features are no counts, and nothing is scored without rows
  const hashed = await trained('logistic', { C: 1, vectorizer: 'hashing', nFeatures: 4096 });
  expect(hashed.baselines).toEqual({ majority: majority.metrics });
  expect((await trained('logistic', { C: 1, testSize: 0 })).baselines).toEqual({});
});
