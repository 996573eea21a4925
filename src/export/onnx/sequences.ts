import type { CnnState, Convolution } from '../../models/cnn.js';
import type { LstmState } from '../../models/lstm.js';
import type { Graph, Value } from './graph.js';

/** [texts, terms], 0 being padding, to what a network makes of the terms in their order [texts, outputs]. */
export function encodedBy(graph: Graph, terms: Value, network: CnnState | LstmState): Value {
  const { dim, embedding } = network;
  const table = graph.floats(embedding, [embedding.length / dim, dim]);
  const embedded = graph.op('Gather', [table, terms], { axis: 0 });
  return network.kind === 'cnn'
    ? convolved(graph, embedded, network)
    : lastStates(graph, embedded, terms, network);
}

/** The largest outcome of each filter, over windows that begin at each term and behind the last. */
function convolved(graph: Graph, embedded: Value, { dim, convolutions }: CnnState): Value {
  const widest = Math.max(...convolutions.map(({ width }) => width));
  const beside = graph.op('Transpose', [embedded], { perm: [0, 2, 1] });
  const padded = graph.op('Pad', [beside, graph.ints([0, 0, 0, 0, 0, widest])]);
  const largest = convolutions.map((convolution) => {
    const { width, bias } = convolution;
    const kernel = graph.floats(turned(convolution, dim), [bias.length, dim, width]);
    const outcomes = graph.op('Conv', [padded, kernel, graph.floats(bias, [bias.length])], {
      kernel_shape: [width],
    });
    return graph.op('ReduceMax', [graph.op('Relu', [outcomes]), graph.ints([2])], { keepdims: 0 });
  });
  return graph.op('Concat', largest, { axis: 1 });
}

/** [width, dim, filters] as [filters, dim, width]. */
function turned({ width, kernel, bias }: Convolution, dim: number): Float32Array {
  const filters = bias.length;
  const out = new Float32Array(kernel.length);
  for (let place = 0; place < width; place++) {
    for (let d = 0; d < dim; d++) {
      for (let f = 0; f < filters; f++) {
        out[(f * dim + d) * width + place] = kernel[(place * dim + d) * filters + f]!;
      }
    }
  }
  return out;
}

/** The last state of each pass; a text's own length is that of its terms before the padding. */
function lastStates(graph: Graph, embedded: Value, terms: Value, { dim, units, passes }: LstmState): Value {
  const directions = passes.length;
  const all = (length: number, of: (pass: LstmState['passes'][number]) => Float32Array) => {
    const out = new Float32Array(directions * length);
    passes.forEach((pass, i) => {
      out.set(of(pass), i * length);
    });
    return out;
  };
  const input = all(4 * units * dim, ({ kernel }) => gatesBelow(kernel, dim, units));
  const recurrent = all(4 * units * units, (pass) => gatesBelow(pass.recurrent, units, units));
  // behind the biases of the input stand those of the state, which Keras has not
  const bias = all(8 * units, (pass) => gatesBelow(pass.bias, 1, units));
  const known = graph.op('Cast', [graph.op('Greater', [terms, graph.ints(0)])], { to: 6 });
  const lengths = graph.op('ReduceSum', [known, graph.ints([1])], { keepdims: 0 });
  const [, last] = graph.ops(
    'LSTM',
    2,
    [
      graph.op('Transpose', [embedded], { perm: [1, 0, 2] }),
      graph.floats(input, [directions, 4 * units, dim]),
      graph.floats(recurrent, [directions, 4 * units, units]),
      graph.floats(bias, [directions, 8 * units]),
      lengths,
    ],
    { hidden_size: units, direction: directions === 2 ? 'bidirectional' : 'forward' },
  );
  const beside = graph.op('Transpose', [last!], { perm: [1, 0, 2] });
  return graph.op('Reshape', [beside, graph.ints([0, directions * units])]);
}

/** Keras's gates [rows, input · forget · cell · output] as ONNX's [input · output · forget · cell, rows]. */
function gatesBelow(values: Float32Array, rows: number, units: number): Float32Array {
  const out = new Float32Array(values.length);
  [0, 3, 1, 2].forEach((gate, to) => {
    for (let u = 0; u < units; u++) {
      for (let r = 0; r < rows; r++)
        out[(to * units + u) * rows + r] = values[r * 4 * units + gate * units + u]!;
    }
  });
  return out;
}
