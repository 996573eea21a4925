import type { Csr } from '../sparse/csr.js';
import type { Classifier } from './classifier.js';
import { type CnnState, cnnEncoding } from './cnn.js';
import { classProbabilities } from './linear.js';
import { type LstmState, lstmEncoding } from './lstm.js';
import { addProduct } from './projections.js';

/** What models of sequences learn. */
export type SequenceModelState = CnnState | LstmState;

/** Writes what becomes of a text's terms, in their order, into `out`. */
export type Encoding = (terms: Uint32Array, out: Float64Array) => void;

/**
 * Embeddings of a text's terms, what a network makes of them in their order, and a softmax, in plain JavaScript and float64: for few
 * texts, and in exported models.
 */
export class SequenceClassifier implements Classifier {
  readonly kind: SequenceModelState['kind'];
  readonly classes: number;
  readonly #encode: Encoding;

  constructor(private readonly learned: SequenceModelState) {
    this.kind = learned.kind;
    this.classes = learned.classes;
    this.#encode = learned.kind === 'cnn' ? cnnEncoding(learned) : lstmEncoding(learned);
  }

  probabilities({ rows, indptr, indices }: Csr): Float64Array {
    const { classes, scores } = this.learned;
    const out = new Float64Array(rows * classes);
    const encoded = new Float64Array(scores.kernel.length / scores.bias.length);
    const logits = new Float64Array(scores.bias.length);
    for (let r = 0; r < rows; r++) {
      this.#encode(indices.subarray(indptr[r]!, indptr[r + 1]!), encoded);
      logits.set(scores.bias);
      addProduct(encoded, scores.kernel, logits);
      classProbabilities(logits, out, r * classes);
    }
    return out;
  }

  state(): SequenceModelState {
    return this.learned;
  }
}
