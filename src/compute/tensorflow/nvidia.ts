import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** An NVIDIA GPU of this machine. */
export interface NvidiaGpu {
  adapter: string;
  driver: string;
  /** Null where it shares the memory of the processor, or does not tell. */
  memoryBytes: number | null;
}

/** Asks the driver's own program for a GPU by its number or id; undefined where there is none. */
export function findNvidiaGpu(id = '0'): NvidiaGpu | undefined {
  const query = ['-i', id, '--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: 10_000 });
  const [line] = status === 0 ? stdout.trim().split('\n') : [];
  const [adapter, driver, mebibytes] = line?.split(', ') ?? [];
  if (!adapter || !driver) return undefined;
  const memoryBytes = Number(mebibytes) * 2 ** 20;
  return { adapter, driver, memoryBytes: Number.isFinite(memoryBytes) ? memoryBytes : null };
}

/** Whether there is any trace of an NVIDIA driver; a container may have it without nvidia-smi. */
export const hasNvidiaDriver = (): boolean =>
  ['/proc/driver/nvidia/version', '/dev/nvidiactl'].some((path) => existsSync(path)) ||
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
