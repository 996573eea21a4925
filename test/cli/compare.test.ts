import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const inStore = { cwd: folder.path, env: { MAAS_STORE: join(folder.path, 'store') } };
const json = async (...args: string[]) => {
  const { stdout, code } = await maas([...args, '--json'], inStore);
  return { code, ...JSON.parse(stdout) };
};

beforeAll(async () => {
  for (const more of [['--preset', 'sklearn'], [], ['--seed', '7']]) {
    expect((await maas(['train', tickets, ...more], inStore)).code).toBe(0);
  }
});

test('versions with the same held-out rows are compared by what they said of them', async () => {
  const found = await json('models', 'compare', 'tickets@1', 'tickets@2');
  expect(found).toMatchObject({ code: 0, rows: 84, verdict: 'improved', data: { kind: 'held-out' } });
  const evaluated = await json('evaluate', 'tickets@1');
  for (const name of ['accuracy', 'f1_macro', 'log_loss']) {
    expect(found.metrics[name].a).toBeCloseTo(evaluated.metrics[name], 12);
  }
  const back = await json('models', 'compare', 'tickets@2', 'tickets@1');
  expect(back.verdict).toBe('regressed');
  const { stdout, stderr } = await maas(['models', 'compare', 'tickets@2', 'tickets@2'], inStore);
  expect(stderr).toContain('both are the same version: tickets@2');
  expect(stdout).toContain('tickets@2 against tickets@2 on their held-out rows (84 rows): same');
});

test('other test rows are an error, and labelled rows the way out', async () => {
  const { code, error } = await json('models', 'compare', 'tickets@2', 'tickets@3');
  expect(code).toBe(3);
  expect(error.message).toContain(
    'tickets@2 and tickets@3 were tested on different rows: 84 and 84, of which',
  );
  const found = await json('models', 'compare', 'tickets@2', 'tickets@3', '--data', tickets);
  expect(found).toMatchObject({ code: 0, rows: 420, data: { kind: 'file' } });
  expect((await json('models', 'compare', 'tickets@2', 'tickets@3', '--data', '-')).error.code).toBe('usage');
  const other = folder.file('other.csv', readFileSync(tickets, 'utf8').replace('text,label', 'body,topic'));
  const named = ['--text-column', 'body', '--label-column', 'topic'];
  const renamed = await json('models', 'compare', 'tickets@2', 'tickets@3', '--data', other, ...named);
  expect(renamed.metrics).toEqual(found.metrics);
});

test('versions of other data with the same test file are compared on it, wherever it lies', async () => {
  const [head, ...lines] = readFileSync(tickets, 'utf8').trimEnd().split('\n');
  // without rows that go over several lines
  const rows = lines.filter((line) => /^[^"]+,\w+$/.test(line)).slice(0, 120);
  const part = (name: string, chosen: (r: number) => boolean) =>
    folder.file(name, [head, ...rows.filter((_, r) => chosen(r))].join('\n'));
  const some = part('some.csv', (r) => r % 4 === 0);
  const more = part('more.csv', (r) => r % 4 !== 1);
  const [there, moved] = ['there.csv', 'moved.csv'].map((name) => part(name, (r) => r % 4 === 1));
  await json('train', some, '--test', there!, '--name', 'fixed');
  await json('train', more, '--test', moved!, '--name', 'fixed');
  const found = await json('models', 'compare', 'fixed@1', 'fixed@2');
  expect(found).toMatchObject({ code: 0, rows: 30, data: { kind: 'held-out' } });
});

test('what is promoted is the champion of every command', async () => {
  expect((await maas(['models', 'promote', 'tickets@1', '--reason', 'the first'], inStore)).code).toBe(0);
  expect((await maas(['models', 'promote', 'tickets@2'], inStore)).code).toBe(0);
  expect((await json('evaluate', 'tickets@champion')).version).toBe(2);
  expect((await maas(['predict', 'tickets@champion', '--text', 'refund'], inStore)).code).toBe(0);
  expect((await json('models', 'compare', 'tickets@champion', 'tickets@2')).verdict).toBe('same');
  expect(await json('models', 'rollback', 'tickets')).toMatchObject({ version: 1, from: 2 });
  expect((await json('models', 'history', 'tickets')).history).toHaveLength(3);
  expect(
    (await json('models', 'list', 'tickets')).models.map((m: { aliases: string[] }) => m.aliases),
  ).toEqual([['champion'], [], []]);
  expect((await json('models', 'rollback', 'tickets')).code).toBe(6);
  expect((await json('evaluate', 'tickets@staging')).code).toBe(6);
});

test('evaluate compares with another version on the same rows', async () => {
  const compared = await json('models', 'compare', 'tickets@1', 'tickets@2');
  const { code: _, ...expected } = compared;
  const found = await json('evaluate', 'tickets@2', '--against', '1');
  expect(found).toMatchObject({ code: 0, model: 'tickets', version: 2, comparison: expected });
  const piped = await json('evaluate', 'tickets@2', '--against', '1', '--data', '-');
  expect(piped.error).toMatchObject({ code: 'usage' });
  await json('models', 'promote', 'tickets@2');
  const itself = await json('evaluate', 'tickets@2', '--against', 'champion');
  expect(itself.comparison).toMatchObject({ verdict: 'same', a: { version: 2 }, b: { version: 2 } });
  const { stdout } = await maas(['evaluate', 'tickets@1', '--against', 'tickets@champion'], inStore);
  expect(stdout).toContain('tickets@1 against tickets@2 on their held-out rows (84 rows): regressed');

  const other = await json('evaluate', 'tickets@3', '--against', 'champion');
  expect(other).toMatchObject({ code: 3, error: { code: 'data' } });
  const onFile = await json('evaluate', 'tickets@3', '--against', 'champion', '--data', tickets);
  expect(onFile).toMatchObject({ code: 0, comparison: { rows: 420, data: { kind: 'file' } } });
  expect((await json('evaluate', 'tickets@3', '--against', 'best')).error).toMatchObject({
    code: 'artifact',
    message: 'the model "tickets" has no alias "best"',
  });
  const cv = await json('evaluate', '--against', '1', '--data', tickets, '--cv', '2');
  expect(cv.error).toMatchObject({ code: 'usage' });
});

test('what turned right or wrong is told by slice, too', async () => {
  const sliced = await json('models', 'compare', 'tickets@1', 'tickets@2', '--slice', 'label');
  const flips = (by: string) => sliced.slices.filter((slice: { by: string }) => slice.by === by);
  // a slice of each label is what the class is
  expect(flips('label').length).toBeGreaterThan(1);
  for (const { value, rows, rightToWrong, wrongToRight } of flips('label')) {
    expect(sliced.flips).toContainEqual({ label: value, rows, rightToWrong, wrongToRight });
  }
  const ofScripts = flips('script').reduce(
    (sum: number, slice: { wrongToRight: number }) => sum + slice.wrongToRight,
    0,
  );
  expect(ofScripts).toBe(sliced.mcnemar.wrongToRight);
  const { comparison } = await json('evaluate', 'tickets@2', '--against', '1', '--slice', 'label');
  expect(comparison.slices).toEqual(sliced.slices);
  const onFile = await json(
    'models',
    'compare',
    'tickets@1',
    'tickets@2',
    '--slice',
    'label',
    '--data',
    tickets,
  );
  expect(onFile.slices.map(({ by }: { by: string }) => by)).toContain('label');
  const { stdout } = await maas(['models', 'compare', 'tickets@1', 'tickets@2', '--slice', 'label'], inStore);
  expect(stdout).toMatch(/^slice by +right → wrong +wrong → right +rows\n/m);
  expect((await json('models', 'compare', 'tickets@1', 'tickets@2')).slices).toBeUndefined();
});
