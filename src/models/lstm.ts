import type { DenseLayer } from './dense.js';
import { addProduct, Projections } from './projections.js';
import type { Encoding } from './sequence-classifier.js';

/** Weights of a long short-term memory as Keras has them; gates in the order input, forget, cell, output. */
export interface LstmWeights {
  /** [dim, 4 · units]. */
  kernel: Float32Array;
  /** [units, 4 · units]. */
  recurrent: Float32Array;
  /** [4 · units]. */
  bias: Float32Array;
}

/** What fitting a long short-term memory learned. */
export interface LstmState {
  kind: 'lstm';
  classes: number;
  /** Numbers of an embedding, and of a state. */
  dim: number;
  units: number;
  /** [terms, dim]. */
  embedding: Float32Array;
  /** From the first term to the last, and where it is bidirectional, back. */
  passes: LstmWeights[];
  /** From the last state of each pass to the logits, of which two classes have one, that of the second. */
  scores: DenseLayer;
}

/**
 * The last states of a long short-term memory (Hochreiter & Schmidhuber 1997) that goes through the embeddings of a text's terms, one
 * for each pass. An empty text has the state 0.
 */
export function lstmEncoding(learned: Omit<LstmState, 'scores'>): Encoding {
  const { units } = learned;
  const passes = learned.passes.map((weights, i) => new LstmPassScorer(learned, weights, i === 1));
  return (terms, out) => {
    passes.forEach((pass, i) => {
      pass.last(terms, out.subarray(i * units, (i + 1) * units));
    });
  };
}

/** One pass through sequences, in float64. */
class LstmPassScorer {
  readonly #projections: Projections;
  readonly #gates: Float64Array;
  readonly #cell: Float64Array;

  constructor(
    private readonly learned: Pick<LstmState, 'units' | 'embedding'>,
    private readonly weights: LstmWeights,
    private readonly backwards: boolean,
  ) {
    this.#projections = new Projections(learned.embedding, weights.kernel, weights.bias);
    this.#gates = new Float64Array(4 * learned.units);
    this.#cell = new Float64Array(learned.units);
  }

  /** Writes the last state into `state`. */
  last(terms: Uint32Array, state: Float64Array): void {
    const { units } = this.learned;
    const gates = this.#gates;
    const cell = this.#cell;
    cell.fill(0);
    state.fill(0);
    for (let t = 0; t < terms.length; t++) {
      gates.set(this.#projections.of(terms[this.backwards ? terms.length - 1 - t : t]!));
      addProduct(state, this.weights.recurrent, gates);
      for (let u = 0; u < units; u++) {
        const input = sigmoid(gates[u]!) * Math.tanh(gates[2 * units + u]!);
        cell[u] = sigmoid(gates[units + u]!) * cell[u]! + input;
        state[u] = sigmoid(gates[3 * units + u]!) * Math.tanh(cell[u]!);
      }
    }
  }
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
