import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import type { DeviceChoice } from './choices.js';
import type { DeviceName, LinearDevice } from './device.js';
import type { Throughput } from './measure.js';
import { keepMeasurements, readMeasurements } from './measurements.js';
import { findPackages, type PackageKind } from './packages.js';
import { probeDevice } from './probing.js';

/** Opens a device as far as it is needed: `openLinearDevice` or `openDevice`. */
export type Opener<D extends LinearDevice> = (
  name: DeviceName,
  folder: string,
  threads?: number,
) => Promise<D>;

/** A device that is open, and why it is this one. */
export interface ChosenDevice<D extends LinearDevice = LinearDevice> {
  device: D;
  requested: DeviceChoice;
  reason: string;
}

/** What a fit asks of a device. */
export interface Job {
  /** What it takes where these are the rates of a device. */
  seconds(rates: Throughput): number;
  /** All that has to lie on the device at once, and the largest part of it. */
  bytes: number;
  largest: number;
}

/** Opens the device that was asked for by name; a GPU of any kind for `gpu`. Throws `device` where it is not there. */
export async function openNamed<D extends LinearDevice>(
  opener: Opener<D>,
  requested: Exclude<DeviceChoice, 'auto'>,
  folder: string,
  threads?: number,
): Promise<ChosenDevice<D>> {
  if (requested === 'gpu') return openGpu(opener, folder);
  const device = await openTried(opener, requested, folder, { threads });
  return { device, requested, reason: 'asked for' };
}

/** Opens `cuda`, else `webgpu` on real hardware. */
async function openGpu<D extends LinearDevice>(opener: Opener<D>, folder: string): Promise<ChosenDevice<D>> {
  const reasons: string[] = [];
  for (const name of ['cuda', 'webgpu'] as const) {
    try {
      const device = await openTried(opener, name, folder, { hardware: true });
      return { device, requested: 'gpu', reason: 'a GPU was asked for' };
    } catch (error) {
      if (!(error instanceof MaasError) || error.code !== 'device') throw error;
      reasons.push(error.message.replace(/^the device "(\w+)" is not there: /, '$1: '));
    }
  }
  throw new MaasError('device', `there is no GPU to train on: ${reasons.join('; ')}`, {
    hint: '`maas doctor` shows what each device needs; --device auto takes what is there',
    details: { requested: 'gpu', reasons },
  });
}

/** Opens a device; WebGPU only after a trial, since Dawn writes to standard error what it does not find. */
async function openTried<D extends LinearDevice>(
  opener: Opener<D>,
  name: DeviceName,
  folder: string,
  { hardware = false, threads }: { hardware?: boolean; threads?: number | undefined } = {},
): Promise<D> {
  if (name === 'webgpu') {
    const probe = await probeDevice({ name, folder, measured: false });
    const details = { requested: name };
    const missing = 'the device "webgpu" is not there';
    if (!probe.usable) {
      const { reason, remedy } = probe;
      throw new MaasError('device', `${missing}: ${reason}`, {
        ...(remedy ? { hint: remedy } : {}),
        details,
      });
    }
    if (hardware && probe.software) {
      throw new MaasError('device', `${missing}: ${probe.adapter} is software, not a GPU`, { details });
    }
  }
  return opener(name, folder, threads);
}

/** What a core of 2020 does on wasm, for a first estimate. */
const USUAL_RATES: Throughput = { denseGflops: 20, sparseNonZeros: 1e8, vectorElements: 5e7 };
/** A GPU's libraries take seconds to load, so that shorter jobs have nothing to gain. */
const WORTH_SECONDS = 10;
/** How much faster than wasm a device must be expected to be to be taken. */
const WORTH_FACTOR = 1.5;

/** The devices that a long job may gain from, and whose libraries they need. */
const candidates: [DeviceName, PackageKind][] = [
  ['cuda', 'tensorflow'],
  ['webgpu', 'webgpu'],
  ['native', 'tensorflow'],
];

/**
 * Opens the device that `auto` stands for: wasm, unless the job is long or large, and another device that is
 * installed holds it and is expected to be faster, by what was measured of both on this machine.
 */
export async function openForJob<D extends LinearDevice>(
  opener: Opener<D>,
  job: Job,
  folder: string,
  threads?: number,
  listener: Listener = {},
): Promise<ChosenDevice<D>> {
  const open = async (name: DeviceName, reason: string) => ({
    device: await opener(name, folder, threads),
    requested: 'auto' as const,
    reason,
  });
  const wasm = await open('wasm', 'the job is too small for another device to gain').catch((error) => {
    if (!isMissing(error)) throw error;
    return open('cpu', 'WebAssembly is not to be had here');
  });
  const seconds = job.seconds(USUAL_RATES);
  const fits = holds(wasm.device, job);
  if (fits && seconds < WORTH_SECONDS) return wasm;
  const installed = candidates
    .filter(([, kind]) => findPackages(folder, kind).length > 0)
    .map(([name]) => name);
  if (fits && installed.length === 0) {
    return { ...wasm, reason: `no other device is installed for this job of about ${Math.round(seconds)} s` };
  }
  const speeds = await expectedSeconds(job, ['wasm', ...installed, 'cpu'], folder, listener);
  const own = fits ? (speeds.get('wasm') ?? seconds) : Number.POSITIVE_INFINITY;
  const faster = [...speeds]
    .filter(([name, expected]) => name !== 'wasm' && expected * WORTH_FACTOR <= own)
    .sort(([, a], [, b]) => a - b);
  for (const [name, expected] of faster) {
    const reason = fits
      ? `expected to be ${(own / expected).toFixed(1)} times as fast as wasm, by measurement`
      : 'the job does not fit into the memory of wasm';
    const chosen = await open(name, reason).catch((error) => {
      if (!isMissing(error)) throw error;
      listener.warn?.(error.message);
      return undefined;
    });
    if (chosen && holds(chosen.device, job)) return chosen;
    chosen?.device.close();
  }
  return open('wasm', `none of ${installed.join(', ')} is expected to be ${WORTH_FACTOR} times as fast`);
}

const isMissing = (error: unknown): error is MaasError =>
  error instanceof MaasError && error.code === 'device';

const holds = ({ memory }: LinearDevice, { bytes, largest }: Job) =>
  bytes <= memory.bytes && largest <= memory.tensorBytes;

/** Seconds that a fit is expected to take on each of these devices that works and is no software adapter. */
async function expectedSeconds(
  job: Job,
  names: DeviceName[],
  folder: string,
  listener: Listener,
): Promise<Map<DeviceName, number>> {
  const known = await readMeasurements(folder);
  const expected = new Map<DeviceName, number>();
  for (const name of names) {
    if (!known[name]) {
      listener.step?.({ stage: `measure ${name}` });
      const probe = await probeDevice({ name, folder, measured: true });
      if (probe.usable && !probe.software && probe.throughput) known[name] = probe.throughput;
    }
    const throughput = known[name];
    if (throughput) expected.set(name, job.seconds(throughput));
  }
  await keepMeasurements(known, folder);
  return expected;
}
