import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bin, maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const dense = ['--model', 'dense', '--hidden', '64,32', '--epochs', '60', '--validation-size', '0.1'];
const inTraining = ['--checkpoint-seconds', '0', '--store', store];
const weights = (model: string) => readFileSync(join(store, 'models', model, '1', 'weights.safetensors'));

test('a training that is killed goes on, and ends with the weights of one that was not', async () => {
  const whole = await maas(['train', tickets, '--name', 'whole', ...dense, '--store', store, '--json']);
  expect(whole.code).toBe(0);
  const checkpoint = join(store, 'checkpoints', 'killed.safetensors');
  const args = ['train', tickets, '--name', 'killed', ...dense, ...inTraining];
  let kills = 0;
  for (let after = 50; kills < 3; after += 150) {
    const child = spawn(process.execPath, [bin, ...args, '--resume'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    while (!existsSync(checkpoint) && child.exitCode === null) await new Promise((r) => setTimeout(r, 5));
    await new Promise((resolve) => setTimeout(resolve, after));
    child.kill('SIGKILL');
    await ended;
    expect(child.signalCode, 'it was over before it was killed').toBe('SIGKILL');
    kills++;
  }
  const other = await maas([...args, '--epochs', '61', '--resume']);
  expect(other.code).toBe(6);
  expect(other.stderr).toContain('was left by a training with other data, settings or another device');
  // begun anew without a checkpoint of its own, it leaves the old one
  const anew = spawn(process.execPath, [
    bin,
    ...args.slice(0, -4),
    '--checkpoint-seconds',
    '9',
    ...args.slice(-2),
  ]);
  let told = '';
  for await (const text of anew.stderr) {
    told += text;
    if (told.includes('--resume goes on with it')) break;
  }
  const gone = new Promise((resolve) => anew.once('close', resolve));
  anew.kill('SIGKILL');
  await gone;
  expect(told).toContain('this training was interrupted before, and begins anew');
  const resumed = await maas([...args, '--resume', '--json']);
  expect(resumed.code).toBe(0);
  expect(weights('killed').equals(weights('whole'))).toBe(true);
  expect(JSON.parse(resumed.stdout).fit).toEqual(JSON.parse(whole.stdout).fit);
  expect(resumed.stderr).toMatch(/^the training goes on after epoch \d+ and \d+ steps of the next$/m);
  // it is over now, and nothing is left of it
  expect(readdirSync(join(store, 'checkpoints'))).toEqual([]);
  expect(readdirSync(join(store, 'models', 'killed')).filter((entry) => !entry.startsWith('.'))).toEqual([
    '1',
  ]);
}, 120_000);

test('a damaged checkpoint is refused, with a way out', async () => {
  mkdirSync(join(store, 'checkpoints'), { recursive: true });
  writeFileSync(join(store, 'checkpoints', 'damaged.safetensors'), 'short');
  const ran = await maas(['train', tickets, '--name', 'damaged', ...dense, '--resume', '--store', store]);
  expect(ran.code).toBe(6);
  expect(ran.stderr).toContain('damaged.safetensors is not a safetensors file: it is too short');
  expect(ran.stderr).toContain('hint: train anew without --resume');
});

test('the report and the version tell the history', async () => {
  const ran = await maas(['train', tickets, '--name', 'told', ...dense, '--patience', '5', '--store', store]);
  expect(ran.stdout).toMatch(
    /^fit {7}\d+ epochs of adam(, stopped early)?(, the weights of epoch \d+)?, loss 0\.\d+$/m,
  );
  const report = readFileSync(join(store, 'models', 'told', '1', 'report.md'), 'utf8');
  expect(report).toContain('## Training');
  expect(report).toMatch(/\| \d+ \(taken\) \| \d\.\d+ \| 0\.00100 \| \d\.\d+ \| 0\.\d+ \| 0\.\d+ \|/);
  const shown = await maas(['models', 'show', 'told', '--json', '--store', store]);
  const { fit } = JSON.parse(shown.stdout);
  expect(fit.history[fit.epoch - 1].validation.accuracy).toBeGreaterThan(0.7);
});

test('the two networks that tutorials build are a line each', async () => {
  const two = folder.file(
    'two.csv',
    `text,label\n${'quick fox,animal\nlazy dog,animal\nred car,thing\nfast engine,thing\n'.repeat(20)}`,
  );
  for (const [file, hidden] of [
    [tickets, '64,64'],
    [two, '128,64,32'],
  ] as const) {
    const ran = await maas([
      'train',
      file,
      '--model',
      'dense',
      '--hidden',
      hidden,
      '--name',
      'keras',
      '--store',
      store,
      '--json',
    ]);
    expect(JSON.parse(ran.stdout).metrics.accuracy).toBeGreaterThan(0.6);
    const predicted = await maas(['predict', 'keras', '--text', 'red dog', '--store', store, '--json']);
    const { scores } = JSON.parse(predicted.stdout);
    expect(Object.values<number>(scores).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    const evaluated = await maas(['evaluate', 'keras', '--data', file, '--store', store, '--json']);
    expect(JSON.parse(evaluated.stdout).metrics.accuracy).toBeGreaterThan(0.8);
  }
});

test('without validation rows, nothing can be watched', async () => {
  const ran = await maas(['train', tickets, '--model', 'dense', '--patience', '3', '--store', store]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('hint: set some aside with --validation-size 0.1');
});
