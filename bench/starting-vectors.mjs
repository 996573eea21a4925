// Trains cnn and lstm with their defaults on real data sets, with embeddings that are drawn, that begin with word vectors which
// the fastText program made of imdb's training texts, and that stay these; writes accuracies to bench/README.md.
// usage: npm run bench:starting-vectors [-- --only trec6,sst2_glue] [--vectors FILE]    (vectors that are there already)
// The data sets are looked for in ../shared/data, or where MAAS_DATA says.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFastTextFile } from './fasttext-file.mjs';
import { keepTable } from './table.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const data = process.env.MAAS_DATA ?? here('../../shared/data');
const folder = mkdtempSync(join(tmpdir(), 'maas-starting-'));
const csv = (set, part) => join(data, set, `${part}.csv.gz`);

function run(command, args) {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** Vectors of 64 numbers, as embeddings have them by default. */
async function trainVectors() {
  const file = join(folder, 'imdb.txt');
  await writeFastTextFile(csv('imdb', 'train'), file);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^__label__\S+ /gm, ''));
  const args = ['-dim', '64', '-epoch', '1', '-minCount', '5', '-bucket', '100000', '-thread', '2'];
  run('fasttext', ['skipgram', '-input', file, '-output', join(folder, 'imdb'), ...args]);
  return join(folder, 'imdb.vec');
}

function trained(set, flags, seed) {
  const args = ['train', csv(set, 'train'), '--test', csv(set, 'test'), '--store', folder, '--name', 'bench'];
  const all = [here('../bin/maas.js'), ...args, '--json', '--quiet', '--seed', seed, ...flags];
  return JSON.parse(run(process.execPath, all));
}

const vectors = option('vectors') ?? (await trainVectors());
const ways = {
  drawn: [],
  'word vectors': ['--embeddings', vectors],
  'word vectors, frozen': ['--embeddings', vectors, '--freeze-embeddings'],
};

try {
  const names = Object.keys(ways);
  const lines = [
    `| set | model | words that have a vector | ${names.join(' | ')} |`,
    `| --- | --- | --- |${' --- |'.repeat(names.length)}`,
  ];
  console.log(lines.join('\n'));
  for (const set of option('only', 'trec6,sst2_glue').split(',')) {
    if (!existsSync(csv(set, 'train'))) continue;
    for (const model of ['cnn', 'lstm']) {
      let covered = '';
      const cells = names.map((name) => {
        const results = ['1', '2'].map((seed) => trained(set, ['--model', model, ...ways[name]], seed));
        const share = results[0].embeddings?.coverage.train.tokens;
        if (share) covered = `${(100 * share).toFixed(0)} %`;
        return results.map(({ metrics }) => (100 * metrics.accuracy).toFixed(1)).join(', ');
      });
      lines.push(`| ${set} | ${model} | ${covered} | ${cells.join(' | ')} |`);
      console.log(lines.at(-1));
    }
  }
  keepTable('starting-vectors', lines);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
