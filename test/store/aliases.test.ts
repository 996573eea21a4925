import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { versionBefore } from '../../src/store/aliases.js';
import { Store } from '../../src/store/store.js';
import { modelHistory, promoteModel, rollbackModel } from '../../src/tasks/aliases.js';
import { temporaryFolder } from '../support/temp.js';

const folder = temporaryFolder();
let stores = 0;
let root: string;
let store: Store;
const facts = { created: '2026-01-01T00:00:00.000Z', classes: [], rows: {}, config: {}, metrics: {} };
const publish = () =>
  store.publish('m', { 'a.txt': 'a' }, facts as unknown as Parameters<Store['publish']>[2]);
beforeEach(async () => {
  root = join(folder.path, String(stores++));
  store = new Store(root);
  for (let version = 1; version <= 3; version++) await publish();
});

const opened = async (reference: string) => (await store.open(reference)).manifest.version;
const home = () => join(root, 'models', 'm');

test('an alias names what was promoted, wherever a version is named', async () => {
  await promoteModel(root, 'm@2', { reason: 'first' });
  expect(await opened('m@champion')).toBe(2);
  await promoteModel(root, 'm@champion', { alias: 'staging' });
  expect(await opened('m@staging')).toBe(2);
  await promoteModel(root, 'm');
  expect(await opened('m@champion')).toBe(3);
  expect(await opened('m@staging')).toBe(2);
  const { history, aliases } = await modelHistory(root, 'm');
  expect(aliases).toEqual({ champion: 3, staging: 2 });
  expect(history.map(({ action, alias, version, from }) => [action, alias, version, from])).toEqual([
    ['promote', 'champion', 2, null],
    ['promote', 'staging', 2, null],
    ['promote', 'champion', 3, 2],
  ]);
  expect(history[0]).toMatchObject({ reason: 'first', by: expect.stringMatching(/./) });
  expect(Math.abs(Date.now() - Date.parse(history[0]!.at))).toBeLessThan(60_000);
  expect(await store.models()).toEqual(['m']);
});

test('rollbacks go back one promotion at a time', async () => {
  for (const reference of ['m@1', 'm@3', 'm@2']) await promoteModel(root, reference);
  expect(await promoteModel(root, 'm@2')).toMatchObject({ changed: false });
  expect(await rollbackModel(root, 'm')).toMatchObject({ version: 3, from: 2 });
  expect(await rollbackModel(root, 'm')).toMatchObject({ version: 1, from: 3 });
  expect(await opened('m@champion')).toBe(1);
  await expect(rollbackModel(root, 'm')).rejects.toMatchObject({ code: 'artifact' });
  await promoteModel(root, 'm@3');
  expect(await rollbackModel(root, 'm')).toMatchObject({ version: 1 });
  expect(versionBefore((await modelHistory(root, 'm')).history, 'champion')).toBeUndefined();
});

test('of many who promote at once all are in the history, and who expected another champion is told', async () => {
  const references = Array.from({ length: 12 }, (_, i) => `m@${1 + (i % 3)}`);
  await Promise.all(references.map((reference, i) => promoteModel(root, reference, { alias: `a${i}` })));
  expect((await modelHistory(root, 'm')).history).toHaveLength(12);
  await promoteModel(root, 'm@1', { expected: null });
  await expect(promoteModel(root, 'm@2', { expected: null })).rejects.toMatchObject({ code: 'failed' });
  await promoteModel(root, 'm@2', { expected: 1 });
  expect(await opened('m@champion')).toBe(2);
  expect(readdirSync(home()).sort()).toEqual(['1', '2', '3', 'aliases.json']);
});

test('what somebody left who was killed stops nobody', async () => {
  const left = join(home(), 'aliases.json.lock');
  writeFileSync(left, '{');
  utimesSync(left, new Date(0), new Date(0));
  await promoteModel(root, 'm@1');
  expect(await opened('m@champion')).toBe(1);
});

test('what cannot be is an error that says what can', async () => {
  await expect(store.open('m@champion')).rejects.toMatchObject({
    code: 'artifact',
    message: 'the model "m" has no alias "champion"',
    hint: 'it has none; `maas models promote m@3 --as champion` gives it',
  });
  for (const alias of ['7', '', 'a b', '../x']) {
    await expect(promoteModel(root, 'm', { alias })).rejects.toMatchObject({ code: 'usage' });
  }
  await expect(promoteModel(root, 'm@9')).rejects.toMatchObject({ code: 'artifact' });
  await expect(rollbackModel(root, 'nobody')).rejects.toMatchObject({ code: 'artifact' });
  const other = new Store(join(root, 'other'));
  const elsewhere = await other.publish('m', {}, facts as unknown as Parameters<Store['publish']>[2]);
  await expect(promoteModel(root, elsewhere.path)).rejects.toMatchObject({ code: 'usage' });
  await promoteModel(root, 'm@1');
  rmSync(join(home(), '1'), { recursive: true });
  await expect(store.open('m@champion')).rejects.toMatchObject({
    message: 'm@champion names version 1, which is not there',
  });
  expect(await opened('m')).toBe(3);
  const file = join(home(), 'aliases.json');
  const format = readFileSync(file, 'utf8');
  writeFileSync(file, format.replace('"formatVersion": 1', '"formatVersion": 9'));
  await expect(store.open('m@champion')).rejects.toMatchObject({
    message: expect.stringContaining('version 9'),
  });
  writeFileSync(file, '{');
  await expect(store.open('m@champion')).rejects.toMatchObject({
    message: expect.stringContaining('damaged'),
  });
});
