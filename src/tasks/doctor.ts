import { totalmem } from 'node:os';
import {
  type DeviceName,
  defaultDeviceFolder,
  deviceNames,
  type Probe,
  probeDevice,
  rememberProbes,
} from '../compute/index.js';
import type { Listener } from '../progress.js';
import { version } from '../version.js';

/** What this machine can train on. */
export interface Diagnosis {
  maas: string;
  node: string;
  platform: string;
  memoryBytes: number;
  /** Where the libraries of devices are installed. */
  folder: string;
  devices: Record<DeviceName, Probe>;
}

/** Tries every device, each in a process of its own, and measures those that work. */
export async function doctor(
  { devices: folder = defaultDeviceFolder() }: { devices?: string | undefined } = {},
  listener: Listener = {},
): Promise<Diagnosis> {
  const devices: Partial<Record<DeviceName, Probe>> = {};
  for (const [done, name] of deviceNames.entries()) {
    listener.step?.({ stage: 'try', done, total: deviceNames.length, unit: 'devices', note: name });
    devices[name] = await probeDevice({ name, folder, measured: true });
  }
  await rememberProbes(devices, folder);
  return {
    maas: version,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    memoryBytes: totalmem(),
    folder,
    devices: devices as Record<DeviceName, Probe>,
  };
}
