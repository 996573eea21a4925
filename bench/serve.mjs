// Asks `maas serve` and its peers for predictions with wrk (Debian's package `wrk`), and writes the tables to bench/README.md.
// usage: npm run bench:serve [-- --seconds 2 --rounds 11 --soak 600]
//   --seconds of each measurement, --rounds of them, --soak seconds at half of the peak
//   --draft prints and leaves bench/README.md as it is
// The data set is looked for in ../shared/data, or where MAAS_DATA says; MAAS_PYTHON names a Python with scikit-learn, Flask and gunicorn.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readExamples } from '../dist/data/examples.js';
import { keepTable } from './table.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '11' },
    soak: { type: 'string', default: '600' },
    draft: { type: 'boolean', default: false },
  },
});
const [seconds, rounds, soak] = [flags.seconds, flags.rounds, flags.soak].map(Number);
const CONNECTIONS = 32;
const LENGTHS = [100, 1000];

if (spawnSync('wrk', ['-v']).error) throw new Error('wrk is not installed (apt install wrk)');
const data = process.env.MAAS_DATA ?? here('../../shared/data');
const trainFile = join(data, 'imdb/train.csv.gz');
if (!existsSync(trainFile))
  throw new Error(`${trainFile} is not there; MAAS_DATA names the folder of the data sets`);

const folder = mkdtempSync(join(tmpdir(), 'maas-serve-'));
const maas = (...args) =>
  execFileSync(process.execPath, [here('../bin/maas.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });

/** Files of bodies, by the length of their texts. */
async function writeBodies() {
  const files = {};
  const texts = [];
  await readExamples([join(data, 'imdb/test.csv.gz')], { onBadRow: 'skip' }, ({ text }) => {
    if (text.length >= Math.max(...LENGTHS) && texts.length < 1000) texts.push(text);
  });
  for (const length of LENGTHS) {
    files[length] = join(folder, `${length}.jsonl`);
    writeFileSync(
      files[length],
      texts.map((text) => `${JSON.stringify({ text: text.slice(0, length) })}\n`).join(''),
    );
  }
  return files;
}

/** Starts a server that says its address on a line, and tells its process. */
async function start(command, args, env = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk) => {
      said += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) resolve(found[0]);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', (code) =>
      reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${said}`)),
    );
  });
  // gunicorn listens before its workers have loaded the model
  const body = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"text":"a"}' };
  for (;;) if ((await fetch(`${url}/predict`, body)).ok) break;
  return {
    url: `${url}/predict`,
    pid: child.pid,
    async stop() {
      const closed = new Promise((resolve) => child.on('close', resolve));
      child.kill('SIGTERM');
      await closed;
    },
  };
}

/** Requests a second and milliseconds, from `connections` that wait `pause` milliseconds before each request. */
function load(url, bodies, duration, pause = 0) {
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${duration}s`, '-s', here('./load.lua')];
  return new Promise((resolve, reject) => {
    const child = spawn('wrk', [...args, url, '--', bodies, String(pause)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.on('close', (code) => {
      const line = out.split('\n').find((said) => said.startsWith('{'));
      if (code !== 0 || !line) return reject(new Error(`wrk: ${out}`));
      const result = JSON.parse(line);
      resolve({ ...result, rate: result.requests / result.seconds });
    });
  });
}

const residentMB = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const whole = (number) => Math.round(number).toLocaleString('en-US');

const store = join(folder, 'store');
const startMaas = (model) =>
  start(process.execPath, [here('../bin/maas.js'), 'serve', model, '--store', store, '--port', '0']);

/** Each server by turns, all of them warm: what is compiled while requests come takes seconds to be. */
async function rates(servers, bodies) {
  const running = {};
  try {
    for (const [name, launch] of Object.entries(servers)) running[name] = await launch();
    for (const { url } of Object.values(running)) await load(url, bodies, Math.max(5, seconds));
    const results = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, { url }] of Object.entries(running)) {
        const result = await load(url, bodies, seconds);
        if (result.errors > 0) throw new Error(`${name}: ${result.errors} errors`);
        results[name].push(result);
      }
    }
    return results;
  } finally {
    await Promise.all(Object.values(running).map((server) => server.stop()));
  }
}

function trainPeer(python) {
  const model = join(folder, 'peer.joblib');
  execFileSync(python, [here('./peer_serve.py'), trainFile, model], { stdio: 'inherit' });
  return () =>
    start(
      join(dirname(python), 'gunicorn'),
      ['--workers', '2', '--bind', '127.0.0.1:0', '--chdir', here('.'), 'peer_serve:app'],
      { MODEL: model },
    );
}

const titles = {
  echo: 'a bare fastify that echoes the body',
  maas: '`maas serve`, words (`--preset sklearn`)',
  pairs: '`maas serve`, words and pairs (the default recipe)',
  flask: 'Flask + scikit-learn, gunicorn, 2 workers',
};

async function throughput(files) {
  const python = process.env.MAAS_PYTHON;
  const servers = {
    echo: () => start(process.execPath, [here('./echo.mjs')]),
    maas: () => startMaas('sklearn'),
    pairs: () => startMaas('default'),
    ...(python && { flask: trainPeer(python) }),
  };
  const lines = [
    '| characters | server | requests/s | p50 ms | p99 ms | of the echo | times Flask |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ];
  let peak = 0;
  for (const length of LENGTHS) {
    const results = await rates(servers, files[length]);
    const rateOf = (name) => (results[name] ? median(results[name].map(({ rate }) => rate)) : undefined);
    for (const name of Object.keys(results)) {
      const figure = (key) => median(results[name].map((result) => result[key])).toFixed(2);
      // the machine's own speed changes from minute to minute, so that what is compared is of the same round
      const times = (other) =>
        median(results[name].map(({ rate }, round) => rate / results[other][round].rate));
      const cells = [
        length,
        titles[name],
        whole(rateOf(name)),
        figure('p50'),
        figure('p99'),
        name === 'echo' ? '' : `${(100 * times('echo')).toFixed(0)} %`,
        name === 'flask' || !results.flask ? '' : times('flask').toFixed(1),
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
    if (length === LENGTHS[0]) peak = rateOf('maas');
    console.log(lines.join('\n'));
  }
  return { lines, peak };
}

async function endurance(bodies, peak) {
  const server = await startMaas('sklearn');
  try {
    await wait(1000);
    const idle = residentMB(server.pid);
    await load(server.url, bodies, Math.min(10, soak));
    const pause = CONNECTIONS / (peak / 2);
    // what a request takes is no part of the pause
    const tried = await load(server.url, bodies, Math.min(5, soak), pause * 1000);
    const target = Math.max(0, 2 * pause * 1000 - CONNECTIONS / (tried.rate / 1000));
    const memory = [];
    const watching = setInterval(() => memory.push(residentMB(server.pid)), Math.min(1000, soak * 20));
    const { rate, p50, p99, errors, requests } = await load(server.url, bodies, soak, target);
    clearInterval(watching);
    const tenth = Math.max(1, Math.floor(memory.length / 10));
    const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
    const model = join(store, 'models/sklearn/1');
    const bytes = ['vocabulary.json', 'weights.safetensors'].reduce(
      (sum, file) => sum + statSync(join(model, file)).size,
      0,
    );
    const cells = [
      soak,
      whole(rate),
      `${((100 * rate) / peak).toFixed(0)} %`,
      p50.toFixed(2),
      p99.toFixed(2),
      (p99 / p50).toFixed(1),
      `${errors} of ${whole(requests)}`,
      idle.toFixed(0),
      (bytes / 2 ** 20).toFixed(1),
      mean(memory.slice(0, tenth)).toFixed(0),
      mean(memory.slice(-tenth)).toFixed(0),
    ];
    return [
      '| seconds | requests/s | of the peak | p50 ms | p99 ms | p99 / p50 | errors | idle MB | model MB | MB, first tenth | MB, last tenth |',
      `| ${cells.map(() => '---').join(' | ')} |`,
      `| ${cells.join(' | ')} |`,
    ];
  } finally {
    await server.stop();
  }
}

try {
  const train = (name, ...recipe) =>
    maas('train', trainFile, '--store', store, '--name', name, '--quiet', ...recipe);
  train('sklearn', '--preset', 'sklearn');
  train('default');
  const files = await writeBodies();
  const { lines, peak } = await throughput(files);
  const soaked = await endurance(files[LENGTHS[0]], peak);
  console.log(soaked.join('\n'));
  const machine = `${cpus().length} cores (${cpus()[0].model.trim()}), Node ${process.version}, wrk with ${CONNECTIONS} connections on the same machine; medians of ${rounds}, ${new Date().toISOString().slice(0, 10)}.`;
  if (!flags.draft) {
    keepTable('serve', [
      machine,
      '',
      ...lines,
      '',
      'At half of the peak, with 100 characters:',
      '',
      ...soaked,
    ]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
