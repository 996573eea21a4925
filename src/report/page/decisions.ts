import type { Recalibration } from '../../metrics/calibration.js';
import type { ReportContent } from '../content.js';
import { fittedOnText, measuredTexts, targetTexts, thresholdRule } from '../decisions.js';
import { grouped, percent } from '../format.js';
import { details, html, htmlTable, type Markup } from './markup.js';

/** By what it decides beside the largest probability, and what that is worth; nothing where that is all. */
export function decisions({ measured = {}, facts: { thresholds, classes } }: ReportContent): Markup | null {
  const told = measuredTexts(measured);
  if (told.length === 0 && !thresholds) return null;
  return html`${told.length > 0 && html`<ul>${told.map((each) => html`<li>${each}</li>`)}</ul>`}
${measured.calibration && details('Reliability before and after calibration', reliabilities(measured.calibration))}
${
  thresholds &&
  html`<h3>Thresholds</h3>
<p>${thresholdRule(thresholds, classes.length)} They were tuned on ${fittedOnText(thresholds)}.</p>
<ul>${targetTexts(thresholds).map((each) => html`<li>${each}</li>`)}</ul>
${details(
  'All thresholds',
  html`<div class="tall">${htmlTable(
    'Thresholds',
    ['class', 'threshold'],
    thresholds.thresholds.map(({ label, threshold }) => [label, String(threshold)]),
    { numbers: [1], sortable: true },
  )}</div>`,
)}`
}`;
}

/** How often the most probable class is right, by its probability, with and without the temperature. */
const reliabilities = ({ before, after }: Recalibration) =>
  htmlTable(
    'How often the most probable class is right',
    ['probability', 'rows before', 'mean probability', 'right', 'rows after', 'mean probability', 'right'],
    after.reliability.map(({ from, to }, i) => [
      `${from.toFixed(1)}–${to.toFixed(1)}`,
      ...[before, after].flatMap(({ reliability }) => {
        const { rows, confidence, accuracy } = reliability[i]!;
        return [grouped(rows), percent(confidence), percent(accuracy)];
      }),
    ]),
    { numbers: [1, 2, 3, 4, 5, 6] },
  );
