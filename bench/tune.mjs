// Searches for a recipe on the fixed training files of real data sets, and scores default and winner on their test files.
// usage: npm run bench:tune [-- --only trec6,imdb] [-- --budget 120s]
// The data sets are looked for in ../shared/data, or where MAAS_DATA says. Writes the table to bench/README.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepTable } from './table.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const data = process.env.MAAS_DATA ?? here('../../shared/data');
const wanted = option('--only', 'trec6,banking77,sms_spam,waimai_10k,imdb').split(',');
const budget = option('--budget', '120s');
const folder = mkdtempSync(join(tmpdir(), 'maas-tune-'));

function run(command, set, ...flags) {
  const [train, test] = ['train', 'test'].map((part) => join(data, set, `${part}.csv.gz`));
  const args = [command, train, '--test', test, '--store', folder, '--name', 'bench', '--json', '--quiet'];
  const bin = here('../bin/maas.js');
  const { stdout, stderr, status } = spawnSync(process.execPath, [bin, ...args, ...flags], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${set}: ${stderr}${stdout}`);
  return JSON.parse(stdout);
}

const percent = (share) => (100 * share).toFixed(1);
const shown = (changes) =>
  Object.entries(changes)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || 'as given';

try {
  const head = ['set', 'default', 'tuned', 'by validation: default', 'tuned', 'recipes', 'seconds', 'winner'];
  const lines = [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`];
  console.log(lines.join('\n'));
  for (const set of wanted) {
    if (!existsSync(join(data, set, 'train.csv.gz'))) continue;
    const before = run('train', set);
    const { metrics, tune, timings } = run('tune', set, '--budget', budget);
    const [winner, first] = [tune.winner, 1].map((n) => tune.trials.find(({ trial }) => trial === n));
    const cells = [before.metrics.accuracy, metrics.accuracy, first.mean.accuracy, winner.mean.accuracy].map(
      percent,
    );
    lines.push(
      `| ${[set, ...cells, tune.tried, timings.total.toFixed(0), shown(winner.changes)].join(' | ')} |`,
    );
    console.log(lines.at(-1));
  }
  keepTable('tune', lines);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
