// Times `maas evaluate` with its full report on imdb's test rows beside plain prediction of them, whole processes in turns, and
// `evaluate --no-report`. The report may take what prediction takes half as long again, and 2 s.
// usage: npm run bench:report [-- rounds]
// The data set is looked for in ../shared/data, or where MAAS_DATA says.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const data = join(process.env.MAAS_DATA ?? here('../../shared/data'), 'imdb');
const rounds = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'maas-report-'));
const test = join(data, 'test.csv.gz');

function seconds(...args) {
  const from = performance.now();
  const ran = spawnSync(process.execPath, [here('../bin/maas.js'), ...args, '--store', folder, '--quiet']);
  if (ran.status !== 0) throw new Error(String(ran.stderr));
  return (performance.now() - from) / 1000;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  seconds('train', join(data, 'train.csv.gz'));
  const times = { predict: [], evaluate: [], 'evaluate --no-report': [] };
  for (let round = 0; round < rounds; round++) {
    times.predict.push(seconds('predict', 'train', test, '-o', join(folder, 'predicted.csv')));
    times.evaluate.push(seconds('evaluate', 'train', '--data', test));
    times['evaluate --no-report'].push(seconds('evaluate', 'train', '--data', test, '--no-report'));
  }
  for (const [name, of] of Object.entries(times)) console.log(`${name.padEnd(22)}${median(of).toFixed(2)} s`);
  const allowed = 1.5 * median(times.predict) + 2;
  console.log(`${'allowed'.padEnd(22)}${allowed.toFixed(2)} s`);
  if (median(times.evaluate) > allowed) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
