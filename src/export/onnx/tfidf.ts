import type { WeightOptions } from '../../features/tfidf.js';
import type { AnalyzerOptions } from '../../text/analyzer.js';
import { DOTTED_I } from './characters.js';
import type { Graph, Value } from './graph.js';
import { NO_TERM, tokensOf } from './terms.js';

/** What a vectorizer of terms knows. */
export interface TermWeights {
  analyzer: AnalyzerOptions;
  /** Capitals whose lower case not every ONNX Runtime knows. */
  capitals: readonly string[];
  terms: readonly string[];
  /** Inverse document frequency of each term; empty where all are 1. */
  idf: Float64Array;
  weights: WeightOptions;
}

/** [texts] to rows of weights [texts, terms], as the vectorizer makes them. */
export function weightsOf(
  graph: Graph,
  text: Value,
  { analyzer, capitals, terms, idf, weights }: TermWeights,
): Value {
  const found = graph.op('TfIdfVectorizer', [tokensOf(graph, text, analyzer, capitals)], {
    mode: 'TF',
    max_skip_count: 0,
    ...poolOf(terms, analyzer),
  });
  const space = analyzer.analyzer === 'char_wb' ? terms.indexOf(' ') : -1;
  const counts = space < 0 ? found : withOwnSpaces(graph, found, space, terms.length);
  const tf = weights.sublinearTf ? sublinear(graph, counts) : counts;
  const rows =
    idf.length === 0 ? tf : graph.op('Mul', [tf, graph.floats(Float32Array.from(idf), [idf.length])]);
  if (weights.norm === 'none') return rows;
  return graph.op('LpNormalization', [rows], { axis: 1, p: weights.norm === 'l2' ? 2 : 1 });
}

/**
 * The counts where the space is a term: each of a text's words has one at either end, of which neighbours share theirs among the
 * tokens, so that n words have n + 1 in the place of 2n.
 */
function withOwnSpaces(graph: Graph, counts: Value, space: number, terms: number): Value {
  const factors = new Float32Array(terms).fill(1).fill(2, space, space + 1);
  const shared = new Float32Array(terms).fill(2, space, space + 1);
  return graph.op('Sub', [
    graph.op('Mul', [counts, graph.floats(factors, [terms])]),
    graph.floats(shared, [terms]),
  ]);
}

/** 1 + ln(count), and 0 where there is none. */
function sublinear(graph: Graph, counts: Value): Value {
  const one = graph.floats(Float32Array.of(1), []);
  const logarithm = graph.op('Log', [graph.op('Max', [counts, one])]);
  return graph.op('Add', [logarithm, graph.op('Min', [counts, one])]);
}

/** The terms as the operator wants them: those of one token, those of two, and so on, and the column of each. */
function poolOf(terms: readonly string[], { analyzer, lowercase }: AnalyzerOptions) {
  const spellings = (term: string): string[][] => {
    // half a surrogate pair is in no text that comes, but the term has its column
    if (!term.isWellFormed()) return [[`${NO_TERM}${JSON.stringify(term)}`]];
    if (analyzer === 'word') return [term.split(' ')];
    const characters = Array.from(term);
    return lowercase && characters.at(-1) === 'i'
      ? [characters, [...characters.slice(0, -1), DOTTED_I]]
      : [characters];
  };
  const bySize: { tokens: string[]; columns: number[] }[] = [];
  const add = (tokens: string[], column: number) => {
    while (bySize.length < tokens.length) bySize.push({ tokens: [], columns: [] });
    const size = bySize[tokens.length - 1]!;
    size.tokens.push(...tokens);
    size.columns.push(column);
  };
  terms.forEach((term, column) => {
    for (const tokens of spellings(term)) add(tokens, column);
  });
  let from = 0;
  const ngramCounts = bySize.map(({ tokens }) => {
    from += tokens.length;
    return from - tokens.length;
  });
  const sizes = bySize.flatMap(({ columns }, i) => (columns.length > 0 ? [i + 1] : []));
  return {
    min_gram_length: Math.min(...sizes),
    max_gram_length: bySize.length,
    ngram_counts: ngramCounts,
    ngram_indexes: bySize.flatMap(({ columns }) => columns),
    pool_strings: bySize.flatMap(({ tokens }) => tokens),
  };
}
