import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bin, maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';
import { searchesIn, steady } from '../support/tuning.js';

const folder = temporaryFolder();
const storePath = join(folder.path, 'store');
const { store, tuned, version } = searchesIn(storePath);

test('a search that is killed goes on, and ends as one that was not', async () => {
  const flags = ['--trials', '30', '--threads', '2'];
  const whole = await tuned('whole', ...flags);
  const journal = join(storePath, 'searches', 'killed.jsonl');
  const lines = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0);
  const args = ['tune', tickets, '--name', 'killed', ...flags, ...store];
  let known = 0;
  for (let kills = 0; kills < 2; kills++) {
    const child = spawn(process.execPath, [bin, ...args, '--resume'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    while (lines() < known + 12 && child.exitCode === null) await new Promise((r) => setTimeout(r, 5));
    child.kill('SIGKILL');
    await ended;
    expect(child.signalCode, 'it was over before it was killed').toBe('SIGKILL');
    expect(lines()).toBeGreaterThanOrEqual(known + 12);
    known = lines();
  }
  const other = await maas([...args, '--C', '3', '--resume']);
  expect(other.code).toBe(6);
  expect(other.stderr).toContain('was left by a search with other data or settings');
  // as a kill may leave it
  appendFileSync(journal, '{"job":"1/0/');
  const resumed = await tuned('killed', ...flags, '--resume');
  expect(resumed.stderr).toContain(`the search goes on with ${known - 1} scores that are known`);
  expect(steady(resumed.trials)).toEqual(steady(whole.trials));
  expect(version('killed', 'weights.safetensors').equals(version('whole', 'weights.safetensors'))).toBe(true);
  // it is over now
  expect(readdirSync(join(storePath, 'searches'))).toEqual([]);
  const anew = await tuned('killed', '--trials', '2', '--resume');
  expect(anew.stderr).toContain('no search was interrupted: it begins anew');
});

/** Begins a search, ends it with a signal once it has found something, and answers with its exit code and output. */
async function interrupted(name: string, signal: NodeJS.Signals, ...flags: string[]) {
  const child = spawn(process.execPath, [bin, 'tune', tickets, '--name', name, ...flags, ...store]);
  const journal = join(storePath, 'searches', `${name}.jsonl`);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < 8) {
    await new Promise((r) => setTimeout(r, 10));
  }
  child.kill(signal);
  return { code: await ended, stdout, stderr, journal };
}

test.skipIf(process.platform === 'win32')('Ctrl-C keeps what is known and says how to go on', async () => {
  const flags = ['--budget', '5m', '--json'];
  const { code, stdout, stderr, journal } = await interrupted('stopped', 'SIGINT', ...flags);
  expect(code).toBe(130);
  const hint = 'the trials so far are kept: the same command with --resume goes on';
  expect(stderr).toContain(hint);
  expect(JSON.parse(stdout).error).toEqual({ code: 'interrupted', message: 'interrupted by SIGINT', hint });
  expect(readFileSync(journal, 'utf8').split('\n').length).toBeGreaterThanOrEqual(8);
  expect(existsSync(join(storePath, 'models', 'stopped', '1'))).toBe(false);
});

test('a search that begins anew sets an earlier one aside, which can still go on', async () => {
  const { journal } = await interrupted('aside', 'SIGKILL', '--trials', '30');
  const found = readFileSync(journal, 'utf8').trimEnd().split('\n').length - 1;
  const anew = await tuned('aside', '--trials', '1');
  const kept = journal.replace('aside.jsonl', 'aside~1.jsonl');
  expect(anew.stderr).toContain(
    `an earlier search was interrupted after ${found} scores, which are set aside in ${kept}`,
  );
  const resumed = await tuned('aside', '--trials', '30', '--resume');
  expect(resumed.stderr).toContain(`the search goes on with ${found} scores that are known`);
  expect(existsSync(kept)).toBe(false);
});

test('a search does not go on with files that have changed since', async () => {
  const words = folder.file('words.txt', 'the\n');
  await interrupted('changed', 'SIGKILL', '--budget', '5m', '--stop-words', words);
  folder.file('words.txt', 'the\nmy\n');
  const again = ['--budget', '5m', '--stop-words', words, '--resume'];
  const ran = await maas(['tune', tickets, '--name', 'changed', ...again, ...store]);
  expect(ran.code).toBe(6);
  expect(ran.stderr).toContain('was left by a search with other data or settings');
});
