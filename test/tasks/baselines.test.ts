import { expect, test } from 'vitest';
import { evaluateModel } from '../../src/tasks/evaluate.js';
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
  // on files: as the version that is the baseline does
  const onFile = async (model: string) => {
    const settings = { ...resolveSettings({}), onBadRow: 'skip' as const };
    return evaluateModel({ store: `${folder.path}/store`, model, data: [tickets], settings });
  };
  const { n, ...figures } = (await onFile('logistic')).baselines!.majority!;
  expect(n).toBe(420);
  const ofMajority = await onFile('majority');
  for (const [name, value] of Object.entries(figures)) {
    if (value === null) expect(ofMajority.metrics).toMatchObject({ [name]: null });
    else expect(ofMajority.metrics[name as keyof typeof figures]).toBeCloseTo(value, 12);
  }
  expect(ofMajority.baselines).toEqual({});
});
