import { cpus, totalmem } from 'node:os';
import type { DeviceFacts, DeviceMemory } from './backend.js';

/** The facts of a device that computes on the processor. */
export function processorFacts(libraries: Record<string, string>): DeviceFacts {
  return {
    adapter: cpus()[0]?.model.trim() || process.arch,
    driver: null,
    software: false,
    memoryBytes: totalmem(),
    libraries,
  };
}

/** The memory of a device that allocates as the system lets it. */
export const systemMemory = (): DeviceMemory => ({
  bytes: totalmem(),
  tensorBytes: Number.POSITIVE_INFINITY,
});
