import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceChoice } from '../compute/choices.js';
import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import { asidePath, discard } from '../store/aside.js';
import { type ModelManifest, Store } from '../store/store.js';
import { version as toolVersion } from '../version.js';
import type { Stage, StageName } from './difference.js';
import type { PrepareInput } from './prepare.js';
import { presets } from './presets.js';
import { compareData, recordedInputs } from './recorded-data.js';
import { compareTrainings } from './reproduction.js';
import type { TrainSettings } from './settings.js';
import { train } from './train.js';

export interface ReproduceOptions extends Omit<PrepareInput, 'data' | 'test'> {
  store: string;
  /** Reference of the version; the newest if absent. */
  model?: string | undefined;
  /** Where its data is now; where it was if absent. */
  data?: readonly string[] | undefined;
  test?: readonly string[] | undefined;
  /** Where its word vectors or its model of sentences are now, likewise. */
  embeddings?: string | undefined;
  /** Another device than the one that it was trained on. */
  device?: DeviceChoice | undefined;
  /** Train on data that differs, too. */
  keepGoing?: boolean | undefined;
}

export interface ReproduceResult {
  model: string;
  version: number;
  /** Every file that data, settings and seed decide is the same, byte for byte. */
  identical: boolean;
  /** The first stage that differs. */
  differs: StageName | null;
  /** What each stage came to; those behind the data are missing where nothing was trained. */
  stages: Stage[];
  /** What the version was made with and what it was made with again, where that is not the same. */
  otherwise: { what: string; recorded: string; now: string }[];
  /** Seconds by stage of the training, where there was one. */
  timings: Record<string, number> | null;
}

/**
 * Trains a version again from what it says of itself (settings, seed, data) in a store of its own that is removed, and
 * compares the two stage by stage. Throws `usage` for a version that cannot be trained again, and what `train` throws.
 */
export async function reproduceModel(
  options: ReproduceOptions,
  listener: Listener = {},
): Promise<ReproduceResult> {
  const recorded = await new Store(options.store).open(options.model, listener);
  const { manifest } = recorded;
  const { model, version } = manifest;
  const inputs = recordedInputs(manifest, options);
  const settings = settingsOf(manifest, options);
  const otherwise = otherwiseThan(manifest, settings);
  for (const { what, recorded, now } of otherwise) {
    listener.warn?.(
      `${model}@${version} was trained with ${what} ${recorded}, this is ${now}: what differs may come from that`,
    );
  }
  listener.step?.({ stage: 'digest' });
  const data = await compareData(manifest, inputs, settings.embeddings);
  const answer = (stages: Stage[], timings: ReproduceResult['timings']): ReproduceResult => {
    const differs = stages.find(({ same }) => !same)?.stage ?? null;
    return { model, version, identical: differs === null, differs, stages, otherwise, timings };
  };
  if (!data.same && !options.keepGoing) return answer([data], null);
  const { devices, threads, maxMemory, embeddingCache } = options;
  const aside = asidePath(join(tmpdir(), 'maas-reproduce'));
  try {
    const again = await train(
      { ...inputs, store: aside, name: model, settings, devices, threads, maxMemory, embeddingCache },
      unpublished(listener),
    ).catch((error) => {
      throw options.device === undefined ? withOtherDevice(error) : error;
    });
    listener.step?.({ stage: 'compare' });
    const stages = await compareTrainings(recorded, await Store.version(again.path));
    return answer([data, ...stages], again.timings);
  } finally {
    await discard(aside);
  }
}

/** The settings that were recorded, on the device that they were used on unless another is asked for. */
function settingsOf(
  { config, device: trainedOn, sentence }: ModelManifest,
  { embeddings, device }: ReproduceOptions,
): TrainSettings {
  const recorded: TrainSettings = { ...presets.default, ...(config as Partial<TrainSettings>) };
  if (embeddings !== undefined && recorded.embeddings === null) {
    throw new MaasError(
      'usage',
      'the version was trained without word vectors or a model of sentences, expected no --embeddings',
    );
  }
  return {
    ...recorded,
    embeddings: embeddings ?? sentence?.path ?? recorded.embeddings,
    device: device ?? (trainedOn.name as DeviceChoice),
  };
}

/** What is not as it was, apart from the data. */
function otherwiseThan(manifest: ModelManifest, settings: TrainSettings): ReproduceResult['otherwise'] {
  const { tool, device } = manifest;
  const platform = `${process.platform}-${process.arch}`;
  return [
    { what: 'maas', recorded: tool.version, now: toolVersion },
    { what: 'the device', recorded: device.name, now: settings.device },
    { what: 'the platform', recorded: device.platform, now: platform },
  ].filter(({ recorded, now }) => recorded !== now);
}

/** The progress of a training, of which nobody is told that it publishes: nobody will see that. */
const unpublished = (listener: Listener): Listener => ({
  warn: (message) => listener.warn?.(message),
  info: (message) => listener.info?.(message),
  step: (step) => step.stage !== 'publish' && listener.step?.(step),
});

/** Where the recorded device is not there, another may be asked for. */
function withOtherDevice(error: unknown): unknown {
  if (!(error instanceof MaasError) || error.code !== 'device') return error;
  const other = '--device wasm trains on another device, whose numbers may differ in their last digits';
  return new MaasError('device', error.message, { hint: other, cause: error });
}
