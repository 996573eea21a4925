// Times whole processes in turns, maas and scikit-learn on the same job: read, vectorize, fit, score the test set.
// usage: npm run bench -- TRAIN.csv[.gz] TEST.csv[.gz] [--runs 5] [flags of both, such as --ngram-range 1,2 --C 10]
// MAAS_PYTHON names a Python with scikit-learn and pandas (python3 otherwise).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [train, test, ...rest] = process.argv.slice(2);
if (!test) {
  console.error(
    'usage: npm run bench -- TRAIN TEST [--runs 5] [--ngram-range 1,2] [--C 10] [--analyzer char]',
  );
  process.exit(2);
}
const at = rest.indexOf('--runs');
const runs = at < 0 ? 5 : Number(rest.splice(at, 2)[1]);
const store = mkdtempSync(join(tmpdir(), 'maas-bench-'));
const hook = here('./rss.cjs');

const contenders = {
  maas: () => {
    const args = [
      '--require',
      hook,
      here('../bin/maas.js'),
      'train',
      train,
      '--test',
      test,
      '--store',
      store,
    ];
    const ran = run(process.execPath, [
      ...args,
      '--name',
      'bench',
      '--preset',
      'sklearn',
      '--quiet',
      '--json',
      ...rest,
    ]);
    const { metrics } = JSON.parse(ran.stdout);
    return { ...ran, accuracy: metrics.accuracy, megabytes: Number(/RSS (\d+)/.exec(ran.stderr)[1]) / 1024 };
  },
  'scikit-learn': () => {
    const ran = run(process.env.MAAS_PYTHON ?? 'python3', [
      '-W',
      'ignore',
      here('./peer.py'),
      train,
      test,
      ...rest,
    ]);
    return { ...ran, ...JSON.parse(ran.stdout) };
  },
};

function run(command, args) {
  const from = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return { seconds: (performance.now() - from) / 1000, stdout, stderr };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const measured = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
try {
  for (let i = 0; i <= runs; i++) {
    for (const [name, contend] of Object.entries(contenders)) {
      const result = contend();
      if (i > 0) measured[name].push(result); // the first turn warms the disk
    }
  }
} finally {
  rmSync(store, { recursive: true, force: true });
}
console.log('| | seconds (median) | MB (peak) | accuracy |\n| --- | --- | --- | --- |');
for (const [name, results] of Object.entries(measured)) {
  const column = (key) => median(results.map((result) => result[key]));
  console.log(
    `| ${name} | ${column('seconds').toFixed(2)} | ${column('megabytes').toFixed(0)} | ${column('accuracy').toFixed(4)} |`,
  );
}
const ratio = (key) =>
  median(measured['scikit-learn'].map((peer, i) => peer[key] / measured.maas[i][key])).toFixed(2);
console.log(
  `\nscikit-learn / maas over ${runs} pairs, median: time ${ratio('seconds')}, memory ${ratio('megabytes')}`,
);
