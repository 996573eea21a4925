import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from '../../src/store/journal.js';
import { temporaryFolder } from '../support/temp.js';

const folder = temporaryFolder();

test('what was written is there, a line that was cut short aside', async () => {
  const journal = new Journal<{ n: number }>(folder.path, 'model', 'a');
  expect(await journal.resume()).toBeUndefined();
  await journal.start();
  journal.append({ n: 1 });
  journal.append({ n: 2 });
  appendFileSync(journal.path, '{"n": 3');
  const again = new Journal<{ n: number }>(folder.path, 'model', 'a');
  expect(await again.resume()).toEqual([{ n: 1 }, { n: 2 }]);
  again.append({ n: 4 });
  again.close();
  const last = new Journal<{ n: number }>(folder.path, 'model', 'a');
  expect(await last.resume()).toEqual([{ n: 1 }, { n: 2 }, { n: 4 }]);
  await last.remove();
  expect(existsSync(last.path)).toBe(false);
  journal.close();
});

test('another search, and what is none, is refused', async () => {
  const journal = new Journal(folder.path, 'other', 'a');
  await journal.start();
  journal.append({ n: 1 });
  journal.close();
  await expect(new Journal(folder.path, 'other', 'b').resume()).rejects.toMatchObject({
    code: 'artifact',
    hint: expect.stringContaining('without --resume'),
  });
  expect(readFileSync(journal.path, 'utf8').split('\n')).toHaveLength(3);
  for (const content of ['rubbish\n', '{"n": 1}\n', '{"format":"maas-search 1","fingerprint":"a"}\nx\n']) {
    writeFileSync(journal.path, content);
    await expect(new Journal(folder.path, 'other', 'a').resume()).rejects.toMatchObject({ code: 'artifact' });
  }
  writeFileSync(journal.path, '{"format":');
  expect(await new Journal(folder.path, 'other', 'a').resume()).toBeUndefined();
});

test('an earlier search is set aside, and the command that began it goes on with it', async () => {
  const begin = (fingerprint: string) => new Journal<{ n: number }>(folder.path, 'aside', fingerprint);
  const first = begin('a');
  expect(await first.start()).toBeUndefined();
  first.append({ n: 1 });
  first.append({ n: 2 });
  first.close();
  const path = join(folder.path, 'searches', 'aside~1.jsonl');
  const second = begin('b');
  expect(await second.start()).toEqual({ path, findings: 2 });
  // what has found nothing is worth nothing
  const third = begin('b');
  expect(await third.start()).toBeUndefined();
  third.append({ n: 3 });
  third.close();
  const again = begin('a');
  expect(await again.resume()).toEqual([{ n: 1 }, { n: 2 }]);
  expect(await begin('b').resume()).toEqual([{ n: 3 }]);
  const other = await begin('a').start();
  expect(other?.findings).toBe(1);
  // of two that are its own, the one that came further
  const back = begin('a');
  expect(await back.resume()).toEqual([{ n: 1 }, { n: 2 }]);
  await back.remove();
  expect(await begin('b').resume()).toEqual([{ n: 3 }]);
});
