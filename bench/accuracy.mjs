// Trains each model with its defaults on the fixed training files of real data sets, scores it on their test files, and
// writes the table to bench/README.md.
// usage: npm run bench:accuracy [-- --only trec6,imdb]      (some sets; they are then all that the table holds)
// The data sets are looked for in ../shared/data, or where MAAS_DATA says.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepTable } from './table.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const at = process.argv.indexOf('--only');
const data = process.env.MAAS_DATA ?? here('../../shared/data');
const sets = [
  ...['trec6', 'banking77', 'sst2_glue', 'sms_spam', 'bbc_news', 'imdb', '20newsgroups', 'nsmc_rebuilt'],
  ...['waimai_10k', 'online_shopping_category'],
];
const wanted = at < 0 ? sets : process.argv[at + 1].split(',');
const models = {
  majority: ['--model', 'majority'],
  nb: ['--model', 'nb', '--alpha', '0.1'],
  "scikit-learn's defaults": ['--preset', 'sklearn'],
  'logistic (default)': [],
  bag: ['--model', 'bag'],
  dense: ['--model', 'dense', '--preset', 'sklearn'],
  cnn: ['--model', 'cnn'],
  lstm: ['--model', 'lstm'],
};
const folder = mkdtempSync(join(tmpdir(), 'maas-accuracy-'));

function accuracyOf(set, flags) {
  const [train, test] = ['train', 'test'].map((part) => join(data, set, `${part}.csv.gz`));
  const args = ['train', train, '--test', test, '--store', folder, '--name', 'bench', '--json', '--quiet'];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [here('../bin/maas.js'), ...args, ...flags],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    },
  );
  if (status !== 0) throw new Error(`${set} ${flags.join(' ')}: ${stderr}${stdout}`);
  const { metrics, timings } = JSON.parse(stdout);
  return `${(100 * metrics.accuracy).toFixed(1)} (${timings.total.toFixed(1)} s)`;
}

try {
  const names = Object.keys(models);
  const lines = [`| set | ${names.join(' | ')} |`, `| --- |${' --- |'.repeat(names.length)}`];
  console.log(lines.join('\n'));
  for (const set of wanted) {
    if (!existsSync(join(data, set, 'train.csv.gz'))) continue;
    const cells = Object.values(models).map((flags) => accuracyOf(set, flags));
    lines.push(`| ${set} | ${cells.join(' | ')} |`);
    console.log(lines.at(-1));
  }
  keepTable('accuracy', lines);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
