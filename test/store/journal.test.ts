import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
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
