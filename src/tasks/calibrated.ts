import type { DecisionSettings } from './settings.js';

/** Whether the settings ask for anything that is fitted on rows which the model was not. */
export const asksForDecisions = ({ calibrate, tuneThreshold }: DecisionSettings): boolean =>
  calibrate || tuneThreshold !== null;

/** Folds of the training rows, where there are no validation rows: as many as scikit-learn's `CalibratedClassifierCV` has. */
export const CALIBRATION_FOLDS = 5;
