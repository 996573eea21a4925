import type { Activation } from '../../models/activations.js';
import type { ClassifierState } from '../../models/classifier.js';
import type { DenseLayer } from '../../models/dense.js';
import type { Graph, Value } from './graph.js';
import { encodedBy } from './sequences.js';

/** What the layers of a classifier take: rows of features [texts, features], or of numbers of terms [texts, terms]. */
export type LayerInput = 'features' | 'terms';

export const layerInput = (classifier: ClassifierState): LayerInput =>
  classifier.kind === 'cnn' || classifier.kind === 'lstm' ? 'terms' : 'features';

/** [texts, …] to probabilities [texts, classes], as the classifier makes them. */
export function probabilitiesOf(graph: Graph, rows: Value, classifier: ClassifierState): Value {
  switch (classifier.kind) {
    case 'logistic':
    case 'nb':
      return softmax(
        graph,
        rows,
        { kernel: classifier.coef, bias: classifier.intercept },
        classifier.classes,
      );
    case 'bag':
    case 'dense': {
      const { layers, classes, activation } = classifier;
      let inputs = rows;
      for (const layer of layers.slice(0, -1))
        inputs = activate(graph, sums(graph, inputs, layer), activation);
      return softmax(graph, inputs, layers.at(-1)!, classes);
    }
    case 'cnn':
    case 'lstm':
      return softmax(graph, encodedBy(graph, rows, classifier), classifier.scores, classifier.classes);
    case 'majority': {
      const classes = classifier.shares.length;
      const shares = graph.floats(Float32Array.from(classifier.shares), [1, classes]);
      const texts = graph.op('Shape', [rows], { start: 0, end: 1 });
      return graph.op('Expand', [shares, graph.op('Concat', [texts, graph.ints([classes])], { axis: 0 })]);
    }
  }
}

function sums(graph: Graph, inputs: Value, { kernel, bias }: DenseLayer): Value {
  const units = bias.length;
  return graph.op('Gemm', [
    inputs,
    graph.floats(kernel, [kernel.length / units, units]),
    graph.floats(bias, [units]),
  ]);
}

/** Where two classes have one sum, that of the first is 0. */
function softmax(graph: Graph, inputs: Value, layer: DenseLayer, classes: number): Value {
  const logits = sums(graph, inputs, layer);
  const all =
    layer.bias.length === classes
      ? logits
      : graph.op('Concat', [graph.op('Sub', [logits, logits]), logits], { axis: 1 });
  return graph.op('Softmax', [all], { axis: 1 });
}

const operators = { relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid', gelu: 'Gelu' } as const;

function activate(graph: Graph, inputs: Value, activation: Activation): Value {
  if (activation === 'linear') return inputs;
  return graph.op(operators[activation], [inputs], activation === 'gelu' ? { approximate: 'tanh' } : {});
}
