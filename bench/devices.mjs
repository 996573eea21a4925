// Runs the contract suite and a fit on every device that is there, and prints a table to keep.
// usage: npm run bench:devices [-- --rows 20000 --features 50000 --classes 20]
// MAAS_DEVICES names the folder that `maas doctor --install` fills, if it is not the usual one.
import { fork, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultDeviceFolder, deviceNames, openDevice, probeDevice } from '../dist/compute/index.js';
import { fitLogistic } from '../dist/models/logistic.js';
import { seededRandom } from '../dist/random.js';

const folder = process.env.MAAS_DEVICES || defaultDeviceFolder();

/** Texts of 50 words as rows, words by Zipf's law, classes that prefer some words. */
function problem({ rows, features, classes }) {
  const random = seededRandom(1);
  const labels = new Int32Array(rows);
  const indptr = new Uint32Array(rows + 1);
  const indices = [];
  for (let r = 0; r < rows; r++) {
    labels[r] = Math.floor(random() * classes);
    const words = new Set();
    for (let i = 0; i < 50; i++) {
      const word = Math.floor(features ** random());
      words.add(random() < 0.2 ? (word * classes + labels[r]) % features : Math.min(word, features - 1));
    }
    indices.push(...[...words].sort((a, b) => a - b));
    indptr[r + 1] = indices.length;
  }
  const values = new Float32Array(indices.length);
  for (let r = 0; r < rows; r++)
    values.fill(1 / Math.sqrt(indptr[r + 1] - indptr[r]), indptr[r], indptr[r + 1]);
  return { matrix: { rows, cols: features, indptr, indices: Uint32Array.from(indices), values }, labels };
}

/** In a process of its own: milliseconds for a pass over the data, all of L-BFGS included. */
async function timeFit({ name, size }) {
  const { matrix, labels } = problem(size);
  const device = await openDevice(name, folder);
  const options = { C: 1, tol: 1e-9, classWeight: null };
  await fitLogistic(matrix, labels, size.classes, { ...options, maxIter: 2 }, device);
  const from = performance.now();
  const { report } = await fitLogistic(matrix, labels, size.classes, { ...options, maxIter: 20 }, device);
  const milliseconds = (performance.now() - from) / report.evaluations;
  device.close();
  return { milliseconds, objective: report.objective, nonZeros: matrix.values.length };
}

if (process.send) {
  process.once('message', async (request) => {
    process.send(await timeFit(request), () => process.disconnect());
  });
} else {
  await main();
}

async function main() {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '20000' },
      features: { type: 'string', default: '50000' },
      classes: { type: 'string', default: '20' },
    },
  });
  const size = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)]));
  const contract = runContract();
  const lines = [];
  let wasm;
  for (const name of ['wasm', ...deviceNames.filter((other) => other !== 'wasm')]) {
    const probe = await probeDevice({ name, folder, measured: true });
    if (!probe.usable) {
      lines.push([name, `not there: ${probe.reason}`, '', '', '', '', 'not run']);
      continue;
    }
    const fitted = await inChild({ name, size }).catch(({ message }) => ({ message }));
    if (fitted.message) {
      lines.push([name, fitted.message, '', '', '', '', contract[name] ?? '–']);
      continue;
    }
    wasm ??= fitted;
    const libraries = Object.entries(probe.libraries).map((entry) => entry.join(' '));
    lines.push([
      name,
      [probe.adapter + (probe.software ? ' (software)' : ''), probe.driver, ...libraries]
        .filter(Boolean)
        .join(', '),
      probe.throughput.denseGflops.toFixed(1),
      (probe.throughput.sparseNonZeros / 1e6).toFixed(0),
      fitted.milliseconds.toFixed(1),
      (wasm.milliseconds / fitted.milliseconds).toFixed(2),
      contract[name] ?? '–',
    ]);
  }
  console.log(
    `\nNode ${process.version}, ${process.platform}-${process.arch}; a fit of ${size.rows} rows, ${size.features} features,`,
  );
  console.log(`${size.classes} classes, ${wasm.nonZeros} non-zeros, by \`npm run bench:devices\`\n`);
  const head = [
    'device',
    'what',
    'dense GFLOP/s',
    'sparse M non-zeros/s',
    'fit, ms a pass',
    'speed to wasm',
    'contract',
  ];
  for (const line of [head, head.map(() => '---'), ...lines]) console.log(`| ${line.join(' | ')} |`);
}

/** Passed and failed tests of each device's contract suite. */
function runContract() {
  const scratch = mkdtempSync(join(tmpdir(), 'maas-devices-'));
  const file = join(scratch, 'report.json');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [
    vitest,
    'run',
    'test/contract/devices',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(scratch, { recursive: true });
  return Object.fromEntries(
    testResults.map(({ name, assertionResults }) => {
      const count = (status) => assertionResults.filter((result) => result.status === status).length;
      const device = /(\w+)\.test\.ts$/.exec(name)[1];
      const skipped = assertionResults.length - count('passed') - count('failed');
      return [device, `${count('passed')} passed, ${count('failed')} failed, ${skipped} skipped`];
    }),
  );
}

function inChild(request) {
  const child = fork(fileURLToPath(import.meta.url));
  child.send(request);
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the fit on ${request.name} ended with ${code}`)));
  });
}
