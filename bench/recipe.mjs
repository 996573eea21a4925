// Trains with maas's defaults and with scikit-learn's (peer.py) on the fixed training files of real data sets, one after
// the other, whole processes, and scores both on the test files.
// usage: MAAS_PYTHON=python3 npm run bench:recipe [-- --only trec6,imdb]
// The data sets are looked for in ../shared/data, or where MAAS_DATA says. Writes the table to bench/README.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepTable } from './table.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const at = process.argv.indexOf('--only');
const data = process.env.MAAS_DATA ?? here('../../shared/data');
const python = process.env.MAAS_PYTHON ?? 'python3';
const sets = [
  ...['trec6', 'banking77', 'sst2_glue', 'sms_spam', 'bbc_news', 'imdb', '20newsgroups', 'nsmc_rebuilt'],
  ...['waimai_10k', 'online_shopping_category'],
];
const wanted = at < 0 ? sets : process.argv[at + 1].split(',');
const folder = mkdtempSync(join(tmpdir(), 'maas-recipe-'));

/** What a command prints as JSON, and the seconds that it took. */
function timed(command, args) {
  const from = performance.now();
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}${stdout}`);
  return { ...JSON.parse(stdout), seconds: (performance.now() - from) / 1000 };
}

const terms = ({ analyzer, ngramRange }) => `${analyzer} ${ngramRange.join('–')}`;

try {
  const head = [
    'set',
    'scikit-learn',
    'maas',
    'points',
    'recipe',
    'scikit-learn seconds',
    'maas seconds',
    'ratio',
  ];
  const lines = [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`];
  console.log(lines.join('\n'));
  for (const set of wanted) {
    const [train, test] = ['train', 'test'].map((part) => join(data, set, `${part}.csv.gz`));
    if (!existsSync(train)) continue;
    const own = timed(process.execPath, [
      ...[here('../bin/maas.js'), 'train', train, '--test', test],
      ...['--store', folder, '--name', 'bench', '--json', '--quiet'],
    ]);
    const peer = timed(python, [here('./peer.py'), train, test]);
    const [theirs, ours] = [peer.accuracy, own.metrics.accuracy].map((share) => 100 * share);
    const cells = [
      ...[
        theirs.toFixed(1),
        ours.toFixed(1),
        (ours - theirs).toFixed(1),
        `${terms(own.terms)}, C ${own.fit.C}`,
      ],
      ...[peer.seconds.toFixed(1), own.seconds.toFixed(1), `**${(peer.seconds / own.seconds).toFixed(1)}**`],
    ];
    lines.push(`| ${[set, ...cells].join(' | ')} |`);
    console.log(lines.at(-1));
  }
  keepTable('recipe', lines);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
