import { openDevice } from '../../../src/compute/index.js';
import { deviceContract } from './contract.js';
import { networkContract } from './network.js';
import { sequencesContract } from './sequences.js';
import { trainingContract } from './training.js';

const device = await openDevice('cpu');
deviceContract(device);
networkContract(device);
sequencesContract(device);
trainingContract(device);
