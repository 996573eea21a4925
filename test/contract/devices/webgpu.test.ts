import { afterAll } from 'vitest';
import { openIfThere } from '../../support/devices.js';
import { deviceContract } from './contract.js';
import { networkContract } from './network.js';
import { sequencesContract } from './sequences.js';
import { trainingContract } from './training.js';

const device = await openIfThere('webgpu');
if (device) {
  afterAll(() => device.close());
  // compiling a program for each shape takes a software adapter long
  deviceContract(device, { tolerance: 1e-4, runs: device.facts.software ? 40 : 150 });
  networkContract(device);
  sequencesContract(device, { tolerance: 1e-4 });
  trainingContract(device);
}
