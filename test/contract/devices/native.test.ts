import { afterAll } from 'vitest';
import { openIfThere } from '../../support/devices.js';
import { deviceContract } from './contract.js';
import { networkContract } from './network.js';
import { sequencesContract } from './sequences.js';
import { trainingContract } from './training.js';

const device = await openIfThere('native');
if (device) {
  afterAll(() => device.close());
  deviceContract(device);
  networkContract(device);
  sequencesContract(device);
  trainingContract(device);
}
