import { expect, test } from 'vitest';
import { evaluate } from '../../src/metrics/classification.js';
import { outcomesOf } from '../../src/metrics/outcomes.js';
import { trainingPictures } from '../../src/report/training-pictures.js';
import type { Tuning } from '../../src/report/tuning.js';

const { metrics } = evaluate(outcomesOf(['a', 'b'], 2, [0], Float64Array.of(1, 0)));
const epochOf = (epoch: number, loss: number, logLoss?: number) => ({
  epoch,
  loss,
  learningRate: 0.01,
  validation: logLoss === undefined ? null : { ...metrics, log_loss: logLoss },
});
/** What marks say when they are pointed at. */
const told = (svg: string) =>
  [...svg.matchAll(/<path [^>]*><title>([^<]*)<\/title>/g)].map(([, text]) => text);

test('a point for each epoch of each loss, and the epoch that was taken', async () => {
  const history = [epochOf(1, 0.9, 0.8), epochOf(2, 0.4, 0.5), epochOf(3, 0.2, 0.6)];
  const svg = (await trainingPictures({ history, epoch: 2 }, undefined))['history.svg']!;
  expect(svg).toContain(
    '3 epochs, of which the weights of epoch 2 were taken: training loss from 0.9000 to 0.2000',
  );
  expect(told(svg)).toHaveLength(6);
  expect(told(svg)).toContain('epoch 3: validation log loss 0.6000');
});

test('a loss that is no number is no point', async () => {
  const history = [epochOf(1, 0.9), epochOf(2, Number.NaN)];
  const svg = (await trainingPictures({ history, epoch: 1 }, undefined))['history.svg']!;
  expect(told(svg)).toEqual(['epoch 1: training loss 0.9000']);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

test('recipes of a search, the best one, and none that has no figures', async () => {
  const tried = (trial: number, log_loss: number | null) => ({
    ...{ trial, changes: { note: '<b>' }, share: trial === 2 ? 0.25 : 1, folds: 5, whole: trial !== 2 },
    ...{ mean: log_loss === null ? null : { ...metrics, log_loss }, std: null, problem: null, seconds: 1 },
  });
  const tuning: Tuning = {
    ...{
      metric: 'log_loss',
      folds: 5,
      scoredFolds: 5,
      seed: 1,
      budget: null,
      limit: 4,
      space: null,
      models: null,
    },
    ...{ given: {}, winner: 3, tried: 4, seconds: 4 },
    trials: [tried(3, 0.25), tried(1, 0.5), tried(2, 0.75), tried(4, null)],
  };
  const svg = (await trainingPictures(undefined, tuning))['trials.svg']!;
  expect(svg).toContain('The first, as given, has 0.5000. The best, trial 3, has 0.2500.');
  expect(told(svg)).toEqual([
    'trial 1: log loss 0.5000, all rows, note=&#60;b&#62;',
    'trial 2: log loss 0.7500, 25 % of the rows, note=&#60;b&#62;',
    'trial 3: log loss 0.2500, all rows, note=&#60;b&#62;',
  ]);
  expect(svg).not.toMatch(/NaN|undefined|Infinity|<b>/);
});
