import { MaasError } from '../errors.js';
import { bulkProbabilities } from '../models/bulk.js';
import type { AnyPipeline } from '../pipeline.js';
import type { Listener } from '../progress.js';
import { createSpanAnalyzer, type Span, wordSpans } from '../text/spans.js';
import type { Explanation } from './explanation.js';

/** UTF-16 units of all variants together at the most: some 4,000 words. */
const MOST_UNITS = 2 ** 27;

/**
 * How far the log-odds of a class fall when a word is left out (Zeiler & Fergus 2014, on texts), for any model: all variants are
 * predicted in one batch. Words that say the same beside each other contribute little each. Throws `usage` for a text that is too long.
 */
export async function explainByOcclusion(
  { vectorizer, classifier }: AnyPipeline,
  text: string,
  classNumber: number,
  listener: Listener,
): Promise<Explanation> {
  const words = wordsFor(vectorizer, text);
  if (words.length * text.length > MOST_UNITS) {
    throw new MaasError(
      'usage',
      `the text has ${words.length} words, too many to leave out each of them in turn, expected some 4,000 at the most`,
    );
  }
  listener.step?.({ stage: 'explain', done: 0, total: words.length, unit: 'words' });
  const variants = [text, without(text, words), ...words.map((word) => without(text, [word]))];
  const score = await bulkProbabilities(classifier);
  const probabilities = score(await vectorizer.transform(variants));
  const { classes } = classifier;
  const [logit, base, ...left] = variants.map((_, v) =>
    logOdds(probabilities.subarray(v * classes, (v + 1) * classes), classNumber),
  ) as [number, number, ...number[]];
  return {
    method: 'occlusion',
    ngrams: null,
    unit: 'words',
    logit,
    base,
    tokens: words.map(({ start, end }, w) => ({
      text: text.slice(start, end),
      start,
      end,
      contribution: logit - left[w]!,
    })),
    terms: [],
  };
}

/** The words that the vectorizer looks at; runs of letters and digits where it looks at no words. */
function wordsFor(vectorizer: AnyPipeline['vectorizer'], text: string): Span[] {
  if (vectorizer.kind === 'sentence') return wordSpans(text);
  const { analyzer } = vectorizer.state();
  if (analyzer.analyzer !== 'word') return wordSpans(text);
  // the words are found before they are stemmed
  return createSpanAnalyzer({ ...analyzer, ngramRange: [1, 1] })(text).tokens;
}

/** The text with a space in the place of each of these parts, so that what surrounds them does not become one word. */
function without(text: string, spans: readonly Span[]): string {
  let [left, from] = ['', 0];
  for (const { start, end } of spans) {
    left += `${text.slice(from, start)} `;
    from = end;
  }
  return left + text.slice(from);
}

/** ln p/(1 − p), of the others' sum so that it is exact near 1; a probability of 0 counts as the smallest number. */
function logOdds(probabilities: Float64Array, classNumber: number): number {
  let others = 0;
  probabilities.forEach((p, c) => {
    if (c !== classNumber) others += p;
  });
  return (
    Math.log(Math.max(probabilities[classNumber]!, Number.MIN_VALUE)) -
    Math.log(Math.max(others, Number.MIN_VALUE))
  );
}
