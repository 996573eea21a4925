import type { Csr } from '../sparse/csr.js';
import type { Classifier } from './classifier.js';
import { SequenceClassifier } from './sequence-classifier.js';

/**
 * The classifier's `probabilities`, made for many rows where there is a faster way: for models of sequences by the kernels that
 * they are trained with, equal to float32's precision. It takes one thread.
 */
export async function bulkProbabilities(classifier: Classifier): Promise<(features: Csr) => Float64Array> {
  if (!(classifier instanceof SequenceClassifier)) {
    return (features) => classifier.probabilities(features);
  }
  const [{ SequenceScorer }, { TrainingMemory }] = await Promise.all([
    import('./sequence-scorer.js'),
    import('../compute/index.js'),
  ]);
  const scorer = new SequenceScorer(new TrainingMemory(1), classifier.state());
  return (features) => scorer.probabilities(features);
}
