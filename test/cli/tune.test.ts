import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';
import { searchesIn, steady, type Tried } from '../support/tuning.js';

const folder = temporaryFolder();
const { store, tuned, version } = searchesIn(join(folder.path, 'store'));

describe('a search of so many trials', async () => {
  const two = await tuned('two', '--trials', '14', '--threads', '2');

  test('is the same for any number of threads', async () => {
    for (const threads of ['1', '3']) {
      const other = await tuned(`threads${threads}`, '--trials', '14', '--threads', threads);
      expect(steady(other.trials)).toEqual(steady(two.trials));
      expect(other.metrics).toEqual(two.metrics);
    }
  });

  test('takes the best by the validation score, the given recipe among all', async () => {
    expect(two.trials).toHaveLength(14);
    const [best] = two.trials;
    expect(two.tune.winner).toBe(best!.trial);
    const first = two.trials.find(({ trial }) => trial === 1)!;
    expect(first.changes).toEqual({});
    expect(first.whole).toBe(true);
    for (const { mean } of two.trials) expect(mean.accuracy).toBeLessThanOrEqual(best!.mean.accuracy);
    // what the first was scored by is cross-validation on the training rows
    const ran = await maas(['train', tickets, '--cv', '5', '--name', 'cv', ...store, '--json']);
    const { cv } = JSON.parse(ran.stdout);
    expect(first.mean).toEqual(cv.mean);
    expect(first.std).toEqual(cv.std);
  });

  test('publishes the winner as a training with its settings would', async () => {
    const changes = two.trials[0]!.changes;
    const config = folder.file('winner.json', JSON.stringify(changes));
    const ran = await maas(['train', tickets, '--config', config, '--name', 'again', ...store, '--json']);
    expect(JSON.parse(ran.stdout).metrics).toEqual(two.metrics);
    for (const file of ['weights.safetensors', 'vocabulary.json', 'predictions.csv']) {
      expect(version('two', file).equals(version('again', file)), file).toBe(true);
    }
    expect(two.rows).toEqual({ train: 336, validation: 0, test: 84 });
  });

  test('is told beside the version', () => {
    const manifest = JSON.parse(version('two', 'manifest.json').toString());
    const { trials: _, ...lineage } = two.tune;
    expect(manifest.tune).toEqual(lineage);
    expect(lineage).toMatchObject({ metric: 'accuracy', folds: 5, limit: 14, budget: null, seed: 42 });
    expect(manifest.config).toMatchObject(two.trials[0]!.changes);
    expect(Object.keys(manifest.files)).toEqual(expect.arrayContaining(['trials.csv', 'trials.svg']));
    const [head, ...lines] = version('two', 'trials.csv').toString().trim().split('\n');
    expect(head).toMatch(/^trial,winner,accuracy,accuracy_std,f1_macro,/);
    expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(two.trials.map(({ trial }) => trial));
    const report = version('two', 'report.md').toString();
    expect(report).toContain('## Search');
    expect(report).toContain(`| ${two.tune.winner} (taken) | ${two.trials[0]!.mean.accuracy.toFixed(4)} ± `);
    const plot = version('two', 'trials.svg').toString();
    expect(plot).toMatch(/^<svg [^>]*role="img" aria-labelledby="trials-title trials-desc"/);
    expect(plot).toMatch(/<desc id="trials-desc">14 recipes, .* The best, trial \d+, has 0\.\d{4}\./);
    expect(plot.match(/<path [^>]*><title>/g)).toHaveLength(14);
  });

  test('shows a table and says how to repeat the winner', async () => {
    const ran = await maas(['tune', tickets, '--trials', '4', '--name', 'shown', ...store]);
    const lines = ran.stdout.split('\n');
    expect(lines[0]).toMatch(/^trial {2}accuracy {7}± {2}F1 macro {2}log loss {2}rows {2}settings$/);
    expect(lines[1]).toMatch(/^ *\d \* {4}0\.\d{4} {2}0\.\d{4} /);
    expect(ran.stdout).toMatch(/^4 recipes by accuracy on 5 folds of the training rows, in \d+\.\d\d s$/m);
    expect(ran.stdout).toMatch(/^the best: /m);
    expect(ran.stdout).toMatch(/^shown@1 /m);
  });

  test('does not depend on the test rows', async () => {
    const few = folder.file(
      'few.csv',
      'text,label\nwhere is my parcel,delivery\nmy invoice is wrong,billing\n',
    );
    const many = folder.file('many.csv', readFileSync(tickets));
    const [a, b] = await Promise.all([
      tuned('few', '--trials', '5', '--test', few),
      tuned('many', '--trials', '5', '--test', many),
    ]);
    expect(steady(a.trials)).toEqual(steady(b.trials));
    expect(a.metrics.n).toBe(2);
  });
});

test('a budget holds', async () => {
  const from = performance.now();
  const { trials, tune } = await tuned('budget', '--budget', '4s');
  expect((performance.now() - from) / 1000).toBeLessThan(6);
  expect(tune.budget).toBe(4);
  expect(trials.length).toBeGreaterThan(1);
  const short = await tuned('short', '--budget', '0.01s');
  expect(short.trials.map(({ trial }) => trial)).toEqual([1]);
});

test('many rows: most recipes see a part of them, a third goes on', async () => {
  const words = (seed: number) => Array.from({ length: 8 }, (_, i) => `w${(seed * (i + 7) * 7919) % 997}`);
  const rows = Array.from({ length: 18_000 }, (_, r) => `${words(r).join(' ')} c${r % 3},${(r * 31) % 3}`);
  const file = folder.file('many-rows.csv', ['text,label', ...rows].join('\n'));
  const flags = ['--trials', '10', '--models', 'nb', '--cv', '3', '--name', 'halving'];
  const ran = await maas(['tune', file, ...flags, ...store, '--json']);
  expect(ran.code, ran.stderr).toBe(0);
  const trials = JSON.parse(ran.stdout).tune.trials as Tried[];
  const came = (share: number, folds: number) =>
    trials.filter((tried) => Math.abs(tried.share - share) < 1e-9 && tried.folds === folds).length;
  // nine recipes, three, one; it goes through all rows of one fold and then of the others, as the given one does
  expect([came(1 / 9, 1), came(1 / 3, 1), came(1, 1), came(1, 3)]).toEqual([6, 2, 0, 2]);
});

test('what is searched can be said', async () => {
  const config = folder.file(
    'search.yaml',
    'ngramRange: [1, 1]\nsearch:\n  C: [1, 100]\n  ngramRange: [[1, 2]]\n  minDf: { from: 1, to: 3 }\n',
  );
  const { trials } = await tuned('said', '--trials', '8', '--config', config);
  const others = trials.filter(({ trial }) => trial > 1);
  for (const { changes } of others) expect([1, 100, undefined]).toContain(changes.C);
  for (const { changes } of others) expect([[1, 2], undefined]).toContainEqual(changes.ngramRange);
  const grid = await tuned(
    'grid',
    '--search',
    '{"C": [1, 10], "sublinearTf": [true, false]}',
    '--trials',
    '50',
  );
  // the default recipe, whose C is chosen, and the grid
  expect(grid.trials).toHaveLength(5);
  const limited = await tuned('limited', '--models', 'nb,majority', '--trials', '6');
  for (const { changes } of limited.trials) expect(['nb', 'majority']).toContain(changes.model);
  const without = await tuned('without', '--models', 'nb,logistic', '--C', '3', '--trials', '3');
  for (const { changes } of without.trials) expect(changes.model).toBeUndefined();
  expect(without.stderr).toContain('models left out of the search: nb (the model "nb" has no use for C)');
  const held = await tuned('held', '--analyzer', 'char', '--C', '3', '--trials', '6', '--metric', 'f1_macro');
  for (const { changes } of held.trials) {
    expect(changes.analyzer).toBeUndefined();
    expect(changes.C).toBeUndefined();
  }
  const best = Math.max(...held.trials.map(({ mean }) => mean.f1_macro));
  expect(held.trials[0]!.mean.f1_macro).toBe(best);
  const loss = await tuned('loss', '--metric', 'log_loss', '--trials', '6', '--validation-size', '0.25');
  expect(loss.tune).toMatchObject({ folds: 4, scoredFolds: 1 });
  expect(loss.trials[0]!.mean.log_loss).toBe(Math.min(...loss.trials.map(({ mean }) => mean.log_loss)));
});

test('what cannot be tried is a problem of its trials alone', async () => {
  const flags = ['--search', '{"stopWords": ["english", "klingon"]}', '--trials', '3'];
  const { trials } = await tuned('problem', ...flags);
  const problems = trials.filter(({ mean }) => mean === null);
  expect(problems.map(({ changes }) => changes.stopWords)).toEqual(['klingon']);
  expect(problems[0]!.problem).toContain('"klingon" is neither a language with stop words nor a file');
  expect(trials).toHaveLength(3);
});

test('a search whose trials take all threads ends', async () => {
  // beyond 32 classes, trials go one after the other
  const rows = Array.from({ length: 2000 }, (_, i) => {
    const words = Array.from({ length: 12 }, (_, w) => `w${(i * (w + 3)) % 240}`);
    return `${words.join(' ')},c${i % 40}`;
  });
  const file = folder.file('wide.csv', `text,label\n${rows.join('\n')}\n`);
  const ran = await maas([
    'tune',
    file,
    '--trials',
    '4',
    '--threads',
    '2',
    '--name',
    'wide',
    '--json',
    ...store,
  ]);
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.stdout).classes).toHaveLength(40);
});
