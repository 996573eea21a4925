import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explain } from '../../src/explain/explanation.js';
import { start } from '../../src/serve/start.js';
import { ask, trainTickets } from '../support/serving.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const store = temporaryFolder().path;

test('a model whose folder is gone keeps no other from being followed', async () => {
  for (const name of ['a', 'b', 'c']) await trainTickets(store, [{}], name);
  const warnings: string[] = [];
  const listener = { warn: (sentence: string) => warnings.push(sentence) };
  const options = { store, models: ['a', 'b', 'c'], host: '127.0.0.1', port: 0 };
  const running = await start(options, explain, listener);
  renameSync(join(store, 'models', 'b'), join(store, 'models', 'elsewhere'));
  for (const name of ['a', 'c']) await trainTickets(store, [{}], name);
  const served = async (model: string) => {
    const { headers } = await ask(`${running.url}/predict`, { text: 'a', model });
    return headers.get('x-model-version');
  };
  await expect.poll(() => served('a'), { timeout: 10_000 }).toBe('a@2');
  await expect.poll(() => served('c'), { timeout: 10_000 }).toBe('c@2');
  expect(await served('b')).toBe('b@1');
  expect(warnings).toEqual([expect.stringContaining('what was served goes on')]);
  await running.stop();
});

test('what is no certificate is refused in a sentence', async () => {
  const options = { store, models: ['a'], host: '127.0.0.1', port: 0, tls: { cert: tickets, key: tickets } };
  await expect(start(options, explain)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('are no certificate and its key in PEM'),
  });
});
