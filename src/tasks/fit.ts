import { createHash } from 'node:crypto';
import {
  type ChosenDevice,
  type Device,
  defaultDeviceFolder,
  openForJob,
  openNamed,
  processorFacts,
} from '../compute/index.js';
import {
  type CountingFitter,
  type DeviceFitter,
  type FitData,
  type FitHooks,
  type FitReport,
  type Fitted,
  fitters,
} from '../models/fits.js';
import type { Checkpoint } from '../models/training/loop.js';
import { type AnyPipeline, pipelineOf } from '../pipeline.js';
import type { Listener, Stopwatch } from '../progress.js';
import { CheckpointFile } from '../store/checkpoints.js';
import type { ModelManifest } from '../store/store.js';
import { version } from '../version.js';
import { asksForDecisions } from './calibrated.js';
import type { CalibrationRows } from './calibration-rows.js';
import { type CrossValidation, crossValidate } from './cross-validate.js';
import type { Loaded } from './load.js';
import type { Prepared } from './prepare.js';
import type { DataSettings, ModelSettings } from './settings.js';
import type { TrainOptions } from './train.js';

/** What a version says of the device that it was trained on. */
export type TrainedOn = ModelManifest['device'];

export interface FittedModel extends Loaded {
  pipeline: AnyPipeline;
  report: FitReport;
  device: TrainedOn;
  cv: CrossValidation | undefined;
  /** Training rows that were scored out of fold, where decisions are to be fitted and there are no validation rows. */
  outOfFold: CalibrationRows | undefined;
  /** To be called once the version is published: an interrupted training is then over. */
  finished(): Promise<void>;
}

/** The training that has the device; TensorFlow.js computes on one at a time. */
let turn: Promise<unknown> = Promise.resolve();

/** Does work that fits classifiers, after what this process has begun before. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = turn.then(work);
  turn = done.catch(() => {});
  return done;
}

/** Loads the data and fits a classifier on it; cross-validates its recipe before, where that is asked for. */
export function fitModel(
  options: TrainOptions,
  load: () => Promise<Loaded>,
  stopwatch: Stopwatch,
  listener: Listener,
): Promise<FittedModel> {
  return inTurn(async () => {
    // a device that is not there is told before an hour of reading, not after
    let fitter = await stopwatch.time('fit', () => openFitter(options, undefined, listener));
    try {
      const loaded = await load();
      const { prepared } = loaded;
      const { data, labels } = fitDataOf(prepared);
      fitter ??= (await stopwatch.time('fit', () => openFitter(options, data, listener)))!;
      const opened = fitter;
      const cv = await stopwatch.time('cv', () => validate(options, loaded, opened, listener));
      const outOfFold = await stopwatch.time('calibrate', () =>
        scoreOutOfFold(options, loaded, opened, listener),
      );
      return await stopwatch.time('fit', async () => {
        listener.step?.({ stage: 'fit' });
        const { device } = opened;
        const file = checkpointFile(options, loaded, device);
        const hooks = await hooksOf(file, options, listener);
        const { classifier, report } = await opened.fit(data, hooks);
        return {
          ...loaded,
          pipeline: pipelineOf(labels, prepared.vectorizer, classifier),
          report,
          device,
          cv,
          outOfFold,
          finished: () => file.remove(),
        };
      });
    } finally {
      fitter?.close();
    }
  });
}

/** Cross-validates on the training rows, where that is asked for. */
async function validate(
  { cv: folds, settings: { seed } }: TrainOptions,
  { collected }: Loaded,
  fitter: OpenFitter,
  listener: Listener,
): Promise<CrossValidation | undefined> {
  if (!folds || !collected) return undefined;
  const { cv } = await crossValidate({ ...collected, ...collected.split }, { folds, seed }, fitter, listener);
  return cv;
}

/** Scores training rows out of fold, where decisions are to be fitted on these. */
async function scoreOutOfFold(
  { settings }: TrainOptions,
  { collected }: Loaded,
  fitter: OpenFitter,
  listener: Listener,
): Promise<CalibrationRows | undefined> {
  if (!asksForDecisions(settings) || !collected || collected.split.validation.length > 0) return undefined;
  const { outOfFold } = await import('./calibration-rows.js');
  return outOfFold({ ...collected, ...collected.split }, settings.seed, fitter, listener);
}

/** A classifier that can be fitted: its device is open, where it takes one. */
export interface OpenFitter {
  device: TrainedOn;
  fit(data: FitData, hooks: FitHooks): Promise<Fitted>;
  close(): void;
}

export interface FitterOptions {
  settings: ModelSettings & Pick<DataSettings, 'seed'>;
  devices?: string | undefined;
  threads?: number | undefined;
}

/**
 * Opens what a fit takes. Where the device is to be chosen by the job, that takes `data`: undefined without. Throws
 * `device`.
 */
export async function openFitter(
  { settings, devices = defaultDeviceFolder(), threads }: FitterOptions,
  data: FitData | undefined,
  listener: Listener,
): Promise<OpenFitter | undefined> {
  const kind = fitters[settings.model];
  if (kind.open === null) return counted(kind, settings);
  // each is given the device that its own `open` opens
  const fitter = kind as DeviceFitter<Device>;
  let chosen: ChosenDevice<Device>;
  if (settings.device !== 'auto') {
    chosen = await openNamed(fitter.open, settings.device, devices, threads);
    if (fitter.job === null && chosen.device.name !== 'wasm' && !chosen.device.encodings) {
      const reason = `${chosen.reason}; kernels of maas's own train models of sequences there, faster than TensorFlow.js`;
      chosen = { ...chosen, reason };
    }
  } else if (fitter.job === null) {
    const reason = 'models of sequences are trained by kernels of its own, on all cores';
    chosen = { ...(await openNamed(fitter.open, 'wasm', devices, threads)), requested: 'auto', reason };
  } else if (data) {
    const job = fitter.job(data.features, data.classes, settings);
    chosen = await openForJob(fitter.open, job, devices, threads, listener);
  } else return undefined;
  return {
    device: trainedOn(chosen),
    fit: (data, hooks) => fitter.fit(data, settings, chosen.device, hooks),
    close: () => chosen.device.close(),
  };
}

const counted = (fitter: CountingFitter, settings: FitterOptions['settings']): OpenFitter => ({
  device: {
    name: 'cpu',
    requested: settings.device,
    reason: 'it is counted, which needs no other',
    ...processorFacts({}),
    ...platform(),
  },
  fit: async (data) => ({ classifier: fitter.fit(data, settings), report: { solver: 'counting' } }),
  close: () => {},
});

const CHECKPOINT_SECONDS = 30;

async function hooksOf(
  file: CheckpointFile<Checkpoint['progress']>,
  { resume, checkpointSeconds = CHECKPOINT_SECONDS }: TrainOptions,
  listener: Listener,
): Promise<FitHooks> {
  const found = resume ? await file.load() : undefined;
  if (found) {
    const { history, steps } = found.progress;
    listener.info?.(`the training goes on after epoch ${history.length} and ${steps} steps of the next`);
  } else if (resume) {
    listener.info?.('no training was interrupted: it begins anew');
  } else if (await file.load().catch(() => undefined)) {
    listener.warn?.(
      'this training was interrupted before, and begins anew: --resume goes on with it, until the first checkpoint of this one takes its place',
    );
  }
  return {
    resume: found,
    checkpoint: { seconds: checkpointSeconds, save: (checkpoint) => file.save(checkpoint) },
    listener,
  };
}

/** Its fingerprint holds what the weights depend on, which a training that goes on must have in common. */
function checkpointFile(options: TrainOptions, { prepared, name }: Loaded, device: TrainedOn) {
  const { settings } = options;
  const { sha256, parts, classes, vectorizer, embeddings, sentence } = prepared;
  const rows = Object.values(parts).map(({ labels }) => labels.length);
  const fingerprint = createHash('sha256')
    .update(
      JSON.stringify([
        version,
        // word vectors are known by what is in their file, wherever that is
        { ...settings, embeddings: null },
        sha256,
        rows,
        classes,
        vectorizer.features,
        embeddings?.sha256 ?? sentence?.sha256,
        device.name,
        device.libraries,
      ]),
    )
    .digest('hex');
  return new CheckpointFile<Checkpoint['progress']>(options.store, name, fingerprint);
}

/** What a classifier is fitted on, and the names of its classes. */
function fitDataOf({ parts, labels, classes, startingVectors }: Prepared): {
  data: FitData;
  labels: string[];
} {
  const { train, validation } = parts;
  return { data: { ...train, classes, validation, startingVectors }, labels: labels.slice(0, classes) };
}

const trainedOn = ({ device, requested, reason }: ChosenDevice): TrainedOn => ({
  name: device.name,
  requested,
  reason,
  ...device.facts,
  ...platform(),
});

const platform = () => ({ node: process.version, platform: `${process.platform}-${process.arch}` });
