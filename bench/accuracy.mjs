// Trains each model with its defaults on the fixed training files of real data sets, scores it on their test files, and
// writes the table to bench/README.md; then the same model as fastText's beside the fastText program, in turns.
// usage: npm run bench:accuracy [-- --tables models,fasttext] [--only trec6,imdb] [--runs 3]
// (some sets are then all that a table holds)
// The data sets are looked for in ../shared/data, or where MAAS_DATA says.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFastTextFile } from './fasttext-file.mjs';
import { keepTable } from './table.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const data = process.env.MAAS_DATA ?? here('../../shared/data');
const sets = [
  ...['trec6', 'banking77', 'sst2_glue', 'sms_spam', 'bbc_news', 'imdb', '20newsgroups', 'nsmc_rebuilt'],
  ...['waimai_10k', 'online_shopping_category'],
];
const wanted = option('only')?.split(',') ?? sets;
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

function trainMaas(set, flags) {
  const from = performance.now();
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
  const seconds = (performance.now() - from) / 1000;
  return { accuracy: metrics.accuracy, seconds, total: timings.total };
}

function accuracyOf(set, flags) {
  const { accuracy, total } = trainMaas(set, flags);
  return `${(100 * accuracy).toFixed(1)} (${total.toFixed(1)} s)`;
}

function benchModels() {
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
}

/** What both are asked for beside ten dimensions, fastText also beside five epochs. */
const asked = [
  ['imdb', []],
  ['imdb', ['wordNgrams', 2]],
  ['20newsgroups', []],
  ['20newsgroups', ['minn', 3, 'maxn', 5]],
  ['nsmc_rebuilt', []],
  ['nsmc_rebuilt', ['wordNgrams', 2]],
  ['nsmc_rebuilt', ['wordNgrams', 2, 'minn', 2, 'maxn', 4]],
];

function trainFastText(train, test, flags) {
  const model = join(folder, 'fasttext');
  const args = ['-lr', '0.5', '-epoch', '5', '-dim', '10', '-thread', '2', '-verbose', '0', ...flags];
  const from = performance.now();
  const { status, stderr } = spawnSync('fasttext', [
    'supervised',
    '-input',
    train,
    '-output',
    model,
    ...args,
  ]);
  const seconds = (performance.now() - from) / 1000;
  if (status !== 0) throw new Error(`fasttext ${args.join(' ')}: ${stderr}`);
  const { stdout } = spawnSync('fasttext', ['test', `${model}.bin`, test], { encoding: 'utf8' });
  return { seconds, accuracy: Number(/P@1\s+([\d.]+)/.exec(stdout)[1]) };
}

async function benchFastText() {
  if (spawnSync('fasttext', []).error) return console.log('not measured: fasttext is not installed');
  const runs = Number(option('runs') ?? 3);
  const names = ['set', 'flags of maas', 'maas seconds, all', 'fastText seconds, training', 'times fastText'];
  const lines = [
    `| ${[...names, 'accuracy of maas', 'of fastText'].join(' | ')} |`,
    `| ${Array(7).fill('---').join(' | ')} |`,
  ];
  console.log(lines.join('\n'));
  for (const [set, ngrams] of asked) {
    if (!wanted.includes(set) || !existsSync(join(data, set, 'train.csv.gz'))) continue;
    const [train, test] = ['train', 'test'].map((part) => join(folder, `${set}-${part}.txt`));
    for (const [part, file] of Object.entries({ train, test })) {
      if (!existsSync(file)) await writeFastTextFile(join(data, set, `${part}.csv.gz`), file);
    }
    const spelled = (prefix, name) => `${prefix}${prefix === '-' ? name : name.replace('N', '-n')}`;
    const flagsOf = (prefix) =>
      ngrams.map((part) => (typeof part === 'number' ? `${part}` : spelled(prefix, part)));
    const flags = ngrams.length > 0 ? flagsOf('--') : ['--word-ngrams', '1'];
    const pairs = Array.from({ length: runs }, () => [
      trainMaas(set, ['--model', 'bag', '--dim', '10', ...flags]),
      trainFastText(train, test, flagsOf('-')),
    ]);
    const median = (of) => pairs.map(of).toSorted((a, b) => a - b)[Math.floor(runs / 2)];
    const seconds = [median(([mine]) => mine.seconds), median(([, other]) => other.seconds)];
    const times = median(([mine, other]) => mine.seconds / other.seconds);
    const accuracies = [0, 1].map((i) => (100 * median((pair) => pair[i].accuracy)).toFixed(1));
    const cells = [...seconds.map((s) => s.toFixed(1)), `**${times.toFixed(2)}**`, ...accuracies];
    lines.push(`| ${[set, `\`${flags.join(' ')}\``, ...cells].join(' | ')} |`);
    console.log(lines.at(-1));
  }
  keepTable('bag', lines);
}

const tables = { models: benchModels, fasttext: benchFastText };
try {
  for (const name of (option('tables') ?? 'models,fasttext').split(',')) await tables[name]();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
