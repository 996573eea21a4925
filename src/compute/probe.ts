import { MaasError } from '../errors.js';
import type { Probe, ProbeRequest } from './probing.js';

/**
 * The other end of `probeDevice`: a process of its own, since a driver may end the process that loads it, and since
 * TensorFlow and Dawn write to standard error as they like.
 */
process.once('message', async ({ name, folder, measured }: ProbeRequest) => {
  const answer = async (): Promise<Probe> => {
    try {
      const { openDevice } = await import('./device.js');
      const { measure } = await import('./measure.js');
      const device = await openDevice(name, folder);
      try {
        return { usable: true, ...device.facts, throughput: measured ? await measure(device) : null };
      } finally {
        device.close();
      }
    } catch (error) {
      return refused(name, error as Error);
    }
  };
  const found = await answer();
  process.send?.(found, () => process.disconnect());
});

function refused(name: string, error: Error): Probe {
  const { hint, details } = error instanceof MaasError ? error : {};
  return {
    usable: false,
    installed: details?.installed === true,
    reason: error.message.replace(`the device "${name}" is not there: `, ''),
    remedy: hint ?? null,
  };
}
