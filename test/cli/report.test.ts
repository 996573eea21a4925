import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const inStore = { cwd: folder.path };
const json = async (...args: string[]) => JSON.parse((await maas([...args, '--json'], inStore)).stdout);
const read = (...path: string[]) => readFileSync(join(folder.path, ...path), 'utf8');
const reports = join('artifacts', 'reports', 'tickets');

beforeAll(async () => {
  for (const model of ['nb', 'logistic']) {
    expect((await maas(['train', tickets, '--name', 'tickets', '--model', model], inStore)).code).toBe(0);
  }
  expect((await maas(['models', 'promote', 'tickets@1'], inStore)).code).toBe(0);
}, 60_000);

test('the report stands in the store, beside the champion on the same rows', async () => {
  const { stdout, code } = await maas(['evaluate', 'tickets@2'], inStore);
  expect(code).toBe(0);
  const page = join(reports, '2', 'report.html');
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(`report  ${page}`);
  expect(read(page)).toContain('tickets@1 (champion)');
  expect(read(page)).toContain('Terms that weigh most');
  const manifest = JSON.parse(read(reports, '2', 'manifest.json'));
  expect(manifest).toMatchObject({ format: 'maas-report', model: 'tickets', version: 2 });
  expect([...Object.keys(manifest.files), 'manifest.json'].sort()).toEqual(
    readdirSync(join(folder.path, reports, '2')).sort(),
  );
  expect(JSON.parse(read(reports, '2', 'metrics.json')).accuracy).toBe(
    (await json('evaluate', 'tickets@2', '--no-report')).metrics.accuracy,
  );
  expect(read(reports, '2', 'report.md')).toContain('![Confusion matrix](confusion_matrix.svg)');
});

test('rows of a file have a report of their own, and an older one gives way', async () => {
  const first = await json('evaluate', 'tickets@2', '--data', tickets);
  expect(first.report).toMatch(/[/\\]2-[0-9a-f]{8}[/\\]report\.html$/);
  const page = read(first.report);
  const gated = await json('evaluate', 'tickets@2', '--data', tickets, '--gate', 'accuracy >= 0.1');
  expect(gated.report).toBe(first.report);
  expect(page).not.toContain('Meets its gates');
  expect(read(gated.report)).toContain('Meets its gates');
  // of each row where it stands and what was said of it
  const lines = read(first.report, '..', 'predictions.csv').trimEnd().split('\n');
  expect(lines).toHaveLength(first.metrics.n + 1);
  expect(lines[1]!.split(',').slice(1, 3)).toEqual(['1', '2']);
});

test('a folder can be named, and holds nothing else', async () => {
  expect((await json('evaluate', '-o', 'mine/report')).report).toBe(join('mine', 'report', 'report.html'));
  mkdirSync(join(folder.path, 'full'));
  writeFileSync(join(folder.path, 'full', 'letter.txt'), 'dear');
  const refused = await maas(['evaluate', '-o', 'full'], inStore);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('holds other files');
  expect(readdirSync(join(folder.path, 'full'))).toEqual(['letter.txt']);
  const cv = await maas(['evaluate', '--data', tickets, '--cv', '2', '-o', 'folds'], inStore);
  expect(cv.code).toBe(2);
  expect(cv.stderr).toContain('expected no --output beside');
});

test('without a report, and where none can be written', async () => {
  const none = await json('evaluate', 'tickets@1', '--no-report');
  expect(none).not.toHaveProperty('report');
  expect(existsSync(join(folder.path, reports, '1'))).toBe(false);
  // a file where the folder would be
  writeFileSync(join(folder.path, 'artifacts', 'reports', 'tickets', '1'), '');
  const ran = await maas(['evaluate', 'tickets@1'], inStore);
  expect(ran.code).toBe(0);
  expect(ran.stderr).toContain('warning: no report was written');
  expect(ran.stdout).not.toContain('report.html');
});

test.skipIf(process.platform !== 'linux')(
  '--open opens the page, but neither in CI nor beside --json',
  async () => {
    const bin = join(folder.path, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'xdg-open'), '#!/bin/sh\necho "$1" >> "$OPENED"\n');
    chmodSync(join(bin, 'xdg-open'), 0o755);
    const opened = join(folder.path, 'opened.txt');
    const env = { PATH: `${bin}${delimiter}${process.env.PATH}`, OPENED: opened };
    const run = (args: string[], more: object) =>
      maas(['evaluate', 'tickets@2', '--open', ...args], { cwd: folder.path, env: { ...env, ...more } });
    expect((await run([], { CI: 'true' })).stderr).toContain('is not opened in CI');
    expect((await run(['--json'], { CI: '' })).stderr).toContain('is not opened beside --json');
    expect(existsSync(opened)).toBe(false);
    expect((await run([], { CI: '' })).code).toBe(0);
    await expect
      .poll(() => existsSync(opened) && readFileSync(opened, 'utf8'))
      .toBe(`${join(folder.path, reports, '2', 'report.html')}\n`);
    const without = await maas(['evaluate', 'tickets@2', '--open'], {
      cwd: folder.path,
      env: { PATH: '', CI: '' },
    });
    expect(without.code).toBe(0);
    expect(without.stderr).toContain('could not be opened');
  },
);
