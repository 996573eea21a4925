import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../../src/explain/explanation.js';
import { openModel, resolveSettings, train } from '../../src/index.js';
import { newKey } from '../../src/serve/access.js';
import { type Running, start } from '../../src/serve/start.js';
import { pythonWith } from '../support/python.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const python = pythonWith('grpc_tools', 'grpc');
const texts = ['where is my parcel?', 'I was charged twice, naïvely', '退款什么时候到账', ''];
const MAX_TEXTS = 50;
let running: Running;
const { key, line } = newKey('tests');
const refusals: string[] = [];

describe.skipIf(!python)('a Python client with stubs made of the published files', () => {
  let lines: AsyncIterator<string>;
  /** What the client prints, as JSON. */
  let found: ReturnType<typeof JSON.parse>;

  beforeAll(async () => {
    await train({
      data: [tickets],
      store,
      name: 'tickets',
      settings: resolveSettings({ C: 1 }),
    });
    running = await start(
      {
        ...{ store, models: ['tickets'], host: '127.0.0.1', port: 0, grpcPort: 0 },
        apiKeys: folder.file('keys.txt', `${line}\n`),
        limits: { maxTexts: MAX_TEXTS, bodyLimit: 100_000 },
        accessLog: true,
      },
      explain,
      { answered: ({ status, requestId }) => void refusals.push(`${status} ${requestId}`) },
    );
    const script = fileURLToPath(new URL('./grpc_client.py', import.meta.url));
    const protos = fileURLToPath(new URL('../../data', import.meta.url));
    const client = spawn(python!, [script, protos, `127.0.0.1:${running.grpcPort}`, key, String(MAX_TEXTS)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    client.stdin.end(JSON.stringify(texts));
    lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
    found = JSON.parse((await lines.next()).value);
  });
  afterAll(() => running?.stop());

  test('asks for health and metadata without, and with, a key', () => {
    expect(found).toMatchObject({
      live: true,
      ready: true,
      modelReady: true,
      health: [1, 1],
      server: 'maas',
    });
    expect(found.metadata).toEqual({
      versions: ['1'],
      inputs: [['text', 'BYTES', [-1]]],
      outputs: [
        ['label', 'BYTES', [-1]],
        ['score', 'FP64', [-1]],
        ['scores', 'FP64', [-1, 5]],
      ],
    });
  });

  test('has texts classified as the pipeline classifies them', async () => {
    const { pipeline } = await openModel(store, 'tickets');
    const expected = await pipeline.predict(texts);
    const label = expected.map((prediction) => prediction.label);
    const score = expected.map((prediction) => prediction.score);
    const scores = expected.flatMap((prediction) => Object.values(prediction.scores));
    const outputs = {
      label: ['BYTES', [4], label],
      score: ['FP64', [4], score],
      scores: ['FP64', [4, 5], scores],
    };
    expect(found.all).toEqual({
      ...{ model: ['tickets', '1', 'seven'], raw: [], outputs },
      labels: { scores: [...pipeline.labels] },
    });
    expect(found.some.outputs).toEqual({ score: outputs.score, label: outputs.label });
    expect(found.raw).toEqual({ label, score, scores, contents: [0, 0, 0] });
    expect(found.after).toEqual(label);
  });

  test('is told why something is refused, by status and sentence', () => {
    const codes = Object.fromEntries(
      Object.entries(found.refused as Record<string, [string]>).map(([name, [code]]) => [name, code]),
    );
    expect(codes).toEqual({
      ...{ 'no key': 'UNAUTHENTICATED', 'wrong key': 'UNAUTHENTICATED' },
      ...{ 'no model': 'NOT_FOUND', 'no version': 'NOT_FOUND', 'no model to be ready': 'NOT_FOUND' },
      ...{ name: 'INVALID_ARGUMENT', datatype: 'INVALID_ARGUMENT', 'no inputs': 'INVALID_ARGUMENT' },
      ...{ shape: 'INVALID_ARGUMENT', 'flat shape': 'INVALID_ARGUMENT', 'utf-8': 'INVALID_ARGUMENT' },
      ...{ output: 'INVALID_ARGUMENT', both: 'INVALID_ARGUMENT', truncated: 'INVALID_ARGUMENT' },
      ...{ many: 'RESOURCE_EXHAUSTED', large: 'RESOURCE_EXHAUSTED' },
      health: 'NOT_FOUND',
    });
    expect(found.refused['utf-8'][1]).toBe('the bytes of text 1 are not UTF-8');
    expect(found.refused.many[1]).toBe('there are 51 texts, expected 50 at the most');
    expect(found.refused.datatype[1]).toContain('expected one: "text" (BYTES)');
  });

  test('is counted and logged under the name that it gave', async () => {
    expect(refusals).toContain('200 mine');
    expect(refusals).toContain('404 mine');
    expect(refusals.filter((each) => each.startsWith('500'))).toEqual([]);
    const metrics = await fetch(`${running.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
    expect(await metrics.text()).toContain('maas_requests_total{endpoint="grpc ModelInfer",status="401"} 2');
  });

  test('sees that the service stops', async () => {
    expect((await lines.next()).value).toBe('1');
    await running.stop();
    expect((await lines.next()).value).toBe('2');
    expect((await lines.next()).value).toBe('0');
  });
});
if (!python) console.warn('skipped: no Python with grpcio-tools, so gRPC is not asked from Python');
