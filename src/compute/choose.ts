import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import type { DeviceChoice } from './choices.js';
import { type Device, type DeviceName, openDevice } from './device.js';
import { findPackage, type PackageKind } from './packages.js';
import { type Probe, probeDevice } from './probing.js';

/** A device that is open, and why it is this one. */
export interface ChosenDevice {
  device: Device;
  requested: DeviceChoice;
  reason: string;
}

/** What a fit asks of a device. */
export interface Job {
  /** Non-zeros of the feature matrix. */
  nonZeros: number;
  /** Weights for each feature. */
  columns: number;
  /** All that has to lie on the device at once. */
  bytes: number;
}

/** Opens the device that was asked for by name; a GPU of any kind for `gpu`. Throws `device` where it is not there. */
export async function openNamed(
  requested: Exclude<DeviceChoice, 'auto'>,
  folder: string,
): Promise<ChosenDevice> {
  if (requested === 'gpu') return openGpu(folder);
  const device = await openTried(requested, folder);
  return { device, requested, reason: 'asked for' };
}

/** Opens `cuda`, else `webgpu` on real hardware. */
async function openGpu(folder: string): Promise<ChosenDevice> {
  const reasons: string[] = [];
  for (const name of ['cuda', 'webgpu'] as const) {
    try {
      const device = await openTried(name, folder, { hardware: true });
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

/** Opens a device; WebGPU only after a trial, since Dawn writes its complaints to standard error. */
async function openTried(name: DeviceName, folder: string, { hardware = false } = {}): Promise<Device> {
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
  return openDevice(name, folder);
}

/** Passes over the data that a fit takes, as a rule. */
const EVALUATIONS = 80;
/** Multiplications a second of the wasm device where nothing was measured: what a core of 2020 does with few classes. */
const USUAL_WASM_RATE = 4e8;
/** A GPU's libraries take seconds to load, so that shorter jobs have nothing to gain. */
const WORTH_SECONDS = 10;
/** How much faster than wasm a device must have been measured to be taken. */
const WORTH_FACTOR = 1.5;

/** The devices that a long job may gain from, and whose libraries they need. */
const candidates: [DeviceName, PackageKind][] = [
  ['cuda', 'tensorflow'],
  ['webgpu', 'webgpu'],
  ['native', 'tensorflow'],
];

/**
 * Opens the device that `auto` stands for: wasm, unless the job is long or large and another device that is installed
 * has been measured to be faster on this machine.
 */
export async function openForJob(job: Job, folder: string, listener: Listener = {}): Promise<ChosenDevice> {
  const requested = 'auto';
  const seconds = (EVALUATIONS * 2 * job.nonZeros * job.columns) / USUAL_WASM_RATE;
  const wasm = await openDevice('wasm', folder);
  const fits = job.bytes <= wasm.memory.bytes;
  if (fits && seconds < WORTH_SECONDS) {
    return { device: wasm, requested, reason: 'the job is too small for another device to gain' };
  }
  const installed = candidates.filter(([, kind]) => findPackage(folder, kind)).map(([name]) => name);
  if (fits && installed.length === 0) {
    const reason = `no other device is installed for this job of about ${Math.round(seconds)} s`;
    return { device: wasm, requested, reason };
  }
  const others = fits ? installed : [...installed, 'cpu' as const];
  const measured = await measuredDevices(['wasm', ...others], folder, listener);
  const speed = (name: DeviceName) => {
    const probe = measured[name];
    return probe?.usable && !probe.software ? (probe.throughput?.sparseNonZeros ?? 0) : 0;
  };
  const best = others.reduce<DeviceName>((a, b) => (speed(b) > speed(a) ? b : a), others[0] ?? 'wasm');
  const factor = speed(best) / speed('wasm');
  if (best !== 'wasm' && (!fits || factor >= WORTH_FACTOR)) {
    const chosen = await openDevice(best, folder).catch((error: unknown) => {
      if (!fits || !(error instanceof MaasError) || error.code !== 'device') throw error;
      listener.warn?.(`${error.message}; training on wasm`);
      return undefined;
    });
    if (chosen) {
      const reason = fits
        ? `measured ${factor.toFixed(1)} times as fast as wasm on this machine`
        : 'the job does not fit into the memory of wasm';
      return { device: chosen, requested, reason };
    }
  }
  const slower = installed.filter((name) => speed(name) > 0);
  const reason =
    slower.length > 0
      ? `measured on this machine, and not much slower than ${slower.join(', ')}`
      : `of the others that are installed (${installed.join(', ')}) none works here, or only in software`;
  return { device: wasm, requested, reason };
}

/** What was measured of devices, by name, and of which libraries. */
type Measurements = Partial<Record<DeviceName, Probe>>;

const MEASURED = 'measured.json';

/** Probes of these devices: remembered ones, and those that are made now. */
async function measuredDevices(
  names: DeviceName[],
  folder: string,
  listener: Listener,
): Promise<Measurements> {
  const known = await readMeasurements(folder);
  for (const name of names) {
    if (known[name]?.usable) continue;
    listener.step?.({ stage: `measure ${name}` });
    known[name] = await probeDevice({ name, folder, measured: true });
  }
  await rememberMeasurements(known, folder);
  return known;
}

async function readMeasurements(folder: string): Promise<Measurements> {
  const content = await readFile(join(folder, MEASURED), 'utf8').catch(() => '{}');
  try {
    return JSON.parse(content) as Measurements;
  } catch {
    return {};
  }
}

/** Keeps measurements for `auto` beside what is installed; where they cannot be kept they are made again. */
export async function rememberMeasurements(measured: Measurements, folder: string): Promise<void> {
  const path = join(folder, MEASURED);
  const aside = `${path}.${process.pid}`;
  await writeFile(aside, `${JSON.stringify(measured, null, 2)}\n`)
    .then(() => rename(aside, path))
    .catch(() => {});
}
