import { expect, test } from 'vitest';
import { type Job, openDevice, openForJob } from '../../src/compute/index.js';
import { findPackages } from '../../src/compute/packages.js';
import { type DenseFitOptions, denseJob } from '../../src/models/dense-fit.js';
import { resolveSettings } from '../../src/tasks/presets.js';
import { deviceFolder } from '../support/devices.js';

/** A network of two hidden layers on 5,000 rows, ten epochs. */
const jobOf = (units: number): Job => {
  const rows = 5000;
  const features = {
    rows,
    cols: 2000,
    indptr: new Uint32Array(rows + 1),
    indices: new Uint32Array(0),
    values: new Float32Array(0),
  };
  const options = { ...resolveSettings({ model: 'dense' }), hidden: [units, units], batchSize: 128 };
  return denseJob(features, 6, options as DenseFitOptions);
};
const hasTensorflow = findPackages(deviceFolder, 'tensorflow').length > 0;

test('a narrow network is left to wasm, as the dense products say', async () => {
  const { device, reason } = await openForJob(openDevice, jobOf(128), deviceFolder);
  expect([device.name, reason]).toEqual(['wasm', 'the job is too small for another device to gain']);
  device.close();
});

test.skipIf(!hasTensorflow)('a wide network goes where dense products are faster', async () => {
  const job = jobOf(2048);
  const rates = { sparseNonZeros: 1, vectorElements: 1 };
  // as bench/README.md has them: wasm, native
  expect(job.seconds({ denseGflops: 20, ...rates })).toBeGreaterThan(
    1.5 * job.seconds({ denseGflops: 190, ...rates }),
  );
  const { device, reason } = await openForJob(openDevice, job, deviceFolder);
  if (device.name === 'wasm') expect(reason).toContain('native');
  else expect(reason).toMatch(/^expected to be [\d.]+ times as fast as wasm, by measurement$/);
  device.close();
});
