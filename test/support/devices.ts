import { test } from 'vitest';
import { type Device, type DeviceName, defaultDeviceFolder, openDevice } from '../../src/compute/index.js';
import { MaasError } from '../../src/errors.js';

/** Where tests look for the libraries of devices. */
export const deviceFolder = process.env.MAAS_DEVICES ?? defaultDeviceFolder();

/** The device, or nothing and a skipped test that says why. */
export async function openIfThere(name: DeviceName): Promise<Device | undefined> {
  try {
    return await openDevice(name, deviceFolder);
  } catch (error) {
    if (!(error instanceof MaasError) || error.code !== 'device') throw error;
    test.skip(`skipped: ${error.message} (${error.hint})`, () => {});
    return undefined;
  }
}
