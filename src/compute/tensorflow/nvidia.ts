import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

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

/** The CUDA libraries that `maas doctor --install cuda` put beside TensorFlow, by pip, with their versions. */
export function cudaLibraries(packagePath: string): Record<string, string> {
  const python = join(packagePath, '..', '..', '..', 'python');
  const installed = existsSync(python) ? readdirSync(python) : [];
  const versions = installed.map((name) => /^nvidia_(cuda_runtime|cudnn)_cu\d+-(.+)\.dist-info$/.exec(name));
  return Object.fromEntries(
    versions
      .filter((found) => found !== null)
      .map(([, name, version]) => [name!.replace('_runtime', ''), version!]),
  );
}
