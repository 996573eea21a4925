import type { DenseLayer } from './dense.js';
import { Projections } from './projections.js';
import type { Encoding } from './sequence-classifier.js';

/** Filters over windows of some terms, as Keras has them: kernel [width, dim, filters], bias [filters]. */
export interface Convolution {
  width: number;
  kernel: Float32Array;
  bias: Float32Array;
}

/** What fitting a convolutional network learned. */
export interface CnnState {
  kind: 'cnn';
  classes: number;
  /** Numbers of an embedding. */
  dim: number;
  /** [terms, dim]. */
  embedding: Float32Array;
  convolutions: Convolution[];
  /** From the largest outcome of each filter to the logits, of which two classes have one, that of the second. */
  scores: DenseLayer;
}

/**
 * Convolutions over the embeddings of a text's terms, and the largest outcome of each filter (Kim 2014). A text is followed by
 * padding, whose embedding is 0: a window begins at each of its terms, and one behind them.
 */
export function cnnEncoding({ dim, embedding, convolutions }: Omit<CnnState, 'scores'>): Encoding {
  // for each convolution, what a term adds at each place of a window
  const projections = convolutions.map(({ width, kernel, bias }) => {
    const turned = placesBeside(kernel, width, dim, bias.length);
    return new Projections(embedding, turned, new Float32Array(width * bias.length));
  });
  return (terms, out) => {
    let at = 0;
    convolutions.forEach((convolution, i) => {
      const end = at + convolution.bias.length;
      largestOutcomes(terms, convolution, projections[i]!, out.subarray(at, end));
      at = end;
    });
  };
}

/** [places, dim, filters] as [dim, places · filters]. */
function placesBeside(kernel: Float32Array, places: number, dim: number, filters: number): Float32Array {
  const out = new Float32Array(kernel.length);
  for (let place = 0; place < places; place++) {
    for (let d = 0; d < dim; d++) {
      const from = (place * dim + d) * filters;
      out.set(kernel.subarray(from, from + filters), (d * places + place) * filters);
    }
  }
  return out;
}

/** Writes the largest outcome of each filter, 0 if it is below, into `out`. */
function largestOutcomes(
  terms: Uint32Array,
  { width, bias }: Convolution,
  projections: Projections,
  out: Float64Array,
): void {
  const filters = bias.length;
  const sums = new Float64Array(filters);
  for (let f = 0; f < filters; f++) out[f] = Math.max(0, bias[f]!);
  const own = Array.from(terms, (term) => projections.of(term));
  for (let t = 0; t < own.length; t++) {
    sums.set(bias);
    const end = Math.min(width, own.length - t);
    for (let place = 0; place < end; place++) {
      const projection = own[t + place]!;
      const from = place * filters;
      for (let f = 0; f < filters; f++) sums[f]! += projection[from + f]!;
    }
    for (let f = 0; f < filters; f++) if (sums[f]! > out[f]!) out[f] = sums[f]!;
  }
}
