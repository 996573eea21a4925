import { type LinearDevice, TrainingMemory } from '../compute/index.js';
import { MaasError } from '../errors.js';
import { type Random, seededRandom } from '../random.js';
import type { Csr } from '../sparse/csr.js';
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
  TrainingOptions & {
    classWeight: 'balanced' | null;
    /** Leave the embeddings as they are to begin with; Keras's `trainable=False`. */
    freezeEmbeddings: boolean;
  };

/** Embeddings to begin with: row-major [features, dim], and 1 for each feature that has one. */
export interface InitialEmbeddings {
  values: Float32Array;
  dim: number;
  known: Uint8Array;
}

/**
 * Fits a model of sequences. Embeddings that `starting` does not have begin with numbers drawn at random. Throws `failed`, `usage`.
 */
export async function fitSequence(
  kind: SequenceKind,
  train: Examples,
  classes: number,
  validation: Examples,
  options: SequenceFitOptions,
  { threads, encodings }: Pick<LinearDevice, 'threads' | 'encodings'>,
  hooks: Omit<TrainingHooks, 'validate'>,
  starting?: InitialEmbeddings,
): Promise<{ classifier: Classifier; report: TrainingReport }> {
  const { features, labels } = train;
  if (starting && starting.dim !== options.dim) {
    throw new MaasError(
      'usage',
      `the embeddings have ${starting.dim} numbers each, expected dim ${options.dim}`,
    );
  }
  const random = seededRandom(options.seed);
  const memory = new TrainingMemory(threads);
  try {
    const begin = draws[kind](classes, embeddingOf(features, options.dim, random, starting), options, random);
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

/** Half the width of the numbers that embeddings are drawn from, as Keras draws them. */
const NARROW = 0.05;

/**
 * Embeddings to begin with for every term but padding, the unknown term among them, as Keras draws them: a word that training rows
 * do not have is then no more like silence than any other.
 */
function embeddingOf(features: Csr, dim: number, random: Random, starting?: InitialEmbeddings): Float32Array {
  const out = starting ? starting.values.slice() : new Float32Array(features.cols * dim);
  const limit = starting ? widthOf(starting) : NARROW;
  for (let term = 1; term < features.cols; term++) {
    if (starting?.known[term] !== 1) out.set(uniform(dim, limit, random), term * dim);
  }
  return out;
}

/** What to draw from where others are known: so far that the variance is theirs (Kim 2014). */
function widthOf({ values, dim, known }: InitialEmbeddings): number {
  const count = dim * known.reduce((sum, one) => sum + one, 0);
  return count === 0 ? NARROW : Math.sqrt((3 * values.reduce((sum, x) => sum + x * x, 0)) / count);
}
