import { scoreHistogram } from '../../metrics/score-histogram.js';
import type { ReportContent } from '../content.js';
import { figure, grouped, percent } from '../format.js';
import type { Pictures } from '../pictures.js';
import { details, figureOf, html, htmlTable, type Markup } from './markup.js';

/** What its probabilities are worth. */
export function calibration({ evaluation, rows }: ReportContent, pictures: Pictures): Markup {
  const { reliability, metrics } = evaluation;
  const bins = htmlTable(
    'Reliability',
    ['probability', 'rows', 'mean probability', 'right'],
    reliability.map(({ from, to, rows, confidence, accuracy }) => [
      `${from.toFixed(1)}–${to.toFixed(1)}`,
      grouped(rows),
      percent(confidence),
      percent(accuracy),
    ]),
    { numbers: [1, 2, 3] },
  );
  const histogram = htmlTable(
    'Probability of the predicted label',
    ['probability', 'right', 'wrong'],
    scoreHistogram(rows.outcomes).map(({ from, to, right, wrong }) => [
      `${from.toFixed(2)}–${to.toFixed(2)}`,
      grouped(right),
      grouped(wrong),
    ]),
    { numbers: [1, 2] },
  );
  return html`<p class="lead">Of the rows that it gives 80 % to, 80 % should be right. Expected calibration error ${figure(metrics.expected_calibration_error)}.</p>
<div class="pair">
${figureOf(pictures.get('reliability')!.inline, 'Points on the dashed line are as right as they are sure: above it the model is too modest, below it too sure. Large points have many rows.', details('As a table', bins))}
<div>${figureOf(pictures.get('scores')!.inline, 'How sure it is of its labels: wrong rows at the foot of the bars, right ones on top of them.', details('As a table', histogram))}
<p class="key"><span><i></i>right (above)</span><span><i class="wrong"></i>wrong (below)</span></p></div>
</div>`;
}

/** How the loss fell, epoch by epoch. */
export function training({ facts: { fit } }: ReportContent, pictures: Pictures): Markup {
  if (!('history' in fit)) return html``;
  const watched = fit.history.some(({ validation }) => validation !== null);
  const epochs = htmlTable(
    'Epochs',
    ['epoch', 'loss', 'learning rate', ...(watched ? ['validation log loss', 'accuracy', 'F1 (macro)'] : [])],
    fit.history.map(({ epoch, loss, learningRate, validation }) => [
      epoch === fit.epoch ? `${epoch} (taken)` : String(epoch),
      figure(loss),
      learningRate.toPrecision(3),
      ...(watched
        ? (['log_loss', 'accuracy', 'f1_macro'] as const).map((key) => figure(validation?.[key] ?? null))
        : []),
    ]),
    { numbers: [1, 2, 3, 4, 5] },
  );
  return figureOf(
    pictures.get('history')!.inline,
    'The loss by epoch; the upright line marks the epoch whose weights were taken.',
    details('As a table', html`<div class="tall">${epochs}</div>`),
  );
}
