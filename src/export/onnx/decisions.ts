import type { Thresholds } from '../../predictions.js';
import { elementTypes, type Graph, type Value } from './graph.js';

/**
 * Probabilities [texts, classes] to the place of the class that is decided for [texts], as `decidedClass` finds it, and in its
 * precision, so that a probability that reaches its threshold there does so here.
 */
export function decisionsOf(graph: Graph, probabilities: Value, thresholds: Thresholds | undefined): Value {
  const best = (values: Value) => graph.op('ArgMax', [values], { axis: 1, keepdims: 0 });
  if (!thresholds?.some((threshold) => threshold !== null)) return best(probabilities);
  const precise = graph.op('Cast', [probabilities], { to: elementTypes.double });
  const perClass = (value: (threshold: number | null) => number) =>
    graph.doubles(Float64Array.from(thresholds, value), [1, thresholds.length]);
  // what is no candidate is put below all that are
  const shares = graph.op('Div', [precise, perClass((threshold) => threshold ?? 1)]);
  const multiples = graph.op('Sub', [shares, perClass((threshold) => (threshold === null ? 2 : 0))]);
  if (!thresholds.includes(null)) return best(multiples);
  const largest = graph.op('ReduceMax', [multiples, graph.ints([1])], { keepdims: 0 });
  const held = graph.op('GreaterOrEqual', [largest, graph.doubles(Float64Array.of(1), [])]);
  const others = graph.op('Sub', [precise, perClass((threshold) => (threshold === null ? 0 : 2))]);
  return graph.op('Where', [held, best(multiples), best(others)]);
}
