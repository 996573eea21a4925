import {
  loadVectorizer,
  type StoredVectorizerState,
  type Vectorizer,
  type VectorizerState,
} from './features/vectorizer.js';
import { type Classifier, type ClassifierState, loadClassifier } from './models/classifier.js';
import type { Stem } from './text/analyzer.js';

/** Everything a pipeline is, as plain data and typed arrays. */
export interface PipelineState {
  /** The classes, in the order of the classifier's probabilities. */
  labels: string[];
  vectorizer: VectorizerState;
  classifier: ClassifierState;
}

/** The same, read from where it was stored. */
export type StoredPipelineState = Omit<PipelineState, 'vectorizer'> & { vectorizer: StoredVectorizerState };

/** What a pipeline says of one text. */
export interface Prediction {
  /** The most probable class; the first of those that tie. */
  label: string;
  /** Its probability. */
  score: number;
  /** The probability of every class; they sum to 1. */
  scores: Record<string, number>;
}

/** Text → features → scores → label: the one path that training, evaluation, prediction and exports share. */
export class Pipeline {
  constructor(
    readonly labels: readonly string[],
    readonly vectorizer: Vectorizer,
    readonly classifier: Classifier,
  ) {}

  /** Class probabilities, row-major [texts, classes]. */
  probabilities(texts: readonly string[]): Float64Array {
    return this.classifier.probabilities(this.vectorizer.transform(texts));
  }

  /** One prediction for each text, in order. */
  predict(texts: readonly string[]): Prediction[] {
    return predictionsOf(this.labels, this.probabilities(texts));
  }

  state(): PipelineState {
    return {
      labels: [...this.labels],
      vectorizer: this.vectorizer.state(),
      classifier: this.classifier.state(),
    };
  }
}

/** The pipeline whose state this is. `stem` is the loaded stemmer that its analyzer names, if it names one. */
export function loadPipeline(state: StoredPipelineState, stem?: Stem): Pipeline {
  return new Pipeline(state.labels, loadVectorizer(state.vectorizer, stem), loadClassifier(state.classifier));
}

/** What class probabilities, row-major [rows, labels], say of each row. */
export function predictionsOf(labels: readonly string[], probabilities: Float64Array): Prediction[] {
  return Array.from({ length: probabilities.length / labels.length }, (_, row) => {
    const from = row * labels.length;
    const best = argmax(probabilities, from, labels.length);
    return {
      label: labels[best]!,
      score: probabilities[from + best]!,
      scores: scoresOf(labels, probabilities, from),
    };
  });
}

/** The probabilities from a place on, by class. */
function scoresOf(
  labels: readonly string[],
  probabilities: Float64Array,
  from: number,
): Record<string, number> {
  const scores: Record<string, number> = {};
  for (let c = 0; c < labels.length; c++) {
    const label = labels[c]!;
    if (label !== '__proto__') scores[label] = probabilities[from + c]!;
    // an assignment would change what the object is
    else Object.defineProperty(scores, label, { value: probabilities[from + c]!, enumerable: true });
  }
  return scores;
}

/** Place of the largest of `count` values from `from` on, counted from there; the first where several tie. */
export function argmax(values: Float64Array, from: number, count: number): number {
  let best = 0;
  for (let c = 1; c < count; c++) if (values[from + c]! > values[from + best]!) best = c;
  return best;
}
