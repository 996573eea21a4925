import type * as tfjs from '@tensorflow/tfjs-core';
import type { Csr } from '../sparse/csr.js';
import type { ByOutputs, ConvolutionArrays, EmbeddedBatch, TensorOperations } from './encodings.js';
import { readPacked } from './packed.js';
import type { SequenceBatch } from './wasm/sequences.js';

/**
 * `Encodings.convolutions`. Sequences are filled up with a term of zeros, which stands behind each at least once, so that a
 * window of nothing else is among those of each. The gradient goes through the windows of the largest outcomes alone, as a
 * sparse matrix.
 */
export async function tensorConvolutions(
  operations: TensorOperations,
  { batch, embedded }: EmbeddedBatch,
  widths: readonly number[],
  { kernel, bias }: ConvolutionArrays,
  byOutputs: ByOutputs,
): Promise<{ byTokens: Float32Array } & ConvolutionArrays> {
  const { tf, sparseTensor, sparseMatMul, disposeSparse } = operations;
  const sequences = batch.lengths.length;
  const terms = batch.terms.length;
  const filters = bias.length / widths.length;
  const places = widths.reduce((sum, width) => sum + width, 0);
  const dim = kernel.length / (places * filters);
  const windows = (batch.lengths[0] ?? 0) + 1;
  const [outcomes, where] = await readPacked(operations, () => {
    const filled = tf.concat([tf.tensor2d(embedded, [terms, dim]), tf.zeros<tfjs.Rank.R2>([1, dim])]);
    const projections = tf.matMul(filled, tf.tensor2d(kernel, [places * filters, dim]), false, true);
    const columns = windows + Math.max(...widths) - 1;
    const numbers = tf.tensor2d(filledUp(batch, columns), [sequences, columns], 'int32');
    const biases = tf.tensor2d(bias, [widths.length, filters]);
    let first = 0;
    const found = widths.map((width, i) => {
      let sums: tfjs.Tensor3D = tf.reshape(tf.slice(biases, i, 1), [1, 1, filters]);
      for (let place = 0; place < width; place++, first++) {
        const own = tf.slice(projections, [0, first * filters], [terms + 1, filters]);
        sums = tf.add(sums, tf.gather(own, tf.slice(numbers, [0, place], [sequences, windows])));
      }
      return { largest: tf.max<tfjs.Tensor2D>(sums, 1), at: tf.argMax<tfjs.Tensor2D>(sums, 1) };
    });
    const ats = found.map(({ at }) => tf.cast<tfjs.Tensor2D>(at, 'float32'));
    return [
      tf.relu(
        tf.concat(
          found.map(({ largest }) => largest),
          1,
        ),
      ),
      tf.concat(ats, 1),
    ];
  });
  const by = byOutputs(outcomes!).map((g, i) => (outcomes![i]! > 0 ? g : 0));
  const byBias = new Float32Array(bias.length);
  by.forEach((g, i) => {
    byBias[i % bias.length]! += g;
  });
  const won = sparseTensor(windowsOf(batch, widths, filters, where!, by));
  try {
    const [byTokens, byKernel] = await readPacked(operations, () => [
      sparseMatMul(won, tf.tensor2d(kernel, [places * filters, dim])),
      sparseMatMul(won, tf.tensor2d(rowsAt(embedded, batch.tokens, dim), [batch.tokens.length, dim]), true),
    ]);
    return { byTokens: byTokens!, kernel: byKernel!, bias: byBias };
  } finally {
    disposeSparse(won);
  }
}

/** The rows of a row-major matrix with so many columns that stand at these places. */
function rowsAt(values: Float32Array, places: Uint32Array, columns: number): Float32Array {
  const out = new Float32Array(places.length * columns);
  places.forEach((place, i) => {
    out.set(values.subarray(place * columns, (place + 1) * columns), i * columns);
  });
  return out;
}

/** The terms of each sequence, filled up with one more than there are: row-major [sequences, columns]. */
function filledUp({ lengths, starts, tokens, terms }: SequenceBatch, columns: number): Int32Array {
  const out = new Int32Array(lengths.length * columns).fill(terms.length);
  lengths.forEach((length, s) => {
    out.set(tokens.subarray(starts[s]!, starts[s]! + length), s * columns);
  });
  return out;
}

/** The gradient by the projections of each token [tokens, places · filters], from that by the outcomes of the windows that begin at `where`. */
function windowsOf(
  { lengths, starts, tokens }: SequenceBatch,
  widths: readonly number[],
  filters: number,
  where: Float32Array,
  by: Float32Array,
): Csr {
  const places = widths.reduce((sum, width) => sum + width, 0);
  /** Each token of a window, and the column that it is projected to. */
  const visit = (see: (token: number, column: number, g: number) => void) => {
    let i = 0;
    for (let s = 0; s < lengths.length; s++) {
      let first = 0;
      for (const width of widths) {
        for (let f = 0; f < filters; f++, i++) {
          if (by[i] === 0) continue;
          const end = Math.min(width, lengths[s]! - where[i]!);
          for (let place = 0; place < end; place++) {
            see(starts[s]! + where[i]! + place, (first + place) * filters + f, by[i]!);
          }
        }
        first += width;
      }
    }
  };
  const indptr = new Uint32Array(tokens.length + 1);
  visit((token) => {
    indptr[token + 1]!++;
  });
  for (let token = 0; token < tokens.length; token++) indptr[token + 1]! += indptr[token]!;
  const next = indptr.slice();
  const indices = new Uint32Array(indptr[tokens.length]!);
  const values = new Float32Array(indices.length);
  visit((token, column, g) => {
    const at = next[token]!++;
    indices[at] = column;
    values[at] = g;
  });
  return { rows: tokens.length, cols: places * filters, indptr, indices, values };
}
