import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { cpus, hostname } from 'node:os';
import { join } from 'node:path';
import { version } from '../version.js';
import type { DeviceName } from './device.js';
import type { Throughput } from './measure.js';
import type { Probe } from './probing.js';

/** Rates that were measured of devices. */
export type Measurements = Partial<Record<DeviceName, Throughput>>;

const MEASURED = 'measured.json';

/** What a measurement holds for: this machine, and this maas. */
const here = () => ({ machine: `${hostname()}, ${cpus()[0]?.model ?? process.arch}`, maas: version });

/** Measurements made here before. */
export async function readMeasurements(folder: string): Promise<Measurements> {
  try {
    const { devices, ...where } = JSON.parse(await readFile(join(folder, MEASURED), 'utf8'));
    if (JSON.stringify(where) !== JSON.stringify(here())) return {};
    const whole = Object.entries(devices as Measurements).filter(([, measured]) =>
      [measured?.denseGflops, measured?.sparseNonZeros, measured?.vectorElements].every(
        (rate) => Number.isFinite(rate) && rate! > 0,
      ),
    );
    return Object.fromEntries(whole);
  } catch {
    // none there, or none that can be read: they are made again
    return {};
  }
}

/** Keeps measurements for `auto`, where anything is installed to choose from. */
export async function keepMeasurements(devices: Measurements, folder: string): Promise<void> {
  const path = join(folder, MEASURED);
  const aside = `${path}.${process.pid}`;
  await mkdir(folder, { recursive: true })
    .then(() => writeFile(aside, `${JSON.stringify({ ...here(), devices }, null, 2)}\n`))
    .then(() => rename(aside, path))
    .catch(() => {});
}

/** Keeps what `maas doctor` measured of the devices that work. */
export async function rememberProbes(
  probes: Partial<Record<DeviceName, Probe>>,
  folder: string,
): Promise<void> {
  // without any of these there is nothing to choose from
  if (!probes.cuda?.usable && !probes.webgpu?.usable && !probes.native?.usable) return;
  const worth = Object.entries(probes).flatMap(([name, probe]) =>
    probe.usable && !probe.software && probe.throughput ? [[name, probe.throughput]] : [],
  );
  await keepMeasurements(Object.fromEntries(worth), folder);
}
