import {
  type CalibrationReport,
  fittedOnText,
  type Measured,
  measuredTexts,
  type ThresholdReport,
  thresholdRule,
} from './decisions.js';
import { figure, grouped } from './format.js';
import { markdownTable } from './markdown-table.js';

const figureNames = {
  log_loss: 'log loss',
  brier_score: 'Brier score',
  expected_calibration_error: 'expected calibration error of the most probable class',
} as const;

/** What a temperature changed, where one was fitted. */
export function calibrationSections(calibration: CalibrationReport | undefined): string[] {
  if (!calibration) return [];
  const { temperature, test, log_loss } = calibration;
  const fitted = `Logits are divided by ${figure(temperature)}, which is best on ${fittedOnText(calibration)}: their log loss went from ${figure(log_loss.before)} to ${figure(log_loss.after)}.`;
  if (!test) return ['## Calibration', fitted];
  const { before, after } = test;
  const names = Object.keys(figureNames) as (keyof typeof figureNames)[];
  return [
    '## Calibration',
    `${fitted} On the held-out rows:`,
    markdownTable(
      ['figure', 'before', 'after'],
      names.map((name) => [figureNames[name], figure(before[name]), figure(after[name])]),
    ),
    'How often the most probable class is right, by its probability:',
    markdownTable(
      ['probability', 'rows before', 'confidence', 'accuracy', 'rows after', 'confidence', 'accuracy'],
      after.reliability.map(({ from, to }, i) => [
        `${from.toFixed(1)}–${to.toFixed(1)}`,
        ...[before, after].flatMap(({ reliability }) => {
          const { rows, confidence, accuracy } = reliability[i]!;
          return [grouped(rows), figure(confidence), figure(accuracy)];
        }),
      ]),
    ),
  ];
}

/** What was measured of a temperature, of label sets and of abstaining, where there is something. */
export function measuredSections(measured: Measured): string[] {
  const told = measuredTexts(measured);
  return told.length > 0 ? ['## Decisions', told.map((each) => `- ${each}`).join('\n')] : [];
}

/** The thresholds that the version decides by, where it does. */
export function thresholdSections(report: ThresholdReport | undefined, classes: number): string[] {
  if (!report) return [];
  const { thresholds, targets, test } = report;
  return [
    '## Thresholds',
    `${thresholdRule(report, classes)} They were tuned on ${fittedOnText(report)}.`,
    markdownTable(
      ['class', 'threshold'],
      thresholds.map(({ label, threshold }) => [label, String(threshold)]),
    ),
    markdownTable(
      ['tuned for', 'most probable class', 'with thresholds', 'held-out rows', 'with thresholds', 'reached'],
      targets.map(({ target, before, value, met }, i) => [
        target,
        ...[before, value, test[i]?.before ?? null, test[i]?.value ?? null].map((each) => figure(each)),
        met === null ? '' : met ? 'yes' : 'no',
      ]),
    ),
  ];
}
