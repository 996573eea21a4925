import { recalibration } from '../metrics/calibration.js';
import { type Evaluation, evaluate, meanLoss } from '../metrics/classification.js';
import { outcomesOf, type ScoredOutcomes } from '../metrics/outcomes.js';
import { fitTemperature, tempered } from '../metrics/temperature.js';
import { tuneThresholds } from '../metrics/thresholds.js';
import { type Classifier, loadClassifier } from '../models/classifier.js';
import { withTemperature } from '../models/temperature.js';
import type { Thresholds } from '../predictions.js';
import type { Listener } from '../progress.js';
import {
  type CalibrationReport,
  type FittedOn,
  fittedOnText,
  type NamedThreshold,
  type ThresholdReport,
  type TunedTarget,
} from '../report/decisions.js';
import { figure } from '../report/format.js';
import { type CalibrationRows, logitsOf } from './calibration-rows.js';
import type { Part } from './prepare.js';
import type { DecisionSettings } from './settings.js';
import { parseTargets, type Target, targetFigure, targetsOf } from './threshold-targets.js';

/** What a version decides by. */
export interface Decisions {
  /** With its logits divided by the temperature, where one was fitted. */
  classifier: Classifier;
  thresholds: Thresholds | undefined;
  /** Probabilities of the true labels of the rows that this was fitted on, in rising order. */
  labelScores: Float64Array;
  /** What was asked for, how it was met, and what it changed on test rows. */
  report(test: ScoredOutcomes, evaluation: Evaluation): DecisionReports;
}

export interface DecisionReports {
  calibration?: CalibrationReport;
  thresholds?: ThresholdReport;
}

/** What may be fitted on: rows out of fold, else the validation rows. */
export interface DecisionData {
  /** The names of the classes. */
  classes: readonly string[];
  validation: Part;
  outOfFold: CalibrationRows | undefined;
}

/**
 * Fits a temperature, then thresholds, as far as settings ask for them, on rows that the model was not fitted on. A floor that
 * these rows do not reach is told, and missed by as little as can be. Throws `usage` for a class that is not there.
 */
export async function fitDecisions(
  fitted: Classifier,
  { classes, validation, outOfFold }: DecisionData,
  { calibrate, tuneThreshold }: DecisionSettings,
  listener: Listener,
): Promise<Decisions> {
  const rows: CalibrationRows = outOfFold ?? {
    source: 'validation',
    logits: (await logitsOf(fitted))(validation.features),
    labels: validation.labels,
    classes: classes.length,
  };
  const on = { rows: rows.labels.length, source: rows.source };
  const temperature = calibrate ? temperatureOf(rows, on, listener) : 1;
  const scored = (by: number) =>
    outcomesOf(classes, classes.length, rows.labels, tempered(rows.logits, rows.classes, by));
  const outcomes = scored(temperature);
  const targets = tuneThreshold === null ? undefined : parseTargets(tuneThreshold)!;
  const tuned = targets && tune(targets, outcomes, on, listener);
  return {
    classifier: temperature === 1 ? fitted : loadClassifier(withTemperature(fitted.state(), temperature)),
    thresholds: tuned?.thresholds,
    labelScores: outcomes.labelScore.slice().sort(),
    report: (test, evaluation) => ({
      ...(calibrate && {
        calibration: {
          ...{ method: 'temperature', temperature, ...on },
          log_loss: { before: meanLoss(scored(1)), after: meanLoss(outcomes) },
          test: test.truth.length === 0 ? null : recalibration(test, temperature),
        },
      }),
      ...(tuned && {
        thresholds: { ...tuned.told, ...on, test: targetsOn(targets!, test, evaluation) },
      }),
    }),
  };
}

/** The best temperature; 1 where there is none, which is told. */
function temperatureOf(rows: CalibrationRows, on: FittedOn, listener: Listener): number {
  const found = fitTemperature(rows);
  if (typeof found === 'number') return found;
  const how = found === 'all right' ? 'right' : 'scored no better than by chance';
  listener.warn?.(
    `the ${fittedOnText(on)} are ${how}, so that no temperature is best: the probabilities stay as they are`,
  );
  return 1;
}

/** Tunes thresholds; what they cannot reach is told. */
function tune(targets: readonly Target[], outcomes: ScoredOutcomes, on: FittedOn, listener: Listener) {
  const { labels, classes, truth, probabilities } = outcomes;
  const rows = { probabilities, classes, labels: Int32Array.from(truth) };
  const thresholds = tuneThresholds(rows, targetsOf(targets, labels));
  const by = outcomesOf(labels, classes, truth, probabilities, thresholds);
  const reached = targetsOn(targets, outcomes, evaluate(by)).map((found, i) => {
    const { bound, text } = targets[i]!;
    const met = bound === null ? null : found.value !== null && found.value >= bound;
    if (met === false) {
      const nearest =
        found.value === null ? 'it is not defined there' : `${figure(found.value)} comes nearest`;
      listener.warn?.(`${text} cannot be reached on the ${fittedOnText(on)}: ${nearest}`);
    }
    return { ...found, met };
  });
  const named = thresholds.map((threshold, c) => ({ label: labels[c]!, threshold }));
  const told = { thresholds: named.filter(hasThreshold), targets: reached };
  return { thresholds, told };
}

const hasThreshold = (each: { label: string; threshold: number | null }): each is NamedThreshold =>
  each.threshold !== null;

/** The figures that targets are about, of the most probable classes and of those that were decided for. */
function targetsOn(targets: readonly Target[], outcomes: ScoredOutcomes, decided: Evaluation): TunedTarget[] {
  const { labels, classes, truth, probabilities } = outcomes;
  const plain = evaluate(outcomesOf(labels, classes, truth, probabilities));
  return targets.map((target) => ({
    target: target.text,
    before: targetFigure(target, plain),
    value: targetFigure(target, decided),
  }));
}
