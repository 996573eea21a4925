import { TfidfVectorizer } from '../features/tfidf.js';
import { LinearClassifier } from '../models/linear.js';
import type { AnyPipeline } from '../pipeline.js';
import type { Listener } from '../progress.js';
import type { Span } from '../text/spans.js';
import { explainLinear } from './linear.js';
import { explainByOcclusion } from './occlusion.js';

/** A part of the text, and what it adds to the logit of the class. */
export interface TokenContribution extends Span {
  text: string;
  contribution: number;
}

/** A term of the vocabulary that is in the text. */
export interface TermContribution {
  term: string;
  /** Its feature. */
  value: number;
  contribution: number;
}

/** What the parts of a text contribute to a class. */
export interface Explanation {
  /**
   * `linear`: exact, since base and contributions sum to the logit. `occlusion`: how far the logit falls when a token alone is left
   * out.
   */
  method: 'linear' | 'occlusion';
  /** How a term of several tokens is attributed to them; null where terms are not known. */
  ngrams: 'equal shares' | null;
  unit: 'words' | 'characters';
  /**
   * ln p of the class minus ln p of the other (two classes), minus the mean of ln p over all classes (`linear`, more classes), or
   * minus ln of the sum of the others' (`occlusion`: the log-odds).
   */
  logit: number;
  /** The logit of a text without tokens: the intercept, in a linear model. */
  base: number;
  /** In the order of the text; tokens that the model does not know contribute 0. */
  tokens: TokenContribution[];
  /** From the term that speaks most for the class to the one that speaks most against it. */
  terms: TermContribution[];
}

/** A linear model whose features are terms that have names. */
export interface NamedTerms {
  vectorizer: TfidfVectorizer;
  classifier: LinearClassifier;
}

/** The parts of a pipeline that is such a model. */
export function namedTermsOf({ vectorizer, classifier }: AnyPipeline): NamedTerms | undefined {
  return vectorizer instanceof TfidfVectorizer && classifier instanceof LinearClassifier
    ? { vectorizer, classifier }
    : undefined;
}

/** What each token of a text contributes to a class, by its number. Throws `usage` for a text that is too long to leave out each word. */
export async function explain(
  pipeline: AnyPipeline,
  text: string,
  classNumber: number,
  listener: Listener = {},
): Promise<Explanation> {
  const named = namedTermsOf(pipeline);
  return named
    ? explainLinear(named, text, classNumber)
    : explainByOcclusion(pipeline, text, classNumber, listener);
}
