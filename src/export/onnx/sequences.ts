import type { CnnState, Convolution } from '../../models/cnn.js';
import type { LstmState } from '../../models/lstm.js';
import { elementTypes, Graph, type Value } from './graph.js';

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

/**
 * The last state of each pass, in float64: ONNX Runtime's own LSTM knows float32 alone, with approximations of tanh and the
 * sigmoid that grow to 1e-5 of a probability over some texts.
 */
function lastStates(graph: Graph, embedded: Value, terms: Value, { dim, units, passes }: LstmState): Value {
  const doubles = (values: Float32Array, dims: readonly number[]) =>
    graph.op('Cast', [graph.floats(values, dims)], { to: elementTypes.double });
  const precise = graph.op('Cast', [embedded], { to: elementTypes.double });
  // [length, texts, 1]: padding leaves a state as it is
  const known = graph.op('Transpose', [graph.op('Greater', [terms, graph.ints(0)])], { perm: [1, 0] });
  const goesOn = graph.op('Unsqueeze', [known, graph.ints([2])]);
  const texts = graph.op('Shape', [terms], { start: 0, end: 1 });
  const size = graph.op('Concat', [texts, graph.ints([units])], { axis: 0 });
  const zeros = graph.op('Expand', [doubles(new Float32Array(units), [1, units]), size]);
  const states = passes.map(({ kernel, recurrent, bias }, i) => {
    const products = graph.op('MatMul', [precise, doubles(kernel, [dim, 4 * units])]);
    const sums = graph.op('Add', [products, doubles(bias, [4 * units])]);
    // turned behind the product, since ONNX Runtime 1.30 crashes where it merges a product with a turn before it
    const projections = graph.op('Transpose', [sums], { perm: [1, 0, 2] });
    const body = stepOf(`pass_${i}`, units, doubles(recurrent, [units, 4 * units]));
    const attributes = { body, num_scan_inputs: 2, scan_input_directions: [i, i] };
    return graph.ops('Scan', 2, [zeros, zeros, projections, goesOn], attributes)[0]!;
  });
  return graph.op('Cast', [graph.op('Concat', states, { axis: 1 })], { to: elementTypes.float });
}

/** One step: state and cell, a term's part of the gates, and whether there is a term, to the next state and cell. */
function stepOf(name: string, units: number, recurrent: Value): Graph {
  const graph = new Graph(name);
  const state = graph.input(`${name}_state`, 'double', ['texts', units]);
  const cell = graph.input(`${name}_cell`, 'double', ['texts', units]);
  const projections = graph.input(`${name}_projections`, 'double', ['texts', 4 * units]);
  const goesOn = graph.input(`${name}_goes_on`, 'bool', ['texts', 1]);
  const sums = graph.op('Add', [projections, graph.op('MatMul', [state, recurrent])]);
  const [input, forget, candidate, output] = graph.ops('Split', 4, [sums], { axis: 1, num_outputs: 4 });
  const gate = (value: Value | undefined) => graph.op('Sigmoid', [value!]);
  const kept = graph.op('Mul', [gate(forget), cell]);
  const nextCell = graph.op('Add', [kept, graph.op('Mul', [gate(input), graph.op('Tanh', [candidate!])])]);
  const nextState = graph.op('Mul', [gate(output), graph.op('Tanh', [nextCell])]);
  const known = { next_state: [nextState, state], next_cell: [nextCell, cell] } as const;
  for (const [of, [next, last]] of Object.entries(known)) {
    graph.output(`${name}_${of}`, graph.op('Where', [goesOn, next, last]), 'double', ['texts', units]);
  }
  return graph;
}
