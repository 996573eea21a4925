import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const inStore = { cwd: folder.path, env: { MAAS_STORE: store } };
const json = async (...args: string[]) => {
  const { stdout, code, stderr } = await maas([...args, '--json'], inStore);
  return { code, stderr, ...JSON.parse(stdout) };
};
const sklearn = ['train', tickets, '--preset', 'sklearn'];

beforeAll(async () => {
  // the first champion, which a gate that names one cannot hold back
  const gates = ['--gate', 'f1_macro >= champion @95%', '--max-negative-flips', '1%'];
  const first = await json(...sklearn, ...gates, '--promote', 'champion');
  expect(first).toMatchObject({
    code: 0,
    version: 1,
    promoted: { alias: 'champion', version: 1, from: null },
  });
  expect(first.gates).toMatchObject([
    { passed: true, margin: null, note: 'there is no tickets@champion yet' },
    { gate: 'negative_flips <= 0.01', passed: true },
  ]);
});

test('what meets its gates is promoted, what does not is published and is not', async () => {
  const better = ['--gate', 'f1_macro >= champion - 0.005 @95%', '--max-negative-flips', '5%'];
  const second = await json('train', tickets, ...better, '--promote', 'champion');
  expect(second).toMatchObject({ code: 0, version: 2, promoted: { version: 2, from: 1 } });
  expect(second.gates[0]).toMatchObject({ champion: 'tickets@1', passed: true });
  expect(second.gates[0].value).toBeCloseTo(second.metrics.f1_macro, 12);
  expect(second.gates[0].margin).toBeCloseTo(second.gates[0].differenceBound + 0.005, 12);

  const third = await json(...sklearn, ...better, '--promote', 'champion');
  expect(third).toMatchObject({ code: 4, version: 3, promoted: null, error: { code: 'gate' } });
  expect(third.gates.map(({ passed }: { passed: boolean }) => passed)).toEqual([false, false]);
  expect(third.gates[1].margin).toBeLessThan(0);
  expect(third.stderr).toContain('error: 2 of 2 gates are not met: "f1_macro >= champion - 0.005 @95%"');
  expect(existsSync(join(store, 'models', 'tickets', '3', 'manifest.json'))).toBe(true);
  const { version } = await json('models', 'show', 'tickets@champion');
  expect(version).toBe(2);
  expect((await json('models', 'history', 'tickets')).history.at(-1)).toMatchObject({
    reason: 'met f1_macro >= champion - 0.005 @95%, negative_flips <= 0.05',
  });
});

test('evaluate holds any version to gates, with the margin of each', async () => {
  const gates = ['accuracy >= 0.9', 'recall(billing) > 0.85', 'log_loss <= champion', 'roc_auc >= champion'];
  const found = await json('evaluate', 'tickets@2', ...gates.flatMap((gate) => ['--gate', gate]));
  const billing = found.perClass.find(({ label }: { label: string }) => label === 'billing');
  expect(found).toMatchObject({
    code: 4,
    error: { message: '1 of 4 gates are not met: "recall(billing) > 0.85"' },
  });
  expect(found.gates).toMatchObject([
    { gate: 'accuracy >= 0.9', value: found.metrics.accuracy, threshold: 0.9, passed: true },
    { value: billing.recall, threshold: 0.85, margin: billing.recall - 0.85, passed: false },
    { value: found.metrics.log_loss, threshold: found.metrics.log_loss, margin: 0, passed: true },
    { value: found.metrics.roc_auc, champion: 'tickets@2', margin: 0, passed: true },
  ]);
  const onFile = await json(
    'evaluate',
    'tickets@1',
    '--data',
    tickets,
    '--gate',
    'accuracy >= champion @90%',
  );
  expect(onFile).toMatchObject({ code: 4, gates: [{ champion: 'tickets@2', passed: false }] });
  const { stdout, code } = await maas(['evaluate', 'tickets@2', '--gate', 'accuracy >= 0.9'], inStore);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /gate +value +threshold +margin\naccuracy >= 0.9 +0.9048 +0.9000 +\+0.0048 +passed\n$/,
  );
});

test('a metric that is undefined meets no gate', async () => {
  // no row of this file is about billing
  const rows = readFileSync(tickets, 'utf8')
    .split('\n')
    .filter((row) => !row.endsWith(',billing'));
  const file = folder.file('unbilled.csv', rows.join('\n'));
  const found = await json('evaluate', 'tickets@2', '--data', file, '--gate', 'recall(billing) >= 0');
  expect(found).toMatchObject({ code: 4, gates: [{ value: null, margin: null, passed: false }] });
});

test('gates stand in the config file, too', async () => {
  const config = folder.file(
    'gates.yaml',
    'gate:\n  - accuracy >= 0.99\n  - f1(returns) >= 0.5\nmaxNegativeFlips: 2%\n',
  );
  const found = await json('evaluate', 'tickets@2', '--config', config);
  expect(found.code).toBe(4);
  expect(found.gates.map(({ passed }: { passed: boolean }) => passed)).toEqual([false, true, true]);
});

test('what a gate cannot ask for is told before anything is trained', async () => {
  const refused = async (...args: string[]) => (await json('train', tickets, ...args)).error;
  expect(await refused('--gate', 'f2 >= 0.5')).toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('balanced_accuracy'),
  });
  expect(await refused('--gate', 'recall(urgent) >= 0.5')).toMatchObject({
    code: 'usage',
    hint: 'the classes are account, billing, delivery, product, returns',
  });
  expect(await refused('--promote', '3')).toMatchObject({ code: 'usage' });
  expect(await refused('--max-negative-flips', '2')).toMatchObject({ code: 'usage' });
  expect((await json('models', 'list', 'tickets')).models).toHaveLength(3);
  const cv = await json('evaluate', 'tickets@2', '--data', tickets, '--cv', '2', '--gate', 'accuracy >= 0.5');
  expect(cv.error).toMatchObject({ code: 'usage' });
});

test('the winner of a search is held to gates, and promoted, as a training is', async () => {
  const config = folder.file('tune.yaml', 'gate: accuracy >= champion - 0.02\nmaxNegativeFlips: 5%\n');
  const search = ['tune', tickets, '--config', config, '--trials', '1', '--promote', 'champion'];
  const better = await json(...search);
  expect(better).toMatchObject({ code: 0, promoted: { from: 2, version: better.version } });
  expect(better.gates).toMatchObject([{ champion: 'tickets@2', passed: true }, { passed: true }]);
  const worse = await json(...search, '--min-df', '40');
  expect(worse).toMatchObject({ code: 4, promoted: null, error: { code: 'gate' } });
  expect((await json('models', 'show', 'tickets@champion')).version).toBe(better.version);
  // told before any trial
  const refused = await json(...search, '--gate', 'recall(urgent) >= 0.5');
  expect(refused).toMatchObject({ code: 2, error: { code: 'usage' } });
  await json('models', 'rollback', 'tickets');
});

test('a champion that was tested on other rows is nothing to compare with, which is told before anything is trained', async () => {
  const { models } = await json('models', 'list', 'tickets');
  const asked = ['--gate', 'accuracy >= champion', '--promote', 'champion'];
  for (const held of [
    ['--seed', '7'],
    ['--test-size', '0.1'],
  ]) {
    const found = await json('train', tickets, ...held, ...asked);
    expect(found).toMatchObject({ code: 3, error: { code: 'data' } });
    expect(found.error.message).toMatch(
      /^tickets@2 was tested on other rows than this training holds out: 84 and \d+, of which \d+ are the same$/,
    );
  }
  const nothing = await json('train', tickets, '--test-size', '0', ...asked);
  expect(nothing.error.message).toBe('no rows are held out, which the gate "accuracy >= champion" is about');
  expect((await json('models', 'list', 'tickets')).models).toEqual(models);
});

test('a version is removed by its number, unless an alias names it, and its number is not given again', async () => {
  const listed = async () =>
    (await json('models', 'list')).models.map((each: { version: number }) => each.version);
  const before: number[] = await listed();
  const last = before.at(-1)!;
  const champion = (await json('models', 'show', 'tickets@champion')).version;
  for (const [reference, said] of [
    ['tickets', 'names no version by its number'],
    ['tickets@champion', 'names no version by its number'],
    [`tickets@${champion}`, `is tickets@champion`],
  ]) {
    const refused = await json('models', 'remove', `tickets@${last}`, reference!);
    expect(refused).toMatchObject({ code: 2, error: { message: expect.stringContaining(said!) } });
  }
  expect(await json('models', 'remove', 'tickets@99')).toMatchObject({ code: 6 });
  expect(await listed()).toEqual(before);

  expect(await json('models', 'remove', `tickets@${last}`)).toMatchObject({
    code: 0,
    removed: [{ model: 'tickets', version: last }],
  });
  expect(await listed()).toEqual(before.slice(0, -1));
  expect(readdirSync(join(store, 'models', 'tickets', String(last)))).toEqual(['removed.json']);
  expect(await json('models', 'show', `tickets@${last}`)).toMatchObject({ code: 6 });
  expect((await json('models', 'verify')).versions).toHaveLength(before.length - 1);
  expect((await json(...sklearn)).version).toBe(last + 1);
});
