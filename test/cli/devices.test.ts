import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findPackages } from '../../src/compute/packages.js';
import { hasNvidiaDriver } from '../../src/compute/tensorflow/nvidia.js';
import { deviceFolder } from '../support/devices.js';
import { maas, type Ran } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const installed = { MAAS_DEVICES: deviceFolder };
const nothing = { MAAS_DEVICES: join(folder.path, 'no devices') };
const run = (args: string[], env: NodeJS.ProcessEnv = nothing) => maas([...args, '--store', store], { env });
const parsed = ({ stdout, stderr }: Ran) => {
  expect(stderr).not.toContain('error:');
  return JSON.parse(stdout);
};
const hasTensorflow = findPackages(deviceFolder, 'tensorflow').length > 0;
const hasWebgpu = findPackages(deviceFolder, 'webgpu').length > 0;

describe('train', () => {
  test('says which device ran and why, and keeps it in the version', async () => {
    const result = parsed(await run(['train', tickets, '--json']));
    expect(result).toMatchObject({
      device: 'wasm',
      deviceFacts: {
        name: 'wasm',
        requested: 'auto',
        reason: 'the job is too small for another device to gain',
        driver: null,
        software: false,
        libraries: {},
      },
    });
    expect(result.deviceFacts.adapter).not.toBe('');
    const manifest = JSON.parse(readFileSync(join(result.path, 'manifest.json'), 'utf8'));
    expect(manifest.device).toEqual(result.deviceFacts);
  });

  test('a long job looks at every device that is installed', async () => {
    // a hundred labels over enough words is more than ten seconds of work by the estimate
    const rows = Array.from({ length: 45_000 }, (_, i) => `"${words(i)}",label ${i % 100}`);
    const file = folder.file('long.csv', `text,label\n${rows.join('\n')}\n`);
    const args = ['train', file, '--json', '--max-iter', '1', '--preset', 'sklearn'];
    const alone = parsed(await run(args));
    expect(alone.deviceFacts).toMatchObject({
      name: 'wasm',
      reason: expect.stringMatching(/^no other device is installed for this job of about \d+ s$/),
    });
    if (!hasTensorflow) return;
    const { deviceFacts } = parsed(await run(args, installed));
    if (deviceFacts.name === 'wasm') expect(deviceFacts.reason).toContain('native');
    else expect(deviceFacts.reason).toMatch(/^expected to be [\d.]+ times as fast as wasm, by measurement$/);
    const measured = JSON.parse(readFileSync(join(deviceFolder, 'measured.json'), 'utf8'));
    expect(measured.devices.wasm.vectorElements).toBeGreaterThan(1e6);
  });

  test.skipIf(!hasTensorflow)('on native TensorFlow, twice with the same bytes', async () => {
    const first = parsed(await run(['train', tickets, '--json', '--device', 'native'], installed));
    expect(first.deviceFacts).toMatchObject({ name: 'native', requested: 'native', reason: 'asked for' });
    expect(first.deviceFacts.libraries.tensorflow).toMatch(/^2\.\d+/);
    const second = parsed(await run(['train', tickets, '--json', '--device', 'native'], installed));
    const weights = ({ path }: { path: string }) => readFileSync(join(path, 'weights.safetensors'));
    expect(weights(second).equals(weights(first))).toBe(true);
  });

  test.skipIf(!hasTensorflow || hasNvidiaDriver())(
    'cuda is refused where tfjs-node-gpu is installed and no GPU is there',
    async () => {
      const { code, stderr } = await run(['train', tickets, '--device', 'cuda'], installed);
      expect(code).toBe(5);
      expect(stderr).toContain('is installed, but there is no NVIDIA driver or no NVIDIA GPU\nhint: ');
    },
  );

  test.skipIf(!hasWebgpu)('a software adapter computes only if asked for by name, and is named', async () => {
    const named = await run(['train', tickets, '--device', 'webgpu'], installed);
    if (named.code === 5) {
      // no Vulkan driver at all: the sentence is checked below
      expect(named.stderr).toContain('WebGPU finds no adapter');
      return;
    }
    expect(named.code).toBe(0);
    if (!named.stdout.includes('software')) return; // a real GPU
    expect(named.stdout).toMatch(/^device {4}webgpu \(.+, software\): asked for$/m);
    const gpu = await run(['train', tickets, '--device', 'gpu'], installed);
    expect(gpu.code).toBe(5);
    expect(gpu.stderr).toMatch(/there is no GPU to train on: cuda: .+; webgpu: .+ is software, not a GPU/);
  });

  describe.each(['lstm', 'cnn'])('--model %s', (model) => {
    const sizes = { lstm: ['--units', '8'], cnn: ['--filters', '8', '--kernel-sizes', '2,3'] }[model]!;
    const args = ['train', tickets, '--model', model, ...sizes, '--dim', '8', '--max-length', '12'];
    const trainOn = async (device: string, epochs = '2') => {
      const given = ['--epochs', epochs, '--device', device, '--json'];
      const result = parsed(await run([...args, ...given], installed));
      return { ...result, weights: readFileSync(join(result.path, 'weights.safetensors')) };
    };

    test('the devices of the processor make the same bytes, with the same kernels', async () => {
      const { weights } = await trainOn('wasm');
      for (const device of hasTensorflow ? ['cpu', 'native'] : ['cpu']) {
        const found = await trainOn(device);
        expect(found.device).toBe(device);
        expect(found.deviceFacts.reason).toContain("; kernels of maas's own train models of sequences there");
        expect(found.weights.equals(weights), device).toBe(true);
      }
    });

    test.skipIf(!hasWebgpu)('webgpu comes to the same loss', async () => {
      const named = await run([...args, '--epochs', '1', '--device', 'webgpu', '--json'], installed);
      // no Vulkan driver at all
      if (named.code === 5) return;
      expect(named.code, named.stderr).toBe(0);
      // Dawn may say beside what it thinks of the machine
      const { device, deviceFacts, fit } = JSON.parse(named.stdout);
      expect([device, deviceFacts.reason]).toEqual(['webgpu', 'asked for']);
      const wasm = await trainOn('wasm', '1');
      expect(fit.history[0].loss).toBeCloseTo(wasm.fit.history[0].loss, 3);
    });
  });

  test.skipIf(!hasWebgpu || process.platform !== 'linux')('a missing adapter is a sentence', async () => {
    const env = { ...installed, VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '/nonexistent' };
    const { code, stderr } = await run(['train', tickets, '--device', 'webgpu'], env);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^error: the device "webgpu" is not there: WebGPU finds no adapter\nhint: .+\n$/);
  });
});

describe('doctor', () => {
  let diagnosis: Record<string, unknown> & { devices: Record<string, Record<string, unknown>> };
  beforeAll(async () => {
    diagnosis = parsed(await run(['doctor', '--json'], installed));
  });

  test('tries every device and measures those that work', () => {
    expect(diagnosis).toMatchObject({
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
    });
    expect(Object.keys(diagnosis.devices)).toEqual(['cuda', 'webgpu', 'native', 'wasm', 'cpu']);
    for (const name of ['wasm', 'cpu']) {
      expect(diagnosis.devices[name]).toMatchObject({
        usable: true,
        libraries: { tfjs: expect.any(String) },
      });
      const { denseGflops, sparseNonZeros } = diagnosis.devices[name]!.throughput as Record<string, number>;
      expect(denseGflops).toBeGreaterThan(0.01);
      expect(sparseNonZeros).toBeGreaterThan(1e5);
    }
  });

  test('says of every other what is missing and what mends it', () => {
    for (const probe of Object.values(diagnosis.devices)) {
      if (probe.usable) continue;
      expect(probe.reason).toMatch(/\w+/);
      expect(probe.remedy).toMatch(/install|driver|unset/);
    }
  });

  test('prints a table', async () => {
    const { stdout, code } = await run(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^device +works +dense GFLOP\/s/m);
    expect(stdout).toMatch(/^wasm +yes/m);
    expect(stdout).toMatch(
      /^webgpu: the package webgpu is not installed\n {2}`maas doctor --install webgpu`/m,
    );
  });

  test('asks before it installs', async () => {
    const { code, stderr } = await run(['doctor', '--install', 'webgpu']);
    expect(code).toBe(2);
    expect(stderr).toContain('asks first, and there is no terminal to ask on');
    expect(existsSync(nothing.MAAS_DEVICES)).toBe(false);
  });

  test('an installation that fails leaves everything as it was', async () => {
    const devices = join(folder.path, 'devices');
    mkdirSync(join(devices, 'webgpu'), { recursive: true });
    writeFileSync(join(devices, 'webgpu', 'mine'), 'kept');
    // nothing listens there
    const env = {
      MAAS_DEVICES: devices,
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
    };
    const { code, stderr, stdout } = await run(['doctor', '--install', 'webgpu', '--yes', '--json'], env);
    expect(code).toBe(1);
    expect(stderr).toContain('error: installing webgpu failed when it was to fetch npm packages (npm: 1)');
    expect(JSON.parse(stdout).error.details.output.join('\n')).toContain('ECONNREFUSED');
    expect(readdirSync(devices).sort()).toEqual(['install-webgpu.log', 'webgpu']);
    expect(readFileSync(join(devices, 'webgpu', 'mine'), 'utf8')).toBe('kept');
    expect(readFileSync(join(devices, 'install-webgpu.log'), 'utf8')).toMatch(/^\$ npm install/);
  });
});

test('TensorFlow.js is loaded only where it computes', async () => {
  parsed(await run(['train', tickets, '--json', '--name', 'linear']));
  const hook = folder.file(
    'hook.mjs',
    `import { register } from 'node:module';
     const refuse = 'if (specifier.startsWith("@tensorflow/")) throw new Error("loads " + specifier);';
     const code = 'export async function resolve(specifier, context, next) { ' + refuse + ' return next(specifier, context); }';
     register('data:text/javascript,' + encodeURIComponent(code));`,
  );
  const env = { ...nothing, NODE_OPTIONS: `--import=${hook}` };
  const forbidden = await run(['train', tickets, '--device', 'cpu'], env);
  expect(forbidden.stderr).toContain('loads @tensorflow/');
  for (const args of [
    ['train', tickets],
    ['predict', 'linear', '--text', 'where is my parcel'],
    ['evaluate', 'linear'],
    ['evaluate', 'linear', '--data', tickets],
    ['export', 'linear', '-o', join(folder.path, 'model')],
    ['models', 'list'],
    ['preprocess', tickets, '-o', join(folder.path, 'set')],
  ]) {
    const { code, stderr } = await run(args, env);
    expect(stderr).not.toContain('loads');
    expect(code, args.join(' ')).toBe(0);
  }
  execFileSync(process.execPath, [
    '--import',
    hook,
    '--input-type=module',
    '-e',
    `import { predict } from ${JSON.stringify(`file://${join(folder.path, 'model', 'model.js')}`)}; predict('x');`,
  ]);
});

/** 40 words, hardly two rows alike. */
const words = (row: number) =>
  Array.from({ length: 40 }, (_, i) => `w${(row * 7919 + i * i * 104729) % 5000}`).join(' ');
