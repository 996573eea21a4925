import {
  type AnyVectorizer,
  type AsyncVectorizer,
  loadVectorizer,
  type StoredVectorizerState,
  type Vectorizer,
  type VectorizerState,
} from './features/vectorizer.js';
import { type Classifier, type ClassifierState, loadClassifier } from './models/classifier.js';
import { type Prediction, predictionsOf, type Thresholds } from './predictions.js';
import type { Stem } from './text/analyzer.js';

/** Everything a pipeline is, as plain data and typed arrays. */
export interface PipelineState {
  /** The classes, in the order of the classifier's probabilities. */
  labels: string[];
  vectorizer: VectorizerState;
  classifier: ClassifierState;
  /** What the version decides by, where that is more than the highest probability. */
  thresholds?: Thresholds;
}

/** The same, read from where it was stored. */
export type StoredPipelineState = Omit<PipelineState, 'vectorizer'> & { vectorizer: StoredVectorizerState };

/**
 * Text → features → scores → label: what single texts and exports go through. Many texts take the faster ways of
 * `features/bulk.ts` and `models/bulk.ts`, which tests hold to this one.
 */
export class Pipeline {
  constructor(
    readonly labels: readonly string[],
    readonly vectorizer: Vectorizer,
    readonly classifier: Classifier,
    readonly thresholds?: Thresholds,
  ) {}

  /** Class probabilities, row-major [texts, classes]. */
  probabilities(texts: readonly string[]): Float64Array {
    const { vectorizer } = this;
    const one = texts.length === 1 ? vectorizer.transformOne?.(texts[0]!) : undefined;
    return this.classifier.probabilities(one ?? vectorizer.transform(texts));
  }

  /** One prediction for each text, in order. */
  predict(texts: readonly string[]): Prediction[] {
    return predictionsOf(this.labels, this.probabilities(texts), this.thresholds);
  }

  state(): PipelineState {
    return {
      labels: [...this.labels],
      vectorizer: this.vectorizer.state(),
      classifier: this.classifier.state(),
      ...(this.thresholds && { thresholds: this.thresholds }),
    };
  }
}

/** The same where what computes the features answers by promise. */
export class AsyncPipeline {
  constructor(
    readonly labels: readonly string[],
    readonly vectorizer: AsyncVectorizer,
    readonly classifier: Classifier,
    readonly thresholds?: Thresholds,
  ) {}

  /** Class probabilities, row-major [texts, classes]. */
  async probabilities(texts: readonly string[]): Promise<Float64Array> {
    return this.classifier.probabilities(await this.vectorizer.transform(texts));
  }

  /** One prediction for each text, in order. */
  async predict(texts: readonly string[]): Promise<Prediction[]> {
    return predictionsOf(this.labels, await this.probabilities(texts), this.thresholds);
  }

  state() {
    return {
      labels: [...this.labels],
      vectorizer: this.vectorizer.state(),
      classifier: this.classifier.state(),
      ...(this.thresholds && { thresholds: this.thresholds }),
    };
  }
}

export type AnyPipeline = Pipeline | AsyncPipeline;

/** The pipeline of fitted parts. */
export const pipelineOf = (
  labels: readonly string[],
  vectorizer: AnyVectorizer,
  classifier: Classifier,
  thresholds?: Thresholds,
): AnyPipeline =>
  vectorizer.kind === 'sentence'
    ? new AsyncPipeline(labels, vectorizer, classifier, thresholds)
    : new Pipeline(labels, vectorizer, classifier, thresholds);

/** The pipeline whose state this is. `stem` is the loaded stemmer that its analyzer names, if it names one. */
export function loadPipeline(state: StoredPipelineState, stem?: Stem): Pipeline {
  const { labels, vectorizer, classifier, thresholds } = state;
  return new Pipeline(labels, loadVectorizer(vectorizer, stem), loadClassifier(classifier), thresholds);
}
