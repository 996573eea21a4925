import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveSettings } from '../src/tasks/presets.js';
import { train } from '../src/tasks/train.js';
import { dataSet } from './support/sets.js';
import { temporaryFolder } from './support/temp.js';

// scikit-learn 1.9.1: TfidfVectorizer() + LogisticRegression(tol=1e-6, max_iter=5000) on the official split, made by
// `python test/golden/make.py --objective TRAIN TEST`
const optimum = {
  trec6: { features: 8411, objective: 4122.82605, accuracy: 0.852 },
  sms_spam: { features: 7733, objective: 755.057597, accuracy: 0.967713 },
  bbc_news: { features: 26942, objective: 1069.748385, accuracy: 0.982022 },
  banking77: { features: 2320, objective: 15324.18179, accuracy: 0.877273 },
  imdb: { features: 74849, objective: 8579.493072, accuracy: 0.88312 },
};

const folder = temporaryFolder();
const trainOn = (set: { train: string; test: string }, preset: string, name: string) =>
  train({
    data: [set.train],
    test: [set.test],
    store: join(folder.path, 'store'),
    name,
    settings: resolveSettings({}, preset),
  });

describe.each(Object.entries(optimum))('%s', (name, expected) => {
  const set = dataSet(name);

  test.skipIf(!set)("the sklearn preset stands at scikit-learn's optimum", async () => {
    const { features, fit: report, metrics } = await trainOn(set!, 'sklearn', name);
    expect(features).toBe(expected.features);
    if (report.solver !== 'lbfgs') throw new Error(`expected a fit by lbfgs, found ${report.solver}`);
    expect(report.converged).toBe(true);
    expect(Math.abs(report.objective / expected.objective - 1)).toBeLessThan(1e-4);
    expect(Math.abs(metrics.accuracy! - expected.accuracy)).toBeLessThanOrEqual(0.002);
  });

  // on imdb the defaults count 1.5 million word pairs: minutes that a test need not take
  if (name === 'imdb') return;
  test.skipIf(!set)('the defaults are no worse than scikit-learn’s', async () => {
    const { metrics } = await trainOn(set!, 'default', `${name}-default`);
    expect(metrics.accuracy!).toBeGreaterThanOrEqual(expected.accuracy);
  });
});
