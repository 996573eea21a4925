import { loadVectorizer, type StoredVectorizerState } from '../../features/vectorizer.js';
import { loadPipeline, type StoredPipelineState } from '../../pipeline.js';
import type { Prediction } from '../../predictions.js';
import type { Stem } from '../../text/analyzer.js';
import { revive } from './packed.js';

// Bundled by scripts/build.mjs into one script without imports, which an exported model carries. It runs wherever
// ECMAScript 2024 and atob do: Node, browsers, edge runtimes. What it computes is the pipeline's own code.

/** What an exported model offers. */
export interface Predictor {
  labels: readonly string[];
  predict(text: string): Prediction;
  predictAll(texts: readonly string[]): Prediction[];
}

/** Revives an exported pipeline from its JSON. */
export function createPredictor(json: string, stem?: Stem): Predictor {
  const pipeline = loadPipeline(JSON.parse(json, revive) as StoredPipelineState, stem);
  return {
    labels: pipeline.labels,
    predict: (text) => pipeline.predict([text])[0]!,
    predictAll: (texts) => pipeline.predict(texts),
  };
}

/**
 * Revives the vectorizer of an exported pipeline: a text's feature row as a dense array, or, where terms stand in their
 * order, their numbers and so many zeros behind them.
 */
export function createVectorizer(json: string, stem?: Stem, zeros = 0): (text: string) => Float32Array {
  const vectorizer = loadVectorizer(JSON.parse(json, revive) as StoredVectorizerState, stem);
  return (text) => {
    const { indices, values } = vectorizer.transform([text]);
    if (vectorizer.kind === 'sequence') {
      const row = new Float32Array(indices.length + zeros);
      row.set(indices);
      return row;
    }
    const row = new Float32Array(vectorizer.features);
    for (let i = 0; i < indices.length; i++) row[indices[i]!] = values[i]!;
    return row;
  };
}
