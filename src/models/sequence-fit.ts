import { type LinearDevice, TrainingMemory } from '../compute/index.js';
import { MaasError } from '../errors.js';
import { type Random, seededRandom } from '../random.js';
import type { Csr } from '../sparse/csr.js';
import { usedColumns } from '../sparse/used-columns.js';
import { type Classifier, loadClassifier } from './classifier.js';
import type { Examples } from './dense-fit.js';
import { uniform } from './initializers.js';
import { draws, type SequenceKind, type SequenceModelOptions } from './sequence-models.js';
import { SequenceNetwork } from './sequence-network.js';
import type { HeadOptions } from './softmax-head.js';
import {
  type TrainingHooks,
  type TrainingOptions,
  type TrainingReport,
  trainNetwork,
} from './training/loop.js';
import { metricsOf } from './training/validation.js';
import { classWeights } from './weights.js';

export type SequenceFitOptions = SequenceModelOptions &
  HeadOptions &
  TrainingOptions & { classWeight: 'balanced' | null };

/**
 * Fits a model of sequences. `embedding` [terms, dim] is what to begin with, in the place of small numbers drawn at random, and
 * zeros for terms that no row has. Throws `failed`, `usage`.
 */
export async function fitSequence(
  kind: SequenceKind,
  train: Examples,
  classes: number,
  validation: Examples,
  options: SequenceFitOptions,
  { threads, encodings }: Pick<LinearDevice, 'threads' | 'encodings'>,
  hooks: Omit<TrainingHooks, 'validate'>,
  embedding?: Float32Array,
): Promise<{ classifier: Classifier; report: TrainingReport }> {
  const { features, labels } = train;
  const numbers = (embedding?.length ?? 0) / features.cols;
  if (embedding && numbers !== options.dim) {
    throw new MaasError('usage', `the embeddings have ${numbers} numbers each, expected ${options.dim}`);
  }
  const random = seededRandom(options.seed);
  const memory = new TrainingMemory(threads);
  try {
    const begin = draws[kind](classes, embedding ?? drawn(features, options.dim, random), options, random);
    const weights = classWeights(labels, classes, options.classWeight);
    const network = new SequenceNetwork(memory, train, weights, begin, options, encodings);
    const { scorer } = network;
    const report = await trainNetwork(network, memory, features.rows, options, {
      ...hooks,
      validate:
        validation.labels.length > 0
          ? () => metricsOf(scorer.probabilities(validation.features), validation.labels, classes)
          : undefined,
    });
    return { classifier: loadClassifier(scorer.learned), report };
  } finally {
    memory.close();
  }
}

/** Small embeddings for the terms that rows have. */
function drawn(features: Csr, dim: number, random: Random): Float32Array {
  const out = new Float32Array(features.cols * dim);
  for (const term of usedColumns(features)) out.set(uniform(dim, 0.05, random), term * dim);
  return out;
}
