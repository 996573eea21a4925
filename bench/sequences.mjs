// Times fits of models of sequences on every device that is there, by maas's kernels and by operations of TensorFlow.js, beside
// Keras, and prints a table to keep. A GPU made of software is left out.
// usage: npm run bench:sequences [-- --epochs 10 --sets trec6,banking77 --models lstm,cnn --devices native --by kernels]
// MAAS_DEVICES names the folder that `maas doctor --install` fills, MAAS_PYTHON a Python with TensorFlow and pandas.
// The data sets are looked for in ../shared/data, or where MAAS_DATA says.
import { fork, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tensorEncodings } from '../dist/compute/encodings.js';
import { defaultDeviceFolder, deviceNames, openDevice, probeDevice } from '../dist/compute/index.js';
import { readExamples } from '../dist/data/examples.js';
import { SequenceCollector } from '../dist/features/sequence-fit.js';
import { fitSequence } from '../dist/models/sequence-fit.js';
import { resolveSettings } from '../dist/tasks/presets.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = process.env.MAAS_DEVICES || defaultDeviceFolder();
const data = process.env.MAAS_DATA ?? here('../../shared/data');
const python = process.env.MAAS_PYTHON ?? 'python3';
const csv = (set, part) => join(data, set, `${part}.csv.gz`);
const BATCH = 128;

/** In a process of its own: seconds of a fit with Keras's settings. */
async function timeFit({ device: name, way, kind, set, epochs }) {
  const given = { tokenizer: 'unicode', minDf: 1, maxFeatures: 9998, maxLength: 40 };
  const training = { epochs, batchSize: BATCH, learningRate: 0.001, schedule: 'constant', dropout: 0 };
  const settings = resolveSettings({ model: kind, ...given, ...training }, 'sklearn');
  const collector = new SequenceCollector(settings);
  const names = [];
  const labels = [];
  await readExamples([csv(set, 'train')], { onBadRow: 'skip' }, ({ text, label }) => {
    collector.add(text);
    if (!names.includes(label)) names.push(label);
    labels.push(names.indexOf(label));
  });
  const every = Uint32Array.from(labels.keys());
  const fitted = await (await collector.finish()).fit(every);
  const rows = { features: fitted.vectorize(every), labels: Int32Array.from(labels) };
  const device = await openDevice(name, folder);
  const encodings = way === 'kernels' ? undefined : tensorEncodings(device);
  const { threads } = device;
  const from = performance.now();
  const { report } = await fitSequence(
    kind,
    rows,
    names.length,
    without(rows),
    settings,
    { threads, encodings },
    {},
  );
  const seconds = (performance.now() - from) / 1000;
  device.close();
  return { seconds, loss: report.history.at(-1).loss };
}

/** No rows, of as many terms. */
const without = ({ features }) => ({
  features: { ...features, rows: 0, indptr: new Uint32Array(1), indices: new Uint32Array(0) },
  labels: new Int32Array(0),
});

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
      epochs: { type: 'string', default: '10' },
      sets: { type: 'string', default: 'trec6,banking77' },
      devices: { type: 'string' },
      by: { type: 'string', default: 'kernels,TensorFlow.js' },
      models: { type: 'string', default: 'lstm,cnn' },
    },
  });
  const epochs = Number(values.epochs);
  const wanted = values.by.split(',');
  const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
  const usable = [];
  for (const name of values.devices?.split(',') ?? deviceNames) {
    const probe = await probeDevice({ name, folder, measured: false });
    if (probe.usable && !probe.software) usable.push(name);
  }
  console.log(
    `${availableParallelism()} cores (${cpus()[0].model.trim()}), Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.\n`,
  );
  row(['set', 'model', 'device', 'by', 'fit, seconds', 'loss', "Keras's seconds", "Keras's by maas's"]);
  row(Array(8).fill('---'));
  for (const set of values.sets.split(',').filter((name) => existsSync(csv(name, 'train')))) {
    for (const kind of values.models.split(',')) {
      const keras = timeKeras(set, kind, epochs);
      for (const device of usable) {
        for (const way of wanted.filter((way) => way === 'kernels' || device !== 'wasm')) {
          const { seconds, loss } = await inChild({ device, way, kind, set, epochs });
          const ratio = keras ? `**${(keras / seconds).toFixed(2)}**` : '–';
          row([set, kind, device, way, seconds.toFixed(2), loss.toFixed(4), keras?.toFixed(2) ?? '–', ratio]);
        }
      }
    }
  }
}

/** Seconds of Keras's fit; nothing where there is no TensorFlow. */
function timeKeras(set, kind, epochs) {
  const args = ['./peer_keras.py', csv(set, 'train'), csv(set, 'test'), kind, String(epochs), String(BATCH)];
  const { status, stdout } = spawnSync(python, args, { cwd: here('.'), encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout).fit : undefined;
}

function inChild(request) {
  const child = fork(fileURLToPath(import.meta.url));
  child.send(request);
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the fit on ${request.device} ended with ${code}`)));
  });
}
