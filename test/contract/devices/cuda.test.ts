import { expect, test } from 'vitest';
import { type Device, openDevice } from '../../../src/compute/index.js';
import { MaasError } from '../../../src/errors.js';
import { deviceFolder } from '../../support/devices.js';
import { deviceContract } from './contract.js';
import { networkContract } from './network.js';
import { sequencesContract } from './sequences.js';
import { trainingContract } from './training.js';

const opened = await openDevice('cuda', deviceFolder).catch((error: unknown) => error);
if (!(opened instanceof Error)) {
  deviceContract(opened as Device, { tolerance: 1e-4 });
  networkContract(opened as Device);
  sequencesContract(opened as Device, { tolerance: 1e-4 });
  trainingContract(opened as Device);
} else {
  test('cuda is refused where it is not there, with the reason and a remedy', () => {
    expect(opened).toBeInstanceOf(MaasError);
    expect(opened).toMatchObject({
      code: 'device',
      hint: expect.stringMatching(/maas doctor|nvidia-smi|unset/),
    });
    expect((opened as MaasError).message).toMatch(
      /^the device "cuda" is not there: (TensorFlow [\d.]+ sees no GPU: .+|@tensorflow\/tfjs-node(-gpu)? is (not )?installed.*)$/,
    );
  });
}
