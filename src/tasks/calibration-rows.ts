import { gathered } from '../data/places.js';
import type { LabelledLogits } from '../metrics/temperature.js';
import { bulkProbabilities } from '../models/bulk.js';
import { type Classifier, loadClassifier } from '../models/classifier.js';
import { withTemperature } from '../models/temperature.js';
import type { Listener } from '../progress.js';
import type { Csr } from '../sparse/csr.js';
import { CALIBRATION_FOLDS } from './calibrated.js';
import { type FoldedRows, fittedFolds } from './cross-validate.js';
import type { OpenFitter } from './fit.js';

/** Rows that are scored by a model that was not fitted on them: what calibration and thresholds are fitted on. */
export interface CalibrationRows extends LabelledLogits {
  /** Validation rows, or training rows, each fold of them by a model of the others. */
  source: 'validation' | 'folds';
}

/** Logits that are kept at the most: 128 MB. */
const MOST_LOGITS = 1 << 24;

/** Divides logits so far that no probability is too small for a number, and, being a power of two, costs no digit. */
const SOFT = 1024;

/** What a classifier's logits are for feature rows, less a number for each row. */
export async function logitsOf(classifier: Classifier): Promise<(features: Csr) => Float64Array> {
  const score = await bulkProbabilities(loadClassifier(withTemperature(classifier.state(), SOFT)));
  return (features) => score(features).map((p) => SOFT * Math.log(p));
}

/**
 * The training rows, each with the logits of a model of the same recipe that was fitted on the other folds, as Platt 1999 has
 * it; of very many rows, some of each fold. Throws `data` where there are too few rows.
 */
export async function outOfFold(
  folded: FoldedRows,
  seed: number,
  fitter: Pick<OpenFitter, 'fit'>,
  listener: Listener,
): Promise<CalibrationRows> {
  const { classOf, classes } = folded.rows;
  const every = Math.ceil((folded.train.length * classes) / MOST_LOGITS);
  const parts: { logits: Float64Array; labels: Uint32Array }[] = [];
  const folds = { folds: CALIBRATION_FOLDS, seed };
  const told = ofCalibration(listener);
  told.step?.({ stage: 'calibrate' });
  for await (const { held, vectorize, classifier } of fittedFolds(folded, folds, fitter, told)) {
    const rows = held.filter((_, place) => place % every === 0);
    const score = await logitsOf(classifier);
    parts.push({ logits: score(vectorize(rows)), labels: gathered(classOf, rows) });
  }
  const rows = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  const logits = new Float64Array(rows * classes);
  const labels = new Int32Array(rows);
  let at = 0;
  for (const part of parts) {
    logits.set(part.logits, at * classes);
    labels.set(part.labels, at);
    at += part.labels.length;
  }
  return { source: 'folds', logits, labels, classes };
}

/** Tells the progress of folds as that of the calibration. */
const ofCalibration = (listener: Listener): Listener => ({
  step: (step) => listener.step?.({ ...step, stage: 'calibrate' }),
  warn: (message) => listener.warn?.(message),
});
