import { afterAll, beforeAll, expect, test } from 'vitest';
import { addKey } from '../../src/serve/key-file.js';
import { RateLimit, SharedRateLimit } from '../../src/serve/rates.js';
import { GrpcClient } from '../support/grpc.js';
import { ask, type Served, serveMaas, trainTickets } from '../support/serving.js';
import { temporaryFolder } from '../support/temp.js';

test('a bucket of tokens: as many at once as in a second, and each at its time', () => {
  const limit = new RateLimit(4);
  expect([0, 0, 0, 0].map((now) => limit.waitOf('a', now))).toEqual([0, 0, 0, 0]);
  expect([limit.waitOf('a', 0), limit.waitOf('a', 100), limit.waitOf('b', 100)]).toEqual([250, 150, 0]);
  expect([limit.waitOf('a', 250), limit.waitOf('a', 250)]).toEqual([0, 250]);
  expect(() => limit.take('a', 250)).toThrow('there were more than 4 requests a second');
  // less than one a second: one at once
  const slow = new RateLimit(0.1);
  expect([slow.waitOf('a', 0), slow.waitOf('a', 0)]).toEqual([0, 10_000]);
  try {
    slow.take('a', 0);
  } catch (error) {
    expect(error).toMatchObject({ status: 429, retryAfter: 10 });
  }
});

test('a process asks another once for all requests of a turn, and not for who is to wait', async () => {
  const asked: string[][] = [];
  const limit = new RateLimit(2);
  const shared: SharedRateLimit = new SharedRateLimit(2, (question, names) => {
    asked.push(names);
    const waits = names.map((name) => limit.waitOf(name, 0));
    setTimeout(() => shared.answer(question, waits, 0), 1);
  });
  const taken = await Promise.allSettled(['a', 'a', 'b', 'a'].map((who) => shared.take(who, 0)));
  expect(taken.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
  expect(() => shared.take('a', 499)).toThrow('more than 2 requests a second');
  expect(asked).toEqual([['a', 'a', 'b', 'a']]);
  const late = shared.take('b', 0);
  shared.end();
  await expect(late).rejects.toMatchObject({ status: 503 });
  expect(() => shared.take('b', 0)).toThrow('the service is stopping');
});

const store = temporaryFolder().path;
const RATE = 20;
let served: Served;
let keys: string[];

beforeAll(async () => {
  await trainTickets(store);
  const file = `${store}/keys.txt`;
  keys = [await addKey(file, 'a'), await addKey(file, 'b'), await addKey(file, 'c')];
  const flags = ['--workers', '3', '--grpc-port', '0', '--api-keys', file, '--rate-limit', String(RATE)];
  served = await serveMaas(['--store', store, ...flags]);
});
afterAll(() => served.end());

test('several processes hold the rate of a key together, over HTTP and gRPC', async () => {
  const [a, b, c] = keys as [string, string, string];
  const began = performance.now();
  // a connection each, so that all processes are asked
  const overHttp = Array.from({ length: 2 * RATE }, async () => {
    const headers = { authorization: `Bearer ${a}`, connection: 'close' };
    const { status, headers: said } = await ask(`${served.url}/predict`, { text: 'refund' }, headers);
    if (status === 429) expect(Number(said.get('retry-after'))).toBe(1);
    return status === 429 ? 'RESOURCE_EXHAUSTED' : status === 200 ? 'OK' : status;
  });
  const overGrpc = Array.from({ length: RATE }, async () => {
    const client = new GrpcClient(`127.0.0.1:${served.grpcPort}`);
    const { code, details, retryAfter } = await client.infer('tickets', ['refund'], { key: a }).called;
    client.close();
    if (code !== 'OK')
      expect([details, retryAfter]).toEqual([`there were more than ${RATE} requests a second`, '1']);
    return code;
  });
  const outcomes = await Promise.all([...overHttp, ...overGrpc]);
  const seconds = (performance.now() - began) / 1000;
  const answered = outcomes.filter((outcome) => outcome === 'OK').length;
  expect(new Set(outcomes)).toEqual(new Set(['OK', 'RESOURCE_EXHAUSTED']));
  expect(answered).toBeGreaterThanOrEqual(RATE);
  expect(answered).toBeLessThanOrEqual(RATE * (1 + seconds));
  // another key has a rate of its own, and all of it on a single connection
  const other = new GrpcClient(`127.0.0.1:${served.grpcPort}`);
  const calls = Array.from({ length: RATE }, () => other.infer('tickets', ['refund'], { key: b }).called);
  expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(Array(RATE).fill('OK'));
  other.close();
  const metrics = await fetch(`${served.url}/metrics`, { headers: { authorization: `Bearer ${c}` } });
  const text = await metrics.text();
  const count = (endpoint: string, status: number) => {
    const line = `maas_requests_total{endpoint="${endpoint}",status="${status}"} `;
    return Number(
      text
        .split('\n')
        .find((each) => each.startsWith(line))
        ?.slice(line.length) ?? 0,
    );
  };
  expect(count('/predict', 200) + count('grpc ModelInfer', 200)).toBe(answered + RATE);
  expect(count('/predict', 429) + count('grpc ModelInfer', 429)).toBe(3 * RATE - answered);
});
