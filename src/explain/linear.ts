import { createSpanAnalyzer } from '../text/spans.js';
import type { Explanation, NamedTerms, TermContribution } from './explanation.js';
import { contrast } from './weights.js';

/**
 * A linear model taken apart: a term contributes its feature times its weight, and the contributions and the intercept sum to
 * the logit. Each occurrence of a term has an equal share of that, and each token of an occurrence an equal share of it.
 */
export function explainLinear(
  { vectorizer, classifier }: NamedTerms,
  text: string,
  classNumber: number,
): Explanation {
  const { analyzer, terms: vocabulary } = vectorizer.state();
  const state = classifier.state();
  const weightOf = contrast(state.coef, state, classNumber);
  const base = contrast(state.intercept, state, classNumber)(0);
  const { indices, values } = vectorizer.transform([text]);
  const names = vocabulary.list();
  const known = new Map<string, TermContribution & { times: number }>();
  indices.forEach((column, i) => {
    const value = values[i]!;
    const term = names[column]!;
    known.set(term, { term, value, contribution: value * weightOf(column), times: 0 });
  });
  const { tokens, terms } = createSpanAnalyzer(analyzer, vectorizer.stem)(text);
  for (const { term } of terms) {
    const found = known.get(term);
    if (found) found.times++;
  }
  const shares = new Float64Array(tokens.length);
  for (const { term, from, to } of terms) {
    const found = known.get(term);
    if (!found) continue;
    const share = found.contribution / (found.times * (to - from));
    for (let t = from; t < to; t++) shares[t]! += share;
  }
  const contributions = [...known.values()].map(({ term, value, contribution }) => ({
    term,
    value,
    contribution,
  }));
  return {
    method: 'linear',
    ngrams: 'equal shares',
    unit: analyzer.analyzer === 'word' ? 'words' : 'characters',
    logit: contributions.reduce((sum, { contribution }) => sum + contribution, base),
    base,
    tokens: tokens.map(({ start, end }, t) => ({
      text: text.slice(start, end),
      start,
      end,
      contribution: shares[t]!,
    })),
    terms: contributions.sort((a, b) => b.contribution - a.contribution),
  };
}
