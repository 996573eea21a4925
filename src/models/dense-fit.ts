import { columnsFor, type Device, type Job, TrainingMemory } from '../compute/index.js';
import type { Csr } from '../sparse/csr.js';
import { ofColumns, usedColumns } from '../sparse/used-columns.js';
import { DenseClassifier, type DenseLayer, type DenseState } from './dense.js';
import { DenseNetwork, type DenseOptions, initialLayers } from './dense-network.js';
import {
  type TrainingHooks,
  type TrainingOptions,
  type TrainingReport,
  trainNetwork,
} from './training/loop.js';
import { metricsOf } from './training/validation.js';
import { classWeights } from './weights.js';

/** Labelled feature rows. */
export interface Examples {
  features: Csr;
  /** A class for each row. */
  labels: Int32Array;
}

export type DenseFitOptions = DenseOptions & TrainingOptions & { classWeight: 'balanced' | null };

/** Units of each layer, the features first; two classes have one logit. */
const sizesOf = (features: number, classes: number, hidden: readonly number[]) => [
  features,
  ...hidden,
  columnsFor(classes),
];

/**
 * Fits a dense network; leaves no tensor behind. Features that no row has are not trained: their weights are 0. Throws
 * `failed`, `usage`.
 */
export async function fitDense(
  kind: DenseState['kind'],
  given: Examples,
  classes: number,
  watched: Examples,
  options: DenseFitOptions,
  device: Device,
  hooks: Omit<TrainingHooks, 'validate'>,
): Promise<{ classifier: DenseClassifier; report: TrainingReport }> {
  const used = usedColumns(given.features);
  const whole = used.length === given.features.cols;
  const ofUsed = ({ features, labels }: Examples): Examples => ({
    features: whole ? features : ofColumns(features, used),
    labels,
  });
  const { features, labels } = ofUsed(given);
  const validation = ofUsed(watched);
  const memory = new TrainingMemory(device.threads);
  try {
    const weights = classWeights(labels, classes, options.classWeight);
    const begin = initialLayers(sizesOf(features.cols, classes, options.hidden), options.seed);
    const network = new DenseNetwork(device, memory, features, labels, weights, begin, options);
    const { activation } = options;
    const classifierOf = (features: number, layers: DenseLayer[]) =>
      new DenseClassifier({ kind, classes, features, activation, layers });
    const live = classifierOf(features.cols, network.layers);
    const report = await trainNetwork(network, memory, features.rows, options, {
      ...hooks,
      validate:
        validation.labels.length > 0
          ? () => metricsOf(live.probabilities(validation.features), validation.labels, classes)
          : undefined,
    });
    const layers = network.layers.map(
      ({ kernel, bias }, i): DenseLayer => ({
        kernel: i === 0 && !whole ? spread(kernel, used, given.features.cols) : kernel.slice(),
        bias: bias.slice(),
      }),
    );
    return { classifier: classifierOf(given.features.cols, layers), report };
  } finally {
    memory.close();
  }
}

/** Rows of a kernel at these places among so many, and zeros between them. */
function spread(kernel: Float32Array, places: Uint32Array, rows: number): Float32Array {
  const units = kernel.length / places.length;
  const out = new Float32Array(rows * units);
  places.forEach((place, i) => {
    out.set(kernel.subarray(i * units, (i + 1) * units), place * units);
  });
  return out;
}

/** Weights a second that go to a device and, as gradients, back, and that the optimizer changes. */
const MOVED = 6e7;

/** What the dense part of a network asks of a device; the first layer stays in the process's memory. */
export function denseJob(
  features: Csr,
  classes: number,
  { hidden, batchSize, epochs }: DenseFitOptions,
): Job {
  const sizes = sizesOf(features.cols, classes, hidden).slice(1);
  let parameters = 0;
  for (let i = 1; i < sizes.length; i++) parameters += (sizes[i - 1]! + 1) * sizes[i]!;
  const activations = 8 * batchSize * sizes.reduce((sum, size) => sum + size, 0);
  const largest = 4 * Math.max(parameters, activations);
  const steps = epochs * Math.ceil(features.rows / batchSize);
  // each product forward, and for two gradients
  const operations = 6 * parameters * epochs * features.rows;
  return {
    seconds: ({ denseGflops }) => operations / (1e9 * denseGflops) + (steps * parameters) / MOVED,
    bytes: 4 * largest,
    largest,
  };
}

/** Bytes that a fit takes beside the rows: weights, what the optimizer keeps, and the best and the last of them. */
export const denseBytes = (features: number, classes: number, hidden: readonly number[]): number => {
  const sizes = sizesOf(features, classes, hidden);
  let weights = 0;
  for (let i = 1; i < sizes.length; i++) weights += (sizes[i - 1]! + 1) * sizes[i]!;
  return 4 * 5 * weights;
};
