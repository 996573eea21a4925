import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const aside = join(folder.path, 'aside');
mkdirSync(aside);
const inStore = { cwd: folder.path, env: { MAAS_STORE: store, TMPDIR: aside, TEMP: aside } };
const json = async (...args: string[]) => {
  const { stdout, code, stderr } = await maas([...args, '--json'], inStore);
  return { code, stderr, ...JSON.parse(stdout) };
};
const [own, other] = [join(folder.path, 'own.csv'), join(folder.path, 'other.csv')];
const versionFolder = (name: string, version = 1) => join(store, 'models', name, String(version));
const stagesOf = ({ stages }: { stages: { stage: string; same: boolean }[] }) =>
  stages.map(({ stage, same }) => `${stage} ${same ? 'same' : 'differs'}`);

beforeAll(async () => {
  const [head, ...rows] = readFileSync(tickets, 'utf8').trimEnd().split('\n');
  writeFileSync(own, [head, ...rows.slice(0, 300), ''].join('\n'));
  writeFileSync(other, [head, ...rows.slice(300), ''].join('\n'));
  await json('train', own, '--name', 'held');
  await json('train', own, '--test', other, '--analyzer', 'char_wb', '--threads', '1', '--name', 'tested');
  await json('preprocess', own, '--seed', '3', '--model', 'bag', '--output', 'dataset');
  await json('train', 'dataset', '--model', 'bag', '--epochs', '2', '--seed', '9', '--name', 'bag');
  await json('train', own, '--model', 'lstm', '--units', '8', '--epochs', '1', '--name', 'lstm');
  await json('tune', own, '--trials', '2', '--validation-size', '0.2', '--name', 'tuned');
}, 60_000);

test('a version is trained again to the last byte, whatever its data and its model', async () => {
  for (const name of ['held', 'tested', 'bag', 'lstm', 'tuned']) {
    const found = await json('reproduce', name);
    expect(found).toMatchObject({ code: 0, model: name, identical: true, differs: null, otherwise: [] });
    expect(stagesOf(found)).toEqual(
      ['data', 'rows', 'vocabulary', 'weights', 'metrics', 'files'].map((stage) => `${stage} same`),
    );
  }
  const { stdout } = await maas(['reproduce', 'held', '--threads', '1'], inStore);
  expect(stdout).toMatch(/^held@1 trained again in [\d.]+ s: byte-identical\n/);
  // nothing is published, and nothing is left behind
  expect(readdirSync(join(store, 'models', 'held'))).toEqual(['1']);
  expect(readdirSync(aside).filter((name) => name.includes('reproduce'))).toEqual([]);
}, 60_000);

test('what differs first is named: the data, the rows, the weights', async () => {
  const moved = join(folder.path, 'moved.csv');
  copyFileSync(own, moved);
  expect(await json('reproduce', 'held', '--data', moved)).toMatchObject({ code: 0, identical: true });
  appendFileSync(moved, '"The lamp arrived broken",product\n');
  const stopped = await json('reproduce', 'held', '--data', moved);
  expect(stopped).toMatchObject({ code: 1, differs: 'data', timings: null, error: { code: 'failed' } });
  expect(stagesOf(stopped)).toEqual(['data differs']);
  const going = await json('reproduce', 'held', '--data', moved, '--keep-going');
  expect(stagesOf(going).slice(0, 3)).toEqual(['data differs', 'rows differs', 'vocabulary differs']);

  // another device ends at the same optimum, with other last digits
  const onCpu = await json('reproduce', 'held', '--device', 'cpu');
  expect(onCpu).toMatchObject({ code: 1, differs: 'weights', otherwise: [{ what: 'the device' }] });
  expect(onCpu.stderr).toContain('warning: held@1 was trained with the device wasm, this is cpu');
  const weights = onCpu.stages[3];
  expect(weights).toMatchObject({
    stage: 'weights',
    first: expect.stringMatching(/^classifier\.\w+\[\d+\]$/),
  });
  expect(weights.maxAbsDelta).toBeGreaterThan(0);
  expect(weights.maxAbsDelta).toBeLessThan(1e-3);
}, 60_000);

test('what cannot be trained again is refused with what to give', async () => {
  const input = readFileSync(own);
  const piped = await maas(['train', '-', '--name', 'piped'], { ...inStore, input });
  expect(piped.code).toBe(0);
  expect((await json('reproduce', 'piped')).error).toMatchObject({
    code: 'usage',
    message: 'piped@1 was trained from standard input, expected --data with a file',
  });
  expect(await json('reproduce', 'piped', '--data', own)).toMatchObject({ code: 0, identical: true });
  rmSync(other);
  expect((await json('reproduce', 'tested')).error).toMatchObject({
    code: 'data',
    hint: 'name where it is now with --test',
  });
  expect((await json('reproduce', 'held', '--embeddings', own)).error).toMatchObject({ code: 'usage' });
});

test('versions are held to their digests and to their golden rows', async () => {
  const whole = await json('models', 'verify');
  expect(whole).toMatchObject({ code: 0, ok: true });
  expect(whole.versions.map(({ model }: { model: string }) => model)).toEqual([
    ...['bag', 'held', 'lstm', 'piped', 'tested', 'tuned'],
  ]);
  for (const { golden, files } of whole.versions) {
    expect(golden).toMatchObject({ rows: 16, maxAbsDelta: 0, changed: 0, passed: true });
    expect(files.length).toBeGreaterThan(7);
  }
  // a file that was changed, one that is gone, and a manifest that is
  appendFileSync(join(versionFolder('bag'), 'report.md'), ' ');
  rmSync(join(versionFolder('held'), 'weights.safetensors'));
  rmSync(join(versionFolder('piped'), 'manifest.json'));
  // golden rows that say something else, under a digest that is right
  const golden = join(versionFolder('lstm'), 'golden.json');
  const manifest = join(versionFolder('lstm'), 'manifest.json');
  writeFileSync(golden, readFileSync(golden, 'utf8').replace(/"label":"\w+"/, '"label":"none"'));
  const { createHash } = await import('node:crypto');
  const digest = createHash('sha256').update(readFileSync(golden)).digest('hex');
  const facts = JSON.parse(readFileSync(manifest, 'utf8'));
  facts.files['golden.json'].sha256 = digest;
  writeFileSync(manifest, JSON.stringify(facts));
  // a version of before has none
  const old = join(versionFolder('tuned'), 'manifest.json');
  const known = JSON.parse(readFileSync(old, 'utf8'));
  delete known.files['golden.json'];
  writeFileSync(old, JSON.stringify(known));

  const damaged = await json('models', 'verify');
  expect(damaged).toMatchObject({
    code: 6,
    ok: false,
    error: {
      code: 'artifact',
      message: expect.stringMatching(/^4 of 6 versions are damaged: bag@1, held@1, lstm@1, .*piped/),
    },
  });
  const problems = Object.fromEntries(
    damaged.versions.map(({ path, problems, notes }: Record<string, unknown>) => [path, { problems, notes }]),
  );
  const of = (name: string) => problems[versionFolder(name)] as { problems: string[]; notes: string[] };
  expect(of('bag').problems[0]).toContain('report.md was changed: its sha256 is');
  expect(of('held').problems[0]).toContain('weights.safetensors is missing although manifest.json lists it');
  expect(of('piped').problems[0]).toContain('holds no manifest.json');
  expect(of('lstm').problems[0]).toContain('1 of 16 have another label');
  expect(of('tuned')).toEqual({
    problems: [],
    notes: ['no files of the version: golden.json', 'it has no golden rows: its digests alone were checked'],
  });
  const { stdout, code } = await maas(['models', 'verify', 'tuned', 'tested@1'], inStore);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^version .*\ntuned@1 .* ok\ntested@1 +(\d+) of \1 +16 +0\.0e\+0 +ok\n/);
});
