import { expect, test } from 'vitest';
import { evaluate } from '../../src/metrics/classification.js';
import { outcomesOf } from '../../src/metrics/outcomes.js';
import { historyPlot } from '../../src/report/history-plot.js';

const { metrics } = evaluate(outcomesOf(['a', 'b'], 2, [0], Float64Array.of(1, 0)));
const epochOf = (epoch: number, loss: number, logLoss?: number) => ({
  epoch,
  loss,
  learningRate: 0.01,
  validation: logLoss === undefined ? null : { ...metrics, log_loss: logLoss },
});

test('a line for each loss, a point for each epoch, the epoch that was taken', () => {
  const svg = historyPlot({
    history: [epochOf(1, 0.9, 0.8), epochOf(2, 0.4, 0.5), epochOf(3, 0.2, 0.6)],
    epoch: 2,
  });
  expect(svg.match(/<polyline /g)).toHaveLength(2);
  expect(svg.match(/<circle /g)).toHaveLength(6);
  expect(svg).toContain(
    '3 epochs, of which the weights of epoch 2 were taken: training loss from 0.9000 to 0.2000',
  );
  expect(svg).toContain('epoch 3: validation log loss 0.6000');
});

test('a loss that is no number is no point', () => {
  const svg = historyPlot({ history: [epochOf(1, 0.9), epochOf(2, Number.NaN)], epoch: 1 });
  expect(svg.match(/<circle /g)).toHaveLength(1);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});
