import { MaasError } from '../errors.js';
import type { Csr } from '../sparse/csr.js';
import { LinearClassifier, type LinearState } from './linear.js';

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
  logistic: (state: LinearState) => new LinearClassifier(state),
} as const;

export type ClassifierKind = keyof typeof classifiers;
export type ClassifierState = Parameters<(typeof classifiers)[ClassifierKind]>[0];

/** The classifier whose state this is. Throws `artifact` for an unknown kind. */
export function loadClassifier(state: ClassifierState): Classifier {
  if (!Object.hasOwn(classifiers, state.kind)) {
    throw new MaasError('artifact', `there is no classifier "${state.kind}" in this maas`);
  }
  return classifiers[state.kind](state);
}
