import { MaasError } from '../errors.js';
import { type Explanation, explain, namedTermsOf } from '../explain/explanation.js';
import { strongestTerms, type WeighedTerm } from '../explain/weights.js';
import type { Listener } from '../progress.js';
import type { Beside } from '../store/state-files.js';
import { openModel } from './predict.js';

export interface ExplainOptions extends Beside {
  store: string;
  /** Reference of the version; the newest if absent. */
  model?: string | undefined;
  text: string;
  /** The class to explain; the predicted one if absent. */
  label?: string | undefined;
}

export interface ExplainResult extends Explanation {
  model: string;
  version: number;
  /** The class that is explained, and its probability. */
  label: string;
  score: number;
  /** The class that is decided for. */
  predicted: string;
}

/** What each token of a text contributes to a class. Throws `artifact`, `device`, and `usage` for a class that is none of the model's. */
export async function explainText(options: ExplainOptions, listener: Listener = {}): Promise<ExplainResult> {
  const { store, model, text } = options;
  const { manifest, pipeline } = await openModel(store, model, listener, options);
  const reference = `${manifest.model}@${manifest.version}`;
  if (options.label !== undefined) classNumbers(pipeline.labels, options.label, reference);
  const [prediction] = await pipeline.predict([text]);
  const { label: predicted, scores } = prediction!;
  const label = options.label ?? predicted;
  const explanation = await explain(pipeline, text, pipeline.labels.indexOf(label), listener);
  return {
    ...{ model: manifest.model, version: manifest.version },
    ...{ label, score: scores[label]!, predicted },
    ...explanation,
  };
}

export interface ExplainTermsOptions extends Beside {
  store: string;
  model?: string | undefined;
  /** The class to answer for; all if absent. */
  label?: string | undefined;
  /** Terms for and against a class, at the most. */
  top: number;
}

export interface ExplainedTerms {
  model: string;
  version: number;
  classes: { label: string; for: WeighedTerm[]; against: WeighedTerm[] }[];
}

/** The terms that speak for and against each class of a linear model. Throws `artifact`, and `usage` for a model whose features have no names. */
export async function explainTerms(
  options: ExplainTermsOptions,
  listener: Listener = {},
): Promise<ExplainedTerms> {
  const { store, model, label, top } = options;
  const { manifest, pipeline } = await openModel(store, model, listener, options);
  const reference = `${manifest.model}@${manifest.version}`;
  const named = namedTermsOf(pipeline);
  if (!named) {
    const { vectorizer, classifier } = pipeline;
    throw new MaasError(
      'usage',
      vectorizer.kind === 'hashing'
        ? `${reference} hashes its terms and does not know their names, expected a model of the vectorizer "tfidf"`
        : `${reference} is "${classifier.kind}" on "${vectorizer.kind}", which has no weights of terms, expected "logistic" or "nb" on "tfidf"`,
      { hint: 'maas explain "some text" explains what it says of a text' },
    );
  }
  return {
    model: manifest.model,
    version: manifest.version,
    classes: classNumbers(pipeline.labels, label, reference).map((number) => ({
      label: pipeline.labels[number]!,
      ...strongestTerms(named, number, top),
    })),
  };
}

/** The numbers of the classes that are asked about. */
function classNumbers(labels: readonly string[], label: string | undefined, reference: string): number[] {
  if (label === undefined) return labels.map((_, number) => number);
  const found = labels.indexOf(label);
  if (found < 0) {
    throw new MaasError(
      'usage',
      `${reference} has no class "${label}", expected one of ${labels.join(', ')}`,
    );
  }
  return [found];
}
