import type { Csr } from '../sparse/csr.js';
import { Linear, type LinearState } from './linear.js';

/** A fitted classifier: feature rows in, class probabilities out. */
export interface Classifier {
  readonly kind: ClassifierKind;
  readonly classes: number;
  /** Row-major [rows, classes]; each row sums to 1. */
  probabilities(features: Csr): Float64Array;
  /** Everything that `loadClassifier` needs, as plain data. */
  state(): ClassifierState;
}

/** The classifiers by name: how each comes back from its state. */
const classifiers = {
  logistic: (state: LinearState) => new Linear(state),
} as const;

export type ClassifierKind = keyof typeof classifiers;
export type ClassifierState = Parameters<(typeof classifiers)[ClassifierKind]>[0];

/** The classifier whose state this is. */
export function loadClassifier(state: ClassifierState): Classifier {
  return classifiers[state.kind](state);
}
