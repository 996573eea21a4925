import type { PipelineState } from '../../pipeline.js';
import { decisionsOf } from './decisions.js';
import { Graph, type Value } from './graph.js';
import { layerInput, probabilitiesOf } from './layers.js';
import { type TermWeights, weightsOf } from './tfidf.js';

/** Forms of a graph's outputs, [texts] and [texts, classes], or each class by itself [texts]. */
export type Outputs = 'probabilities' | 'columns';

/** The name of the output that one class has. */
export const columnOf = (label: string) => `probability_${label}`;

/**
 * A graph from texts to labels and probabilities.
 * @param shape of the texts: a list, or, as tables have it, a column
 */
export function textModel(
  state: PipelineState,
  weights: TermWeights | undefined,
  name: string,
  { shape, outputs }: { shape: 'list' | 'column'; outputs: Outputs },
): Uint8Array {
  const graph = new Graph();
  const given = graph.input('text', 'string', shape === 'list' ? ['texts'] : ['texts', 1]);
  const text = shape === 'list' ? given : graph.op('Reshape', [given, graph.ints([-1])]);
  // the shares of the classes need no terms
  const rows = weights ? weightsOf(graph, text, weights) : text;
  return finished(graph, rows, state, name, outputs);
}

/** A graph from rows of features, or numbers of terms, to labels and probabilities. */
export function featuresModel(
  state: PipelineState,
  features: number,
  name: string,
  outputs: Outputs,
): Uint8Array {
  const graph = new Graph();
  const rows =
    layerInput(state.classifier) === 'terms'
      ? graph.input('terms', 'int64', ['texts', 'length'])
      : graph.input('features', 'float', ['texts', features]);
  return finished(graph, rows, state, name, outputs);
}

function finished(
  graph: Graph,
  rows: Value,
  { labels, classifier, thresholds }: PipelineState,
  name: string,
  outputs: Outputs,
): Uint8Array {
  const probabilities = probabilitiesOf(graph, rows, classifier);
  const decided = decisionsOf(graph, probabilities, thresholds);
  const label = graph.op('Gather', [graph.strings(labels), decided], { axis: 0 });
  graph.output('label', label, 'string', ['texts']);
  if (outputs === 'probabilities') {
    graph.output('probabilities', probabilities, 'float', ['texts', labels.length]);
  } else {
    labels.forEach((label, c) => {
      const column = graph.op('Gather', [probabilities, graph.ints(c)], { axis: 1 });
      graph.output(columnOf(label), column, 'float', ['texts']);
    });
  }
  return graph.encode(name, { labels: JSON.stringify(labels) });
}
