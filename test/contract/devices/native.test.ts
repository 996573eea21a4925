import { afterAll } from 'vitest';
import { openIfThere } from '../../support/devices.js';
import { deviceContract } from './contract.js';
import { trainingContract } from './training.js';

const device = await openIfThere('native');
if (device) {
  afterAll(() => device.close());
  deviceContract(device);
  trainingContract(device);
}
