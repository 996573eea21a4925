// Times maas against its peers, whole processes in turns on real data sets, and writes the tables to bench/README.md.
// usage: npm run bench [-- --runs 3] [--only train,fasttext,predict,keras]
// MAAS_PYTHON names a Python with scikit-learn and pandas, and TensorFlow for keras (python3 otherwise); fasttext is looked
// for on the PATH. What a peer is missing for is left as it was measured before.
// The data sets are looked for in ../shared/data, or where MAAS_DATA says.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFastTextFile } from './fasttext-file.mjs';
import { keepTable } from './table.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const runs = Number(option('runs', '3'));
const wanted = option('only', 'train,fasttext,predict,keras').split(',');
const data = process.env.MAAS_DATA ?? here('../../shared/data');
const python = process.env.MAAS_PYTHON ?? 'python3';
const folder = mkdtempSync(join(tmpdir(), 'maas-bench-'));

const csv = (set, part) => join(data, set, `${part}.csv.gz`);

function run(command, args) {
  const from = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return { seconds: (performance.now() - from) / 1000, stdout, stderr };
}

/** A run of maas, with its peak of memory. */
function maas(args) {
  const ran = run(process.execPath, ['--require', here('./rss.cjs'), here('../bin/maas.js'), ...args]);
  return { ...ran, megabytes: Number(/RSS (\d+)/.exec(ran.stderr)[1]) / 1024 };
}

function trainMaas(set, flags, name = 'bench') {
  const files = [csv(set, 'train'), '--test', csv(set, 'test'), '--store', join(folder, 'store')];
  const ran = maas(['train', ...files, '--name', name, '--preset', 'sklearn', '--quiet', '--json', ...flags]);
  const { metrics, fit, timings } = JSON.parse(ran.stdout);
  return { ...ran, accuracy: metrics.accuracy, passes: fit.evaluations, fit: timings.fit };
}

function peer(script, args) {
  const ran = run(python, ['-W', 'ignore', here(script), ...args]);
  return { ...ran, ...JSON.parse(ran.stdout) };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const figure = (results, key, digits) => median(results.map((result) => result[key])).toFixed(digits);
/** The peer's figure by maas's, pair by pair. */
const ratio = (own, other, key) => median(own.map((mine, i) => other[i][key] / mine[key])).toFixed(2);

/** All in turns, so that what slows the machine slows each; each is told the number of the turn, from 1. */
function inTurns(...runners) {
  const measured = runners.map(() => []);
  for (let i = 1; i <= runs; i++) {
    runners.forEach((measure, k) => {
      measured[k].push(measure(i));
    });
  }
  return measured;
}

const lines = [];
const print = (line) => {
  console.log(line);
  lines.push(line);
};
const row = (cells) => print(`| ${cells.join(' | ')} |`);
const head = (cells) => {
  row(cells);
  row(cells.map(() => '---'));
};

const trainings = [
  ['imdb', []],
  ['imdb', ['--ngram-range', '1,2', '--C', '10']],
  ['20newsgroups', []],
  ['nsmc_rebuilt', []],
  ['nsmc_rebuilt', ['--analyzer', 'char', '--ngram-range', '1,3']],
  ['banking77', []],
  ['trec6', []],
  ['sms_spam', []],
];

function benchTraining() {
  const of = ['', '', ' seconds', ' seconds', '', ' MB', '', '', ''];
  const names = [
    'set',
    'flags',
    'maas',
    'scikit-learn',
    'time ratio',
    'maas',
    'memory ratio',
    'passes',
    'accuracy of both',
  ];
  head(names.map((name, i) => name + of[i]));
  for (const [set, flags] of trainings) {
    if (!existsSync(csv(set, 'train'))) continue;
    const files = [csv(set, 'train'), csv(set, 'test')];
    const [own, other] = inTurns(
      () => trainMaas(set, flags),
      () => peer('./peer.py', [...files, ...flags]),
    );
    row([
      ...[set, flags.length > 0 ? `\`${flags.join(' ')}\`` : ''],
      ...[figure(own, 'seconds', 2), figure(other, 'seconds', 2), `**${ratio(own, other, 'seconds')}**`],
      ...[figure(own, 'megabytes', 0), ratio(own, other, 'megabytes')],
      ...[figure(own, 'passes', 0), `${figure(own, 'accuracy', 4)}, ${figure(other, 'accuracy', 4)}`],
    ]);
  }
}

/** What maas needs to be no less accurate than fastText on any of the sets. */
const againstFastText = ['--tokenizer', 'unicode', '--sublinear-tf', '--C', '3'];
/** fastText's own model, with its dimensions. */
const bagOfFastText = ['--model', 'bag', '--dim', '10', '--tokenizer', 'unicode'];

async function benchFastText() {
  if (spawnSync('fasttext', []).error) return 'fasttext is not installed';
  const columns = [
    'maas seconds, all',
    '`bag` seconds, all',
    'fastText seconds, training',
    'time ratio',
    'of `bag`',
  ];
  head(['set', ...columns, 'accuracy of maas, `bag`, fastText']);
  for (const set of ['imdb', '20newsgroups', 'nsmc_rebuilt']) {
    if (!existsSync(csv(set, 'train'))) continue;
    const [train, test, model] = ['train.txt', 'test.txt', 'fasttext'].map((name) => join(folder, name));
    await writeFastTextFile(csv(set, 'train'), train);
    await writeFastTextFile(csv(set, 'test'), test);
    const args = ['-lr', '0.5', '-epoch', '5', '-dim', '10', '-thread', '2', '-verbose', '0'];
    const [own, bag, other] = inTurns(
      () => trainMaas(set, againstFastText),
      () => trainMaas(set, bagOfFastText),
      () => {
        const trained = run('fasttext', ['supervised', '-input', train, '-output', model, ...args]);
        const tested = run('fasttext', ['test', `${model}.bin`, test]);
        return { seconds: trained.seconds, accuracy: Number(/P@1\s+([\d.]+)/.exec(tested.stdout)[1]) };
      },
    );
    row([
      ...[set, ...[own, bag, other].map((of) => figure(of, 'seconds', 2))],
      ...[own, bag].map((of) => `**${ratio(of, other, 'seconds')}**`),
      [own, bag, other].map((of) => figure(of, 'accuracy', 4)).join(', '),
    ]);
  }
}

function benchPrediction() {
  head(['set', 'rows file', 'maas seconds', 'scikit-learn seconds', 'time ratio', 'memory ratio']);
  const store = ['--store', join(folder, 'store')];
  for (const set of ['imdb', 'nsmc_rebuilt']) {
    if (!existsSync(csv(set, 'train'))) continue;
    const model = join(folder, `${set}.joblib`);
    trainMaas(set, [], set);
    peer('./peer_predict.py', ['fit', csv(set, 'train'), model]);
    const [own, other] = inTurns(
      () => maas(['predict', set, csv(set, 'test'), ...store, '-o', join(folder, 'a.csv'), '--quiet']),
      () => peer('./peer_predict.py', ['predict', model, csv(set, 'test'), join(folder, 'b.csv')]),
    );
    const size = `${(statSync(join(folder, 'a.csv')).size / 1e6).toFixed(0)} MB`;
    const seconds = [figure(own, 'seconds', 2), figure(other, 'seconds', 2)];
    row([set, size, ...seconds, `**${ratio(own, other, 'seconds')}**`, ratio(own, other, 'megabytes')]);
  }
  const cold = Array.from({ length: 15 }, () => maas(['predict', 'imdb', '--text', 'what a film', ...store]));
  const bare = Array.from({ length: 15 }, () => run(process.execPath, ['-e', '0']));
  print('');
  print(
    `One text with imdb's model, the whole process: ${(1000 * figure(cold, 'seconds', 4)).toFixed(0)} ms (median of 15), of which Node itself takes ${(1000 * figure(bare, 'seconds', 4)).toFixed(0)} ms.`,
  );
}

const dense = ['--model', 'dense', '--hidden', '128,64'];
// Keras's words and numbers of them, of which two are padding and the unknown
const words = ['--tokenizer', 'unicode', '--min-df', '1', '--max-features', '9998'];
// and its learning rate
const rate = ['--learning-rate', '0.001', '--schedule', 'constant'];
const lstm = ['--model', 'lstm', '--max-length', '40', ...words, ...rate];
const networks = [
  ['trec6', dense, '128,64', 10],
  ['banking77', dense, '128,64', 10],
  ['imdb', dense, '128,64', 3],
  ['trec6', lstm, 'lstm', 10],
  ['banking77', lstm, 'lstm', 10],
];

/** Their mean, and from where to where they go. */
const accuracies = (percents) =>
  `${(percents.reduce((a, b) => a + b) / percents.length).toFixed(1)} (${Math.min(...percents).toFixed(1)}–${Math.max(...percents).toFixed(1)})`;

function benchKeras() {
  if (spawnSync(python, ['-c', 'import tensorflow']).status !== 0) return `${python} has no TensorFlow`;
  const own = ['maas seconds, all', 'fit', 'MB', 'accuracy'];
  const others = ['Keras seconds, all', 'fit', 'MB', 'accuracy'];
  head(['set', 'network', 'epochs', ...own, ...others, 'fit ratio', 'memory ratio']);
  for (const [set, network, layers, epochs] of networks) {
    if (!existsSync(csv(set, 'train'))) continue;
    const flags = [...network, '--epochs', String(epochs), '--batch-size', '128'];
    const [maas, keras] = inTurns(
      (seed) => trainMaas(set, [...flags, '--seed', String(seed)]),
      (seed) => {
        const numbers = [layers, String(epochs), '128', String(seed)];
        return peer('./peer_keras.py', [csv(set, 'train'), csv(set, 'test'), ...numbers]);
      },
    );
    const figures = (of) => [
      ...[figure(of, 'seconds', 2), figure(of, 'fit', 2), figure(of, 'megabytes', 0)],
      accuracies(of.map(({ accuracy }) => 100 * accuracy)),
    ];
    const ratios = [`**${ratio(maas, keras, 'fit')}**`, ratio(maas, keras, 'megabytes')];
    row([set, layers, epochs, ...figures(maas), ...figures(keras), ...ratios]);
  }
}

const versions = run(python, [
  '-c',
  'import sklearn, platform; print(f"Python {platform.python_version()}, scikit-learn {sklearn.__version__}")',
]).stdout.trim();
const benches = {
  train: benchTraining,
  fasttext: benchFastText,
  predict: benchPrediction,
  keras: benchKeras,
};
const titles = {
  train: '`maas train SET --preset sklearn` and `bench/peer.py`: read, vectorize, fit, score the test set',
  fasttext:
    '`maas train --preset sklearn --tokenizer unicode --sublinear-tf --C 3`, and with `--model bag --dim 10`, all of it, and the training alone of `fasttext supervised -lr 0.5 -epoch 5 -dim 10 -thread 2`',
  predict:
    '`maas predict MODEL FILE -o OUT` and `bench/peer_predict.py`, from a stored model to a written file',
  keras:
    '`maas train SET --preset sklearn --batch-size 128`, with `--model dense --hidden 128,64` on all features or with `--model lstm --max-length 40 --tokenizer unicode --min-df 1 --max-features 9998 --learning-rate 0.001 --schedule constant`, and the same network in `bench/peer_keras.py` on the 10,000 most frequent; each pair with a seed of its own, accuracy in percent: mean (least–most)',
};
const machine = `${availableParallelism()} cores (${cpus()[0].model.trim()}), Node ${process.version}, ${versions}; medians of ${runs} pairs, ${new Date().toISOString().slice(0, 10)}.`;

try {
  for (const name of wanted) {
    lines.length = 0;
    print(`### ${titles[name]}\n\n${machine}\n`);
    const missing = await benches[name]();
    if (missing) console.log(`not measured: ${missing}`);
    else keepTable(name, lines);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
