import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explain } from '../../src/explain/explanation.js';
import { addKey } from '../../src/serve/key-file.js';
import { type Running, type ServeOptions, start } from '../../src/serve/start.js';
import { GrpcClient } from '../support/grpc.js';
import { ask, trainTickets } from '../support/serving.js';
import { temporaryFolder } from '../support/temp.js';

const folder = temporaryFolder();
const store = folder.path;
const local = { store, models: [], host: '127.0.0.1', port: 0 };
const begun: Running[] = [];

async function served(options: Partial<ServeOptions>): Promise<string> {
  const running = await start({ ...local, ...options }, explain);
  begun.push(running);
  return running.url;
}

beforeAll(() => trainTickets(store));
afterAll(() => Promise.all(begun.map((running) => running.stop())));

test('API keys: kept by their digests, asked for everywhere but by probes, taken back while it runs', async () => {
  const path = folder.file('keys.txt', '# who may ask\n');
  const [ci, app] = [await addKey(path, 'ci'), await addKey(path, 'app')];
  expect(readFileSync(path, 'utf8')).not.toContain(ci);
  await expect(addKey(path, 'ci')).rejects.toThrow('has a key "ci" already');
  const url = await served({ apiKeys: path });
  const status = async (key?: string, place = '/predict') => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    return (await ask(url + place, { text: 'a' }, headers as Record<string, string>)).status;
  };
  expect(await status(ci)).toBe(200);
  expect(await status(app)).toBe(200);
  for (const wrong of [undefined, '', 'x', `${ci}x`, ci.slice(0, -1)]) expect(await status(wrong)).toBe(401);
  const refused = await fetch(`${url}/metrics`);
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  for (const open of ['/livez', '/readyz', '/ping', '/v2/health/live', '/openapi.json'])
    expect((await fetch(url + open)).status, open).toBe(200);

  folder.file('keys.txt', readFileSync(path, 'utf8').replace(/^ci .*\n/m, ''));
  for (let tries = 0; tries < 30 && (await status(ci)) === 200; tries++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect([await status(ci), await status(app)]).toEqual([401, 200]);
});

test('a rate for each key', async () => {
  const path = join(store, 'rated.txt');
  const [a, b] = [await addKey(path, 'a'), await addKey(path, 'b')];
  const url = await served({ apiKeys: path, rateLimit: 3 });
  const asked = (key: string) => ask(`${url}/predict`, { text: 'x' }, { authorization: `Bearer ${key}` });
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await asked(a)).status);
  expect(statuses.slice(0, 3)).toEqual([200, 200, 200]);
  const refused = await asked(a);
  expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, 1]);
  expect((await asked(b)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test('pages of other origins ask only where they may', async () => {
  const origin = 'https://example.org';
  const headers = { origin, 'access-control-request-method': 'POST' };
  const closed = await served({});
  expect((await fetch(`${closed}/predict`, { method: 'OPTIONS', headers })).status).toBe(404);
  expect(
    (await ask(`${closed}/predict`, { text: 'a' }, { origin })).headers.has('access-control-allow-origin'),
  ).toBe(false);
  const open = await served({ cors: [origin] });
  const preflight = await fetch(`${open}/predict`, { method: 'OPTIONS', headers });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
  const answer = await ask(`${open}/predict`, { text: 'a' }, { origin });
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  const other = await ask(`${open}/predict`, { text: 'a' }, { origin: 'https://example.com' });
  expect(other.headers.has('access-control-allow-origin')).toBe(false);
});

test('TLS by a certificate and its key, over HTTP and gRPC, where keys and limits hold as well', async ({
  skip,
}) => {
  const [cert, key] = [join(store, 'cert.pem'), join(store, 'key.pem')];
  try {
    const subject = ['-subj', '/CN=localhost', '-days', '2'];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject];
    execFileSync('openssl', args, { stdio: 'ignore' });
  } catch {
    console.warn('skipped: TLS (no openssl, which makes the certificate)');
    skip();
  }
  const apiKeys = join(store, 'over-tls.txt');
  const apiKey = await addKey(apiKeys, 'a');
  const limits = { bodyLimit: 10_000, maxTexts: 10 };
  const options = { tls: { cert, key }, grpcPort: 0, apiKeys, rateLimit: 4, limits };
  const running = await start({ ...local, ...options }, explain);
  begun.push(running);
  expect(running.url).toMatch(/^https:/);
  const text = await new Promise<string>((resolve, reject) => {
    request(`${running.url}/livez`, { ca: readFileSync(cert), servername: 'localhost' }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    })
      .on('error', reject)
      .end();
  });
  expect(JSON.parse(text)).toEqual({ status: 'ok' });

  const address = `localhost:${running.grpcPort}`;
  const client = new GrpcClient(address, credentials.createSsl(readFileSync(cert)));
  const infer = async (texts: readonly string[], presented?: string) =>
    (await client.infer('tickets', texts, presented === undefined ? {} : { key: presented }).called).code;
  expect(await infer(['refund'])).toBe('UNAUTHENTICATED');
  expect(await infer(['refund'], `${apiKey}x`)).toBe('UNAUTHENTICATED');
  expect(await infer(['a'.repeat(20_000)], apiKey)).toBe('RESOURCE_EXHAUSTED');
  expect(await infer(Array(11).fill('a'), apiKey)).toBe('RESOURCE_EXHAUSTED');
  const codes = await Promise.all(Array.from({ length: 20 }, () => infer(['refund'], apiKey)));
  expect(new Set(codes)).toEqual(new Set(['OK', 'RESOURCE_EXHAUSTED']));
  client.close();
  // who speaks no TLS, or trusts nobody who signed it, comes to no answer
  for (const untrusting of [credentials.createInsecure(), credentials.createSsl()]) {
    const other = new GrpcClient(address, untrusting);
    const { code } = await other.infer('tickets', ['refund'], { key: apiKey, deadlineMs: 1000 }).called;
    expect(['UNAVAILABLE', 'DEADLINE_EXCEEDED']).toContain(code);
    other.close();
  }
});

test('an address that cannot be had is told', async () => {
  const { port } = new URL(await served({}));
  await expect(served({ port: Number(port) })).rejects.toThrow(
    'cannot be listened on: something else listens there',
  );
  await expect(served({ models: ['tickets@7'] })).rejects.toThrow('the model "tickets" has no version "7"');
  await expect(served({ shadows: ['nothing@1'] })).rejects.toThrow('there is no model "nothing"');
});
