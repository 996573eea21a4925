import { MaasError } from '../errors.js';
import type { Csr } from '../sparse/csr.js';
import { DenseClassifier, type DenseState } from './dense.js';
import type { ClassifierKind } from './kinds.js';
import { LinearClassifier, type LinearState } from './linear.js';
import { MajorityClassifier, type MajorityState } from './majority.js';
import { SequenceClassifier, type SequenceModelState } from './sequence-classifier.js';

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
  nb: (state: LinearState) => new LinearClassifier(state),
  dense: (state: DenseState) => new DenseClassifier(state),
  bag: (state: DenseState) => new DenseClassifier(state),
  cnn: (state: SequenceModelState) => new SequenceClassifier(state),
  lstm: (state: SequenceModelState) => new SequenceClassifier(state),
  majority: (state: MajorityState) => new MajorityClassifier(state),
} as const satisfies Record<ClassifierKind, unknown>;

/** What a fitted classifier learned. */
export type ClassifierState = LinearState | DenseState | SequenceModelState | MajorityState;

/** The classifier whose state this is. Throws `artifact` for an unknown kind. */
export function loadClassifier(state: ClassifierState): Classifier {
  if (!Object.hasOwn(classifiers, state.kind)) {
    throw new MaasError('artifact', `there is no classifier "${state.kind}" in this maas`);
  }
  const load = classifiers[state.kind] as (state: ClassifierState) => Classifier;
  return load(state);
}
