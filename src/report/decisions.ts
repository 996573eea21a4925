import type { Abstention } from '../metrics/abstention.js';
import type { Recalibration } from '../metrics/calibration.js';
import type { Coverage } from '../metrics/conformal.js';
import { figure, grouped, percent } from './format.js';

/** What thresholds and temperatures were fitted on. */
export interface FittedOn {
  rows: number;
  /** Validation rows, or training rows, each scored by a model of the other folds. */
  source: 'validation' | 'folds';
}

/** How probabilities were calibrated, and what that did to the test rows. */
export interface CalibrationReport extends FittedOn {
  method: 'temperature';
  /** What logits are divided by; 1 where none is best. */
  temperature: number;
  /** Of the rows that it was fitted on. */
  log_loss: { before: number | null; after: number | null };
  /** Null without test rows. */
  test: Recalibration | null;
}

/** How a target was met. */
export interface TunedTarget {
  target: string;
  /** Of the most probable classes, and of those that are decided for; null where undefined. */
  before: number | null;
  value: number | null;
}

export interface NamedThreshold {
  label: string;
  threshold: number;
}

/** The thresholds that were tuned, and what for. */
export interface ThresholdReport extends FittedOn {
  /** Of those classes that have one. */
  thresholds: NamedThreshold[];
  /** On the rows that they were tuned on; `met` is null for a target without a bound. */
  targets: (TunedTarget & { met: boolean | null })[];
  /** On the test rows. */
  test: TunedTarget[];
}

/** "3,567 training rows out of fold". */
export const fittedOnText = ({ rows, source }: FittedOn): string =>
  `${grouped(rows)} ${source === 'validation' ? 'validation rows' : 'training rows out of fold'}`;

/** "temperature 1.4286 by 500 validation rows; log loss 0.45 → 0.41, Brier score 0.21 → 0.2, …". */
export function calibrationText(report: CalibrationReport): string {
  const { temperature, test } = report;
  const fitted = `temperature ${figure(temperature)} by ${fittedOnText(report)}`;
  if (!test) return fitted;
  return `${fitted}; ${changeText(test)}`;
}

/**
 * "log loss 0.4514 → 0.4102, Brier score 0.2122 → 0.2085, calibration error of the most probable class 0.1646 → 0.0312". The
 * metric of an evaluation is of the class that is decided for, which thresholds may change.
 */
function changeText({ before, after }: Recalibration): string {
  const names = {
    log_loss: 'log loss',
    brier_score: 'Brier score',
    expected_calibration_error: 'calibration error of the most probable class',
  } as const;
  return (Object.keys(names) as (keyof typeof names)[])
    .map((name) => `${names[name]} ${figure(before[name])} → ${figure(after[name])}`)
    .join(', ');
}

/** What was measured of a temperature, of label sets and of abstaining on rows. */
export interface Measured {
  calibration?: Recalibration;
  coverage?: Coverage;
  abstention?: Abstention;
}

/** A line for each thing that was measured of what a version decides. */
export function measuredTexts({ calibration, coverage, abstention }: Measured): string[] {
  return [
    ...(calibration ? [`temperature ${figure(calibration.temperature)}: ${changeText(calibration)}`] : []),
    ...(coverage
      ? [
          `label sets for ${percent(coverage.coverage)}: ${percent(coverage.covered)} hold the true label, ${figure(coverage.meanSetSize, 2)} labels on average, ${percent(coverage.singletons)} hold one alone`,
        ]
      : []),
    ...(abstention
      ? [
          `from ${abstention.minScore} on: ${grouped(abstention.rows)} rows answered (${percent(abstention.answered)}), accuracy among them ${figure(abstention.accuracy)}`,
        ]
      : []),
  ];
}

/** "spam 0.53", for the first of many. */
export function thresholdsText({ thresholds }: Pick<ThresholdReport, 'thresholds'>): string {
  const shown = thresholds.slice(0, 5).map(({ label, threshold }) => `${label} ${threshold}`);
  return [...shown, ...(thresholds.length > 5 ? [`${thresholds.length - 5} more`] : [])].join(', ');
}

/** "precision(spam) >= 0.99: 0.9888 → 0.9910, on the test rows 0.9912 → 0.9912". */
export const targetTexts = ({ targets, test }: ThresholdReport): string[] =>
  targets.map(({ target, before, value, met }, i) => {
    const own = `${target}: ${figure(before)} → ${figure(value)}${met === false ? ' (not reached)' : ''}`;
    const tested = test[i];
    return tested ? `${own}, on the test rows ${figure(tested.before)} → ${figure(tested.value)}` : own;
  });

/** How a version with thresholds decides, as a sentence. */
export const thresholdRule = (
  { thresholds }: Pick<ThresholdReport, 'thresholds'>,
  classes: number,
): string =>
  thresholds.length === classes
    ? 'The class whose probability is the largest multiple of its threshold is predicted.'
    : 'A class with a threshold is predicted where its probability reaches that (of several, by the largest multiple), else the most probable of the others.';
