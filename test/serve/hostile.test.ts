import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explain } from '../../src/explain/explanation.js';
import { type Running, start } from '../../src/serve/start.js';
import { trainTickets } from '../support/serving.js';
import { temporaryFolder } from '../support/temp.js';

const store = temporaryFolder().path;
const warnings: string[] = [];
let running: Running;

beforeAll(async () => {
  await trainTickets(store);
  const limits = { timeoutMs: 1000, bodyLimit: 100_000 };
  running = await start({ store, models: [], host: '127.0.0.1', port: 0, limits }, explain, {
    warn: (message) => void warnings.push(message),
  });
});
afterAll(() => running.stop());

interface Operation {
  path: string;
  method: string;
  schema: Schema | undefined;
}
type Schema = Record<string, unknown> & {
  properties?: Record<string, Schema>;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  required?: string[];
};

async function operations(): Promise<Operation[]> {
  const document = (await (await fetch(`${running.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      path: path.replace('{model}', 'tickets').replace('{version}', '1').replace('{label}', 'x'),
      method: method.toUpperCase(),
      schema: requestBody?.content['application/json']?.schema,
    })),
  );
}

/** Names that mean something to objects. */
const odd = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'text', '');
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(1e308, -1, 1.5, 2 ** 53, null, [], {}, '\u0000', '\ud800', 'x'.repeat(5000)),
);

/** What a schema asks for, and now and then something else in its place. */
function around(schema: Schema): fc.Arbitrary<unknown> {
  const { properties, items, oneOf, anyOf } = schema;
  const alternatives = anyOf ?? (properties ? undefined : oneOf);
  let fitting: fc.Arbitrary<unknown>;
  if (properties) {
    const parts = Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, around(of)]));
    fitting = fc
      .tuple(fc.record(parts, { requiredKeys: [] }), fc.option(fc.tuple(odd, anything), { freq: 6 }))
      .map(([object, more]) => (more ? Object.fromEntries([...Object.entries(object), more]) : object));
  } else if (alternatives) fitting = fc.oneof(...alternatives.map(around));
  else if (items) fitting = fc.array(around(items), { maxLength: 3 });
  else if (schema.type === 'integer') fitting = fc.integer({ min: -1, max: 5 });
  else if (schema.type === 'boolean') fitting = fc.boolean();
  else if (schema.const !== undefined) fitting = fc.constant(schema.const);
  else if (schema.type === 'string') fitting = fc.string({ unit: 'grapheme', maxLength: 40 });
  else fitting = anything;
  return fc.oneof({ arbitrary: fitting, weight: 8 }, { arbitrary: anything, weight: 1 });
}

/** Whether an answer is one: what was asked for, or a sentence, and never a stack or a fault of ours. */
function expectAnswer(status: number, text: string, from: string): void {
  expect(status === 200 || (status >= 400 && status < 500), `${from}: ${status} ${text}`).toBe(true);
  if (status === 200) return;
  const { error } = JSON.parse(text);
  expect(error).toMatch(/\w.* \S/);
  expect(text).not.toMatch(/\bat .*:\d+:\d+|node_modules|\.js\b/);
}

test('bodies that are nearly what is asked for', async () => {
  const statuses = new Set<number>();
  for (const { path, method, schema } of await operations()) {
    if (!schema) continue;
    await fc.assert(
      fc.asyncProperty(around(schema), async (value) => {
        const body = JSON.stringify(value) ?? 'null';
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(running.url + path, { method, headers, body });
        statuses.add(response.status);
        expectAnswer(response.status, await response.text(), `${method} ${path} ${body}`);
      }),
      { numRuns: 40, seed: 4 },
    );
  }
  expect(warnings).toEqual([]);
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400]));
});

test('bytes, types and paths that are nothing', async () => {
  const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);
  const bodies: [string, string | Uint8Array][] = [
    ['application/json', nested('[', ']', 40_000)],
    ['application/json', `{"text":"a","model":${nested('{"a":', '}', 10_000).replace('}', '1}')}}`],
    ['application/json', `{"texts":${nested('[', ']', 40_000)}}`],
    ['application/json', '{"text":"a","constructor":{"prototype":{"polluted":1}}}'],
    ['application/json', '{"text":"a","__proto__":{"polluted":1}}'],
    ['application/json', `{"text":1e${'9'.repeat(5000)}}`],
    ['application/json', Buffer.from([0x7b, 0x22, 0xff, 0xfe])],
    ['application/json', Buffer.from('{"text":"é"}', 'latin1')],
    ['application/json; charset=utf-16', '{"text":"a"}'],
    ['text/plain', Buffer.from([0xc3])],
    ['text/csv', '"never closed\nand on'],
    ['application/jsonlines', '{"text":1}\nnull\n'],
    ['application/x-www-form-urlencoded', 'text=a'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['nonsense', 'x'],
  ];
  const paths = ['/predict', '/invocations', '/v1/models/tickets:predict', '/v2/models/tickets/infer'];
  for (const path of paths) {
    for (const [type, body] of bodies) {
      const response = await fetch(running.url + path, {
        method: 'POST',
        headers: { 'content-type': type },
        body: body as string,
      });
      expectAnswer(response.status, await response.text(), `${path} ${type} ${String(body).slice(0, 40)}`);
    }
  }
  for (const path of [
    '/%ff',
    '/v1/models/%00:predict',
    '/v2/models/__proto__',
    '/v2/models/constructor/ready',
    `/${'a'.repeat(9000)}`,
    '/../../etc/passwd',
    '/v1/models/:predict',
  ]) {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      const response = await fetch(running.url + path, { method });
      expect(response.status, path).toBeGreaterThanOrEqual(400);
      expectAnswer(response.status, await response.text(), path);
    }
  }
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(warnings).toEqual([]);
});

test('a body that is too large is not read to its end', async () => {
  const answer = await raw([
    'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10000000\r\n\r\n',
    Buffer.alloc(200_000, 0x20),
  ]);
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  const chunked = await raw([
    'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    ...Array.from({ length: 10 }, () => `8000\r\n${' '.repeat(0x8000)}\r\n`),
  ]);
  expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
});

test('who sends slowly, or no HTTP, is told and left', async () => {
  const began = performance.now();
  const slow = await Promise.all([
    raw([
      'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"te',
    ]),
    raw(['POST /predict HTTP/1.1\r\nhost: x\r\nx-']),
  ]);
  for (const answer of slow) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(await raw(['nonsense\r\n\r\n'])).toMatch(/^HTTP\/1\.1 400 /);
  expect(await raw([`GET /livez HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(40_000)}\r\n\r\n`])).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect((await fetch(`${running.url}/livez`)).status).toBe(200);
});

/** What is answered to these bytes until the connection ends. */
async function raw(parts: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect(running.port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text) => {
    answer += text;
  });
  // a server that has said enough may reset the connection
  socket.on('error', () => {});
  for (const part of parts) socket.write(part);
  const closed = once(socket, 'close');
  await Promise.race([closed, once(socket, 'end')]);
  socket.destroy();
  return answer;
}
