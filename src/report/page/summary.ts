import type { IntervalMetric } from '../../metrics/bootstrap.js';
import { comparedMetrics } from '../../metrics/comparison.js';
import { conclusionOf } from '../conclusion.js';
import { nameOf, type ReportContent } from '../content.js';
import { baselineNames, figure, grouped, intervalText, percent, signed } from '../format.js';
import { metricTitles } from '../metric-titles.js';
import type { Pictures } from '../pictures.js';
import { bidi, details, figureOf, html, htmlTable, type Markup } from './markup.js';

/** What a reader in a hurry needs: the conclusion, the figures that matter, and what they stand beside. */
export function summary(content: ReportContent, pictures: Pictures): Markup {
  const { evaluation, gates, champion } = content;
  const { metrics, intervals } = evaluation;
  const conclusion = conclusionOf(content);
  const standing = pictures.get('standing');
  const tile = (key: keyof typeof metrics, value: string, beside = '', title = metricTitles[key]) =>
    metrics[key] !== null && html`<div><dt>${title}</dt><dd>${value}<small>${beside}</small></dd></div>`;
  const interval = (name: IntervalMetric) =>
    intervals[name] ? intervals[name].map((bound) => figure(bound, 3)).join(' – ') : '';
  return html`
<div class="conclusion ${conclusion.tone}"><p>${conclusion.headline}</p><ul>${conclusion.findings.map((finding) => html`<li>${bidi(finding)}</li>`)}</ul></div>
<dl class="tiles">
${tile('accuracy', percent(metrics.accuracy), interval('accuracy'))}
${tile('f1_macro', figure(metrics.f1_macro, 3), interval('f1_macro'))}
${tile('log_loss', figure(metrics.log_loss, 3), interval('log_loss'))}
${tile('roc_auc', figure(metrics.roc_auc, 3), evaluation.perClass.length > 2 ? 'class mean' : '')}
${tile('expected_calibration_error', figure(metrics.expected_calibration_error, 3), '0 is perfect', 'calibration error')}
${tile('n', grouped(metrics.n), content.data.kind === 'held-out' ? 'held out' : 'of files')}
</dl>
${Object.values(intervals).some(Boolean) && html`<p class="small">Below a figure: the interval that holds 95 % of resamples of the rows.</p>`}
${standing && html`<h3>Beside others, on the same rows</h3>${figureOf(standing.inline, 'Accuracy; the line is the interval that holds 95 % of resamples of the rows.')}`}
${gates && gates.length > 0 && html`<h3>Gates</h3>${gatesTable(gates)}`}
${champion && html`<h3>Beside ${champion.name}</h3>${championTable(content, champion)}`}
${details('All figures', figures(content))}`;
}

const gatesTable = (gates: NonNullable<ReportContent['gates']>): Markup =>
  htmlTable(
    'Gates',
    ['gate', 'result', 'value', 'held to', 'margin', ''],
    gates.map(({ gate, passed, value, threshold, margin, note }) => [
      gate,
      html`<span class="badge${!passed && ' bad'}">${passed ? '✓ met' : '✗ missed'}</span>`,
      figure(value),
      figure(threshold),
      signed(margin),
      note ?? '',
    ]),
    { numbers: [2, 3, 4] },
  );

function championTable(content: ReportContent, champion: NonNullable<ReportContent['champion']>): Markup {
  const { comparison } = champion;
  const names = Object.keys(comparedMetrics) as (keyof typeof comparedMetrics)[];
  return htmlTable(
    `${nameOf(content)} beside ${champion.name}`,
    ['metric', champion.name, nameOf(content), 'difference', '95 % interval', 'verdict'],
    names.map((name) => {
      const { a, b, difference, interval, verdict } = comparison.metrics[name];
      const bounds = interval ? `${signed(interval[0])} to ${signed(interval[1])}` : '';
      return [metricTitles[name], figure(a), figure(b), signed(difference), bounds, verdict];
    }),
    { numbers: [1, 2, 3, 4] },
  );
}

function figures({ evaluation, baselines = {} }: ReportContent): Markup {
  const { metrics, intervals } = evaluation;
  const beside = (['nb', 'majority'] as const).filter((name) => baselines[name]);
  const keys = (Object.keys(metricTitles) as (keyof typeof metrics)[]).filter((key) => key !== 'n');
  return htmlTable(
    'All figures',
    ['metric', 'value', '95 % interval', ...beside.map((name) => baselineNames[name])],
    keys.map((key) => [
      metricTitles[key],
      figure(metrics[key]),
      intervalText(intervals[key as IntervalMetric]),
      ...beside.map((name) => figure((baselines[name] as Partial<typeof metrics>)[key] ?? null)),
    ]),
    { numbers: [1, 2, 3, 4] },
  );
}
