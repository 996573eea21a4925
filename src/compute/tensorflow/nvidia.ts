import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The first NVIDIA GPU of this machine. */
export interface NvidiaGpu {
  adapter: string;
  driver: string;
  memoryBytes: number;
}

/** Asks the driver's own program; undefined where there is none or it sees no GPU. */
export function findNvidiaGpu(): NvidiaGpu | undefined {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: 10_000 });
  const [line] = status === 0 ? stdout.trim().split('\n') : [];
  const [adapter, driver, mebibytes] = line?.split(', ') ?? [];
  if (!adapter || !driver) return undefined;
  return { adapter, driver, memoryBytes: Number(mebibytes) * 2 ** 20 };
}

/** Whether there is any trace of an NVIDIA driver: on Linux, in a container, under Windows' Linux. */
export const hasNvidiaDriver = (): boolean =>
  ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path)) ||
  findNvidiaGpu() !== undefined;
