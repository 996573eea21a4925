import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { explain } from '../../src/explain/explanation.js';
import { bulkProbabilities } from '../../src/models/bulk.js';
import type { Pipeline } from '../../src/pipeline.js';
import type { Limits } from '../../src/serve/service.js';
import { start } from '../../src/serve/start.js';
import { openModel } from '../../src/tasks/predict.js';
import { resolveSettings } from '../../src/tasks/presets.js';
import { train } from '../../src/tasks/train.js';
import { type CallOptions, GrpcClient } from '../support/grpc.js';
import { ask } from '../support/serving.js';
import { temporaryFolder } from '../support/temp.js';

/** What is said where there is too much to do: a network that needs seconds for what is asked of it. */

const folder = temporaryFolder();
const store = folder.path;
const kinds = [
  ['where is my parcel', 'delivery'],
  ['a refund please', 'returns'],
  ['my password is lost', 'account'],
] as const;
const ending: (() => Promise<void>)[] = [];
const warnings: string[] = [];
let pipeline: Pipeline;
/** Texts for which the network needs so many seconds, about. */
let slowTexts: (seconds: number) => string[];

async function served(limits: Partial<Limits> = {}) {
  const { url, grpcPort, service, stop } = await start(
    {
      ...{ store, models: [], host: '127.0.0.1', port: 0, grpcPort: 0 },
      limits: { maxTexts: 1e6, bodyLimit: 1e8, ...limits },
    },
    explain,
    { warn: (message) => void warnings.push(message) },
  );
  ending.push(stop);
  return {
    url,
    /** Waits until so many requests are under way. */
    async begun(count: number) {
      await vi.waitFor(() => expect(service.load.pending).toBeGreaterThanOrEqual(count), 10_000);
    },
    predict: (texts: readonly string[], signal?: AbortSignal) => ask(`${url}/predict`, { texts }, {}, signal),
    /** Each call has a connection of its own. */
    infer(texts: readonly string[], options?: CallOptions) {
      const client = new GrpcClient(`127.0.0.1:${grpcPort}`);
      ending.unshift(async () => client.close());
      return client.infer('network', texts, options);
    },
    /** What was counted under names that begin so, all together. */
    async counted(start: string) {
      const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
      const numbers = lines.filter((line) => line.startsWith(start)).map((line) => line.split(' ').at(-1));
      return numbers.reduce((sum, number) => sum + Number(number), 0);
    },
  };
}

beforeAll(async () => {
  const settings = resolveSettings({ model: 'lstm', epochs: 1, dim: 16, units: 96 });
  const rows = Array.from({ length: 60 }, (_, i) => `${kinds[i % 3]![0]} ${i},${kinds[i % 3]![1]}`);
  const data = folder.file('data.csv', `text,label\n${rows.join('\n')}\n`);
  await train({ data: [data], store, name: 'network', settings, command: ['maas', 'train'], threads: 1 });
  pipeline = (await openModel(store, 'network')).pipeline as Pipeline;
  const long = 'where is my parcel refund '.repeat(60);
  const scored = await bulkProbabilities(pipeline.classifier);
  const seconds = [1, 2, 3].map(() => {
    const began = performance.now();
    scored(pipeline.vectorizer.transform(Array(8).fill(long)));
    return (performance.now() - began) / 8000;
  });
  slowTexts = (wanted) => Array(Math.ceil(wanted / Math.min(...seconds))).fill(long);
});
afterAll(async () => {
  await Promise.all(ending.map((end) => end()));
  expect(warnings).toEqual([]);
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What `predict` is answered with where there is too much to do. */
const busy = (error: string) => ({ status: 503, json: { error, request_id: expect.any(String) } });

test('requests that come together are each given their own answers, over HTTP and gRPC', async () => {
  const { predict, infer } = await served();
  const words = ['refund', 'parcel late', 'my password', '退款', ''];
  const asked = Array.from({ length: 40 }, (_, i) =>
    Array.from({ length: 1 + (i % 3) }, (_, k) => `${words[i % 5]} ${i} ${k}`),
  );
  const answers = await Promise.all(
    asked.map(async (texts, i) => {
      if (i % 2 === 0) return (await predict(texts)).json.predictions as { label: string; score: number }[];
      const { labels, scores } = await infer(texts).called;
      return labels.map((label, row) => ({ label, score: scores[row]! }));
    }),
  );
  for (const [i, answer] of answers.entries()) {
    const expected = pipeline.predict(asked[i]!);
    expect(answer.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
    for (const [row, { score }] of answer.entries()) expect(score).toBeCloseTo(expected[row]!.score, 5);
  }
});

test('what takes longer than an answer may is told so, and computed no further', async () => {
  const { predict, infer, counted } = await served({ timeoutMs: 1000 });
  const texts = slowTexts(5);
  const [first, second] = await Promise.all([predict(texts), infer(texts).called]);
  expect([first.status, first.json.error]).toEqual([504, 'there is no answer after 1 s']);
  expect([second.code, second.details]).toEqual(['DEADLINE_EXCEEDED', 'there is no answer after 1 s']);
  const since = performance.now();
  expect((await predict(['refund'])).status).toBe(200);
  expect(performance.now() - since).toBeLessThan(2000);
  expect(await counted('maas_requests_total{endpoint="/predict",status="504"}')).toBe(1);
  expect(await counted('maas_requests_total{endpoint="grpc ModelInfer",status="504"}')).toBe(1);
  expect(await counted('maas_errors_total{endpoint="/predict",kind="server"}')).toBe(1);
  expect(await counted('maas_predictions_total{')).toBe(1);
});

test('nothing is computed for who has gone: by a deadline, or by leaving', async () => {
  const { begun, predict, infer, counted } = await served();
  const long = infer(slowTexts(5));
  await begun(1);
  const late = infer(Array(200).fill('refund'), { deadlineMs: 1500 });
  await begun(2);
  expect((await late.called).code).toBe('DEADLINE_EXCEEDED');
  long.cancel();
  expect((await long.called).code).toBe('CANCELLED');
  const since = performance.now();
  expect((await predict(['refund'])).status).toBe(200);
  expect((await infer(['refund']).called).code).toBe('OK');
  expect(performance.now() - since).toBeLessThan(4000);
  const leaving = new AbortController();
  const left = predict(slowTexts(5), leaving.signal);
  await begun(1);
  await pause(100);
  leaving.abort();
  await expect(left).rejects.toThrow('aborted');
  expect((await predict(['refund'])).status).toBe(200);
  expect(performance.now() - since).toBeLessThan(4000);
  expect(await counted('maas_requests_total{endpoint="/predict",status="499"}')).toBe(1);
  expect(await counted('maas_requests_total{endpoint="grpc ModelInfer",status="499"}')).toBe(2);
  expect(await counted('maas_predictions_total{')).toBe(3);
});

test('where too many texts wait, requests are refused until fewer do', async () => {
  const { begun, predict, infer, counted } = await served();
  const under = infer(slowTexts(5));
  await begun(1);
  const waiting = predict(Array(2000).fill('refund'));
  await begun(2);
  const sentence = 'there are 2000 texts that wait, too many for another request';
  const refused = await predict(Array(100).fill('refund'));
  expect(refused).toMatchObject(busy(sentence));
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await infer(Array(100).fill('refund')).called).toMatchObject({
    ...{ code: 'UNAVAILABLE', details: sentence, retryAfter: '1' },
  });
  under.cancel();
  expect((await waiting).status).toBe(200);
  expect((await predict(['refund'])).status).toBe(200);
  expect(await counted('maas_errors_total{endpoint="/predict",kind="server"}')).toBe(1);
  expect(await counted('maas_requests_total{endpoint="grpc ModelInfer",status="503"}')).toBe(1);
});

test('where too many requests are under way, more are refused, and probes answered', async () => {
  const { url, begun, predict, infer, counted } = await served({ maxPending: 1 });
  const under = infer(slowTexts(5));
  await begun(1);
  const refused = await predict(['refund']);
  expect(refused).toMatchObject(busy('too many requests are under way'));
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await infer(['refund']).called).toMatchObject({
    ...{ code: 'UNAVAILABLE', details: 'too many requests are under way', retryAfter: '1' },
  });
  for (const probe of ['/livez', '/readyz', '/ping', '/v2/health/ready'])
    expect((await fetch(url + probe)).status, probe).toBe(200);
  under.cancel();
  await under.called;
  await pause(50);
  expect((await predict(['refund'])).status).toBe(200);
  expect((await infer(['refund']).called).code).toBe('OK');
  expect(await counted('maas_requests_total{endpoint="/predict",status="503"}')).toBe(1);
  expect(await counted('maas_requests_total{endpoint="grpc ModelInfer",status="503"}')).toBe(1);
});

test('a process that is late again and again refuses requests, one that has paused once does not', async () => {
  const { url, predict, infer } = await served({ maxLagMs: 100 });
  const hold = (ms: number) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };
  await pause(250);
  hold(300);
  expect((await predict(['refund'])).status).toBe(200);
  await pause(250);
  // late from before they ask until they are answered, in however many turns that is
  let turns = 0;
  let over = false;
  const late = (async () => {
    for (; !over; turns++) {
      hold(250);
      await pause(0);
    }
  })();
  while (turns < 3) await pause(0);
  const asked = [predict(['refund']), infer(['refund']).called, fetch(`${url}/livez`)] as const;
  const [refused, called, probe] = await Promise.all(asked);
  over = true;
  await late;
  expect(refused).toMatchObject(busy('the service is behind with its work'));
  expect(called).toMatchObject({ code: 'UNAVAILABLE', details: 'the service is behind with its work' });
  expect(probe.status).toBe(200);
  await pause(300);
  expect((await predict(['refund'])).status).toBe(200);
});
