import { createHash } from 'node:crypto';
import {
  type ChosenDevice,
  type Device,
  defaultDeviceFolder,
  openForJob,
  openNamed,
  processorFacts,
} from '../compute/index.js';
import { type DeviceFitter, type FitData, type FitHooks, type FitReport, fitters } from '../models/fits.js';
import type { Checkpoint } from '../models/training/loop.js';
import { Pipeline } from '../pipeline.js';
import type { Listener, Stopwatch } from '../progress.js';
import { CheckpointFile } from '../store/checkpoints.js';
import type { ModelManifest } from '../store/store.js';
import { version } from '../version.js';
import type { Loaded } from './load.js';
import type { Prepared } from './prepare.js';
import type { TrainOptions } from './train.js';

/** What a version says of the device that it was trained on. */
export type TrainedOn = ModelManifest['device'];

interface FittedModel extends Loaded {
  pipeline: Pipeline;
  report: FitReport;
  device: TrainedOn;
  /** To be called once the version is published: an interrupted training is then over. */
  finished(): Promise<void>;
}

/** The training that has the device; TensorFlow.js computes on one at a time. */
let turn: Promise<unknown> = Promise.resolve();

/** Loads the data and fits a classifier on it, after the trainings that this process has begun before. */
export function fitModel(...args: Parameters<typeof fitInTurn>): Promise<FittedModel> {
  const fitted = turn.then(() => fitInTurn(...args));
  turn = fitted.catch(() => {});
  return fitted;
}

async function fitInTurn(
  options: TrainOptions,
  load: () => Promise<Loaded>,
  stopwatch: Stopwatch,
  listener: Listener,
): Promise<FittedModel> {
  const { settings } = options;
  const fitter = fitters[settings.model];
  // each is given the device that its own `open` opens
  if (fitter.open !== null) {
    return fitOnDevice(fitter as DeviceFitter<Device>, options, load, stopwatch, listener);
  }
  const loaded = await load();
  const { data, labels } = fitDataOf(loaded.prepared);
  return stopwatch.time('fit', () => {
    listener.step?.({ stage: 'fit' });
    const classifier = fitter.fit(data, settings);
    return {
      ...loaded,
      pipeline: new Pipeline(labels, loaded.prepared.vectorizer, classifier),
      report: { solver: 'counting' as const },
      device: {
        name: 'cpu',
        requested: settings.device,
        reason: 'it is counted, which needs no other',
        ...processorFacts({}),
        ...platform(),
      },
      finished: async () => {},
    };
  });
}

/** Has the device open for as long as it takes. */
async function fitOnDevice(
  fitter: DeviceFitter<Device>,
  options: TrainOptions,
  load: () => Promise<Loaded>,
  stopwatch: Stopwatch,
  listener: Listener,
): Promise<FittedModel> {
  const { settings, devices = defaultDeviceFolder(), threads } = options;
  // a device that is not there is told before an hour of reading, not after
  const named = settings.device === 'auto' ? undefined : settings.device;
  let chosen = named && (await stopwatch.time('fit', () => openNamed(fitter.open, named, devices, threads)));
  try {
    const loaded = await load();
    const { data, labels } = fitDataOf(loaded.prepared);
    return await stopwatch.time('fit', async () => {
      const job = fitter.job(data.features, data.classes, settings);
      chosen ??= await openForJob(fitter.open, job, devices, threads, listener);
      listener.step?.({ stage: 'fit' });
      const device = trainedOn(chosen);
      const file = checkpointFile(options, loaded, device);
      const hooks = await hooksOf(file, options, listener);
      const { classifier, report } = await fitter.fit(data, settings, chosen.device, hooks);
      return {
        ...loaded,
        pipeline: new Pipeline(labels, loaded.prepared.vectorizer, classifier),
        report,
        device,
        finished: () => file.remove(),
      };
    });
  } finally {
    chosen?.device.close();
  }
}

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
  const { sha256, parts, classes, vectorizer } = prepared;
  const rows = Object.values(parts).map(({ labels }) => labels.length);
  const fingerprint = createHash('sha256')
    .update(
      JSON.stringify([
        version,
        settings,
        sha256,
        rows,
        classes,
        vectorizer.features,
        device.name,
        device.libraries,
      ]),
    )
    .digest('hex');
  return new CheckpointFile<Checkpoint['progress']>(options.store, name, fingerprint);
}

/** What a classifier is fitted on, and the names of its classes. */
function fitDataOf({ parts, labels, classes }: Prepared): { data: FitData; labels: string[] } {
  const { train, validation } = parts;
  return { data: { ...train, classes, validation }, labels: labels.slice(0, classes) };
}

const trainedOn = ({ device, requested, reason }: ChosenDevice): TrainedOn => ({
  name: device.name,
  requested,
  reason,
  ...device.facts,
  ...platform(),
});

const platform = () => ({ node: process.version, platform: `${process.platform}-${process.arch}` });
