// Trains word vectors on the training texts of real data sets with the fastText program (Debian's package `fasttext`),
// models on their means, scores these on the test files, and writes the table to bench/README.md.
// usage: npm run bench:embeddings [-- --only trec6,imdb]    (some sets; they are then all that the table holds)
// The data sets are looked for in ../shared/data, or where MAAS_DATA says.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFastTextFile } from './fasttext-file.mjs';
import { keepTable } from './table.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const at = process.argv.indexOf('--only');
const data = process.env.MAAS_DATA ?? here('../../shared/data');
const wanted = at < 0 ? ['trec6', 'sst2_glue', 'imdb'] : process.argv[at + 1].split(',');
const folder = mkdtempSync(join(tmpdir(), 'maas-embeddings-'));
const csv = (set, part) => join(data, set, `${part}.csv.gz`);

function run(command, args) {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** Vectors of 100 numbers, and of n-grams, of the training texts alone. */
async function trainVectors(set) {
  const file = join(folder, `${set}.txt`);
  await writeFastTextFile(csv(set, 'train'), file);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^__label__\S+ /gm, ''));
  const output = join(folder, set);
  // as many words to learn from, whatever the set
  const epochs = Math.max(1, Math.round(5e6 / readFileSync(file).length));
  const args = [
    '-dim',
    '100',
    '-minCount',
    '2',
    '-bucket',
    '200000',
    '-epoch',
    String(epochs),
    '-thread',
    '2',
  ];
  run('fasttext', ['skipgram', '-input', file, '-output', output, ...args]);
  return output;
}

function accuracyOf(set, flags) {
  const args = ['train', csv(set, 'train'), '--test', csv(set, 'test'), '--store', folder, '--name', 'bench'];
  const { metrics, timings } = JSON.parse(
    run(process.execPath, [here('../bin/maas.js'), ...args, '--json', '--quiet', ...flags]),
  );
  return `${(100 * metrics.accuracy).toFixed(1)} (${timings.total.toFixed(1)} s)`;
}

const given = (file, ...flags) => ['--vectorizer', 'embedding', '--embeddings', file, ...flags];
const ways = {
  'mean (default)': (vectors) => given(`${vectors}.vec`),
  tfidf: (vectors) => given(`${vectors}.vec`, '--pooling', 'tfidf'),
  sif: (vectors) => given(`${vectors}.vec`, '--pooling', 'sif'),
  'mean, of `.bin`': (vectors) => given(`${vectors}.bin`),
  'mean, `dense`': (vectors) => given(`${vectors}.vec`, '--model', 'dense'),
  'terms (`maas train`)': () => [],
};

try {
  const names = Object.keys(ways);
  const lines = [`| set | ${names.join(' | ')} |`, `| --- |${' --- |'.repeat(names.length)}`];
  console.log(lines.join('\n'));
  for (const set of wanted) {
    if (!existsSync(csv(set, 'train'))) continue;
    const vectors = await trainVectors(set);
    lines.push(`| ${set} | ${names.map((name) => accuracyOf(set, ways[name](vectors))).join(' | ')} |`);
    console.log(lines.at(-1));
  }
  keepTable('embeddings', lines);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
