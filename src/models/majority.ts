import type { Csr } from '../sparse/csr.js';
import type { Classifier } from './classifier.js';
import { classPriors } from './weights.js';

/** What counting the classes learned. */
export interface MajorityState {
  kind: 'majority';
  /** Share of the rows that each class has. */
  shares: Float64Array;
}

/** Answers with the shares of the classes whatever the text, as scikit-learn's `DummyClassifier(strategy="prior")`. */
export class MajorityClassifier implements Classifier {
  readonly kind = 'majority';
  readonly classes: number;

  constructor(private readonly learned: MajorityState) {
    this.classes = learned.shares.length;
  }

  probabilities({ rows }: Csr): Float64Array {
    const out = new Float64Array(rows * this.classes);
    for (let r = 0; r < rows; r++) out.set(this.learned.shares, r * this.classes);
    return out;
  }

  state(): MajorityState {
    return this.learned;
  }
}

/** Learns how many rows each class has; `labels` holds a class below `classes` for each row. */
export const fitMajority = (labels: Int32Array, classes: number): MajorityClassifier =>
  new MajorityClassifier({ kind: 'majority', shares: classPriors(labels, classes) });
