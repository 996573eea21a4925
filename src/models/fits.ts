import {
  columnsFor,
  type Device,
  type Job,
  type LinearDevice,
  type Opener,
  openDevice,
  openLinearDevice,
  paddedColumns,
} from '../compute/index.js';
import type { Csr } from '../sparse/csr.js';
import type { Classifier } from './classifier.js';
import { type DenseFitOptions, denseBytes, denseJob, type Examples, fitDense } from './dense-fit.js';
import type { ClassifierKind } from './kinds.js';
import {
  fitLogistic,
  historyFor,
  type LbfgsReport,
  type LogisticOptions,
  type LogisticSolution,
  logisticJob,
  PASSES,
  VECTORS,
} from './logistic.js';
import { type CPath, chooseC } from './logistic-path.js';
import { fitMajority } from './majority.js';
import { fitNaiveBayes, type NaiveBayesOptions } from './naive-bayes.js';
import { fitSequence, type InitialEmbeddings, type SequenceFitOptions } from './sequence-fit.js';
import type { SequenceKind } from './sequence-models.js';
import type { TrainingHooks, TrainingReport } from './training/loop.js';

export type { Examples } from './dense-fit.js';
export type FitOptions = Omit<LogisticOptions, 'C'> & {
  /** `auto`: chosen by `chooseC`. */
  C: number | 'auto';
} & NaiveBayesOptions &
  Omit<DenseFitOptions & SequenceFitOptions, 'epochs' | 'learningRate'> & {
    /** null: as many as make `FEW_STEPS`, and no fewer than `FEW_EPOCHS`. */
    epochs: number | null;
    /** `auto`: `FULL_RATE`, and less by the root of the rows that go beyond those of `FEW_STEPS` in `FEW_EPOCHS`. */
    learningRate: number | 'auto';
  };

export interface FitHooks extends Omit<TrainingHooks, 'validate'> {
  /** The solution of a fit on the same rows to begin at, which some classifiers can. */
  start?: LogisticSolution | undefined;
}

/** How a fit of logistic regression went, and how its C was chosen, where that was asked for. */
export type LogisticReport = LbfgsReport & { C: number; path?: CPath };

/** How a fit went: by L-BFGS, by a training loop, or by counting, of which there is nothing to tell. */
export type FitReport = LogisticReport | TrainingReport | { solver: 'counting' };

export interface Fitted {
  classifier: Classifier;
  report: FitReport;
  /** Where a fit on the same rows with other settings may begin. */
  solution?: LogisticSolution;
}

/** Labelled rows to fit on, and others to watch the fit with, if there are any. */
export interface FitData extends Examples {
  classes: number;
  validation: Examples;
  /** What the embeddings of a model of sequences begin with; drawn at random if absent. */
  startingVectors?: InitialEmbeddings | undefined;
}

/** How large a fit's features are, before they are made. */
export interface FitSize {
  features: number;
  trainNonZeros: number;
  /** Features that a linear model has to tell apart. */
  parameters: number;
}

/** How a classifier is fitted on a kind of device, which `open` opens. */
export interface DeviceFitter<D extends LinearDevice> {
  open: Opener<D>;
  /** What it asks of a device at the least; null where `auto` is `wasm`, whose kernels it is trained by. */
  job: ((features: Csr, classes: number, options: FitOptions) => Job) | null;
  /** What it is expected to take: bytes at the peak beside the rows, and seconds. */
  needs(size: FitSize, classes: number, options: FitOptions): { bytes: number; seconds: number };
  fit(data: FitData, options: FitOptions, device: D, hooks: FitHooks): Promise<Fitted>;
}

/** How a classifier is fitted that needs no device: it counts. */
export interface CountingFitter {
  open: null;
  needs: DeviceFitter<LinearDevice>['needs'];
  fit(data: FitData, options: FitOptions): Classifier;
}

/** What two cores do a second. */
const RATES = { multiplied: 4e8, vectorElements: 1e8, counted: 1e8 };

const logistic: DeviceFitter<LinearDevice> = {
  open: openLinearDevice,
  job: logisticJob,
  needs({ features, trainNonZeros, parameters }, classes) {
    const columns = columnsFor(classes);
    const vectors = VECTORS + 2 * historyFor({ cols: parameters, nonZeros: trainNonZeros }, classes);
    const width = paddedColumns(classes);
    const pass =
      (2 * trainNonZeros * columns) / RATES.multiplied + (parameters * columns) / RATES.vectorElements;
    return {
      bytes: 16 * trainNonZeros + 4 * (width * vectors * parameters + 2 * columns * features),
      seconds: PASSES * pass,
    };
  },
  async fit(data, options, device, { listener, start }) {
    const { features, labels, classes } = data;
    let { C } = options;
    let path: CPath | undefined;
    if (C === 'auto') {
      listener?.step?.({ stage: 'fit', note: 'choosing C' });
      ({ C, path } = await chooseC(data, options, device));
    }
    const fitted = await fitLogistic(features, labels, classes, { ...options, C }, device, listener, start);
    return { ...fitted, report: { ...fitted.report, C, ...(path && { path }) } };
  },
};

/** What a training is worth that is not told how long to go on. */
const FEW_STEPS = 1000;
const FEW_EPOCHS = 3;
const FULL_RATE = 0.01;

function withPace(options: FitOptions, rows: number): DenseFitOptions & SequenceFitOptions {
  const { epochs, learningRate } = options;
  const steps = Math.ceil(rows / options.batchSize);
  return {
    ...options,
    epochs: epochs ?? Math.max(FEW_EPOCHS, Math.ceil(FEW_STEPS / steps)),
    learningRate:
      learningRate === 'auto'
        ? FULL_RATE * Math.min(1, Math.sqrt(FEW_STEPS / FEW_EPOCHS / steps))
        : learningRate,
  };
}

/** fastText's classifier (Joulin et al. 2017) as a network: embeddings, their mean, a softmax. */
const asNetwork = (options: FitOptions): FitOptions => ({
  ...options,
  hidden: [options.dim],
  activation: 'linear',
  l2: 0,
});

/** A network of dense layers, which the options may have to be turned into. */
const network = (
  kind: 'dense' | 'bag',
  asked: (options: FitOptions) => FitOptions,
): DeviceFitter<Device> => ({
  open: openDevice,
  job: (features, classes, options) => denseJob(features, classes, withPace(asked(options), features.rows)),
  needs({ features, trainNonZeros }, classes, options) {
    const { hidden, epochs } = asked(options);
    const units = hidden[0] ?? columnsFor(classes);
    return {
      bytes: denseBytes(features, classes, hidden),
      // forward, backward, the optimizer on what was touched; and all weights, which are stored
      seconds:
        ((epochs ?? FEW_EPOCHS) * 8 * trainNonZeros * units) / RATES.multiplied +
        (features * units) / RATES.vectorElements,
    };
  },
  fit(data, options, device, hooks) {
    const { classes, validation, features } = data;
    return fitDense(kind, data, classes, validation, withPace(asked(options), features.rows), device, hooks);
  },
});

/** Multiplications a second in dense matrices, and how often each is done: forward, and for two gradients. */
const MATRIX_RATE = 8e9;
const DIRECTIONS = 3;
/** How often a term stands in a batch, as a rule. */
const REPEATED = 4;

/** A network on sequences of terms; `multiplied` is how many weights each term meets. */
const sequences = (
  kind: SequenceKind,
  multiplied: (options: FitOptions) => number,
): DeviceFitter<LinearDevice> => ({
  open: openLinearDevice,
  job: null,
  needs: ({ features, trainNonZeros }, _classes, options) => ({
    bytes: 4 * 5 * features * options.dim,
    seconds:
      ((options.epochs ?? FEW_EPOCHS) * DIRECTIONS * trainNonZeros * multiplied(options)) / MATRIX_RATE,
  }),
  fit: (data, options, device, hooks) =>
    fitSequence(
      kind,
      data,
      data.classes,
      data.validation,
      withPace(options, data.features.rows),
      device,
      hooks,
      data.startingVectors,
    ),
});

const counting = (columns: (classes: number) => number, fit: CountingFitter['fit']): CountingFitter => ({
  open: null,
  needs: ({ features, trainNonZeros }, classes) => ({
    bytes: 12 * features * columns(classes),
    seconds: (trainNonZeros + features * columns(classes)) / RATES.counted,
  }),
  fit,
});

/** How each classifier is fitted. */
export const fitters = {
  logistic,
  dense: network('dense', (options) => options),
  bag: network('bag', asNetwork),
  cnn: sequences(
    'cnn',
    ({ dim, filters, kernelSizes }) => (kernelSizes.reduce((a, b) => a + b) * filters * dim) / REPEATED,
  ),
  lstm: sequences('lstm', ({ units, bidirectional }) => (bidirectional ? 2 : 1) * 4 * units * units),
  nb: counting(
    (classes) => classes,
    ({ features, labels, classes }, options) => fitNaiveBayes(features, labels, classes, options),
  ),
  majority: counting(
    () => 0,
    ({ labels, classes }) => fitMajority(labels, classes),
  ),
} as const satisfies Record<
  ClassifierKind,
  DeviceFitter<LinearDevice> | DeviceFitter<Device> | CountingFitter
>;
