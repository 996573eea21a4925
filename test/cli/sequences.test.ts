import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bin, maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const lstm = ['--model', 'lstm', '--units', '16', '--dim', '16', '--learning-rate', '0.01', '--epochs', '12'];
const weights = (model: string) => readFileSync(join(store, 'models', model, '1', 'weights.safetensors'));

test('an LSTM is trained, shown, evaluated and asked', async () => {
  const trained = await maas(['train', tickets, '--name', 'read', ...lstm, '--store', store, '--json']);
  expect(trained.code, trained.stderr).toBe(0);
  const { metrics, device, deviceFacts } = JSON.parse(trained.stdout);
  expect(metrics.accuracy).toBeGreaterThan(0.6);
  expect(device).toBe('wasm');
  expect(deviceFacts.reason).toBe('models of sequences are trained by kernels of its own, on all cores');
  const shown = await maas(['models', 'show', 'read', '--json', '--store', store]);
  expect(JSON.parse(shown.stdout).config).toMatchObject({
    vectorizer: 'sequence',
    units: 16,
    maxLength: 256,
  });
  const evaluated = await maas(['evaluate', 'read', '--data', tickets, '--store', store, '--json']);
  expect(JSON.parse(evaluated.stdout).metrics.accuracy).toBeGreaterThan(0.8);
  const file = await maas(['predict', 'read', tickets, '--format', 'jsonl', '--store', store]);
  expect(file.stdout.trimEnd().split('\n')).toHaveLength(420);
  const one = await maas(['predict', 'read', '--text', 'where is my parcel', '--store', store, '--json']);
  const { scores } = JSON.parse(one.stdout);
  expect(Object.values<number>(scores).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
  for (const format of ['js', 'tfjs']) {
    const output = join(folder.path, format);
    const exported = await maas([
      'export',
      'read',
      '--format',
      format,
      '-o',
      output,
      '--store',
      store,
      '--json',
    ]);
    expect(JSON.parse(exported.stdout).check.maxAbsDelta).toBeLessThan(1e-5);
  }
});

test('a training that is killed goes on, and ends with the weights of one that was not', async () => {
  const args = ['train', tickets, ...lstm, '--validation-size', '0.1', '--store', store];
  expect((await maas([...args, '--name', 'whole', '--threads', '1'])).code).toBe(0);
  const killed = [...args, '--name', 'killed', '--checkpoint-seconds', '0'];
  const child = spawn(process.execPath, [bin, ...killed], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const checkpoint = join(store, 'checkpoints', 'killed.safetensors');
  while (!existsSync(checkpoint) && child.exitCode === null) await new Promise((r) => setTimeout(r, 5));
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode, 'it was over before it was killed').toBe('SIGKILL');
  const resumed = await maas([...killed, '--resume']);
  expect(resumed.stderr).toMatch(/^the training goes on after epoch \d+ and \d+ steps of the next$/m);
  expect(weights('killed').equals(weights('whole'))).toBe(true);
});

test('a dataset of sequences is read in order, and by no model that counts', async () => {
  const dataset = join(folder.path, 'dataset');
  const made = await maas([
    'preprocess',
    tickets,
    '--vectorizer',
    'sequence',
    '-o',
    dataset,
    '--store',
    store,
  ]);
  expect(made.code, made.stderr).toBe(0);
  const given = ['--model', 'cnn', '--filters', '8', '--epochs', '2', '--store', store, '--json'];
  const fromDataset = await maas(['train', dataset, '--name', 'set', ...given]);
  const fromFile = await maas(['train', tickets, '--name', 'file', ...given]);
  expect(JSON.parse(fromDataset.stdout).metrics).toEqual(JSON.parse(fromFile.stdout).metrics);
  expect(weights('set').equals(weights('file'))).toBe(true);
  const counted = await maas(['train', dataset, '--store', store]);
  expect(counted.code).toBe(2);
  expect(counted.stderr).toContain('the model "logistic" counts terms, whatever their order');
  // a model that is named makes the same of it, in a config file, too
  const config = folder.file('cnn.yaml', 'model: cnn\nfilters: 8\nepochs: 2\n');
  const configured = ['--config', config, '--store', store, '--json'];
  const implied = join(folder.path, 'implied');
  const madeAlike = await maas(['preprocess', tickets, '-o', implied, ...configured]);
  expect(madeAlike.code, madeAlike.stderr).toBe(0);
  await maas(['train', implied, '--name', 'implied', ...configured]);
  expect(weights('implied').equals(weights('file'))).toBe(true);
  const alone = await maas(['train', tickets, '--vectorizer', 'sequence', '--store', store]);
  expect(alone.code).toBe(2);
  expect(alone.stderr).toContain('expected no vectorizer sequence');
});
