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
  const reached = (...models: (typeof nb)[]) =>
    Object.fromEntries(models.map(({ model, metrics }) => [model, metrics]));
  expect(Object.keys(logistic.baselines)).toEqual(['majority', 'nb']);
  expect(reached(nb, majority)).toMatchObject(logistic.baselines);
  expect(Object.keys(nb.baselines)).toEqual(['majority']);
  expect(reached(majority)).toMatchObject(nb.baselines);
  expect(Object.keys(majority.baselines)).toEqual(['nb']);
  expect(reached(nb)).toMatchObject(majority.baselines);
  // signed features are no counts, and nothing is scored without rows
  const hashed = await trained('logistic', { C: 1, vectorizer: 'hashing', nFeatures: 4096 });
  expect(Object.keys(hashed.baselines)).toEqual(['majority']);
  expect((await trained('logistic', { C: 1, testSize: 0 })).baselines).toEqual({});
});
