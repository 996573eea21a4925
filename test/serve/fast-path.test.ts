import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { explain } from '../../src/explain/explanation.js';
import { newKey } from '../../src/serve/access.js';
import { type Running, start } from '../../src/serve/start.js';
import { trainTickets } from '../support/serving.js';
import { temporaryFolder } from '../support/temp.js';

const store = temporaryFolder().path;
let running: Running;

beforeAll(async () => {
  await trainTickets(store);
  running = await start({ store, models: [], host: '127.0.0.1', port: 0 }, explain);
});
afterAll(() => running.stop());

const PLAIN = 'application/json';
/** Means the same, and is not what the fast path looks for. */
const OTHER = 'application/json; charset=UTF-8';

const requestOf = (type: string, body: Buffer, connection = 'close') =>
  Buffer.concat([
    Buffer.from(
      `POST /predict HTTP/1.1\r\nhost: a\r\nx-request-id: mine\r\ncontent-type: ${type}\r\n` +
        `content-length: ${body.length}\r\nconnection: ${connection}\r\n\r\n`,
    ),
    body,
  ]);

/** All that comes back until the connection is closed. The pieces are sent one after the other. */
function answerTo(...pieces: Buffer[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(running.port, '127.0.0.1');
    let answer = '';
    socket.setNoDelay(true);
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text;
    });
    socket.on('error', reject).on('close', () => resolve(answer.replace(/^Date: .*\r\n/gm, '')));
    const send = () => {
      const piece = pieces.shift();
      if (piece) socket.write(piece, () => setTimeout(send, pieces.length > 0 ? 5 : 0));
    };
    send();
  });
}

const bodies = [
  ...['My parcel is late', '', '退款什么时候到账 ☹ 👩‍👩‍👧', 'x'.repeat(100_000), '\ud800', '"\\\u0000'].map(
    (text) => JSON.stringify({ text }),
  ),
  ...[
    '{"text":"a","top_k":1}',
    '{"text":"a","explain":true}',
    '{"texts":["a","b"]}',
    '{"text":"a","text":"b"}',
  ],
  ...['{"text":5}', '{"text":null}', '{}', '[]', 'null', '5', '{"text":"a"', '', '\ufeff{"text":"a"}'],
  ...['{"text":"a","model":"none"}', '{"__proto__":{},"text":"a"}', '{"__proto__":"a"}', ' {"text" : "a"}\n'],
].map((body) => Buffer.from(body));
bodies.push(Buffer.from([...Buffer.from('{"text":"'), 0xff, ...Buffer.from('"}')]));

test.each(bodies.map((body) => [body.toString().slice(0, 40), body] as const))(
  'answers as the framework does, to the byte: %s',
  async (_, body) => {
    const expected = await answerTo(requestOf(OTHER, body));
    expect(expected).toMatch(/^HTTP\/1\.1 (200|400|404) /);
    const request = requestOf(PLAIN, body);
    expect(await answerTo(request)).toBe(expected);
    // in the middle of the body, too
    const cut = request.length - (body.length >> 1);
    expect(await answerTo(request.subarray(0, cut), request.subarray(cut))).toBe(expected);
  },
);

test('whatever the text is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
      const body = Buffer.from(JSON.stringify({ text }));
      expect(await answerTo(requestOf(PLAIN, body))).toBe(await answerTo(requestOf(OTHER, body)));
    }),
    { numRuns: 100 },
  );
});

test('requests that follow each other on a connection are answered in their order', async () => {
  const sent = ['{"text":"a"}', '{"text":"a","top_k":1}', '{"text":5}', '{"text":"a"}'].map((body) =>
    Buffer.from(body),
  );
  const all = (type: string) =>
    Buffer.concat(sent.map((body, i) => requestOf(type, body, i < sent.length - 1 ? 'keep-alive' : 'close')));
  const expected = await answerTo(all(OTHER));
  expect(expected.match(/HTTP\/1\.1 \d+/g)).toEqual(
    [200, 200, 400, 200].map((status) => `HTTP/1.1 ${status}`),
  );
  expect(await answerTo(all(PLAIN))).toBe(expected);
});

/** The answers to requests on one connection that is kept, each sent when the one before is answered. */
async function conversation(type: string, version: string): Promise<string[]> {
  const socket = connect(running.port, '127.0.0.1').setEncoding('utf8');
  const answers: string[] = [];
  for (const text of ['My parcel is late', '退款什么时候到账 ☹', 'x'.repeat(60_000), '', 'again']) {
    const request = requestOf(type, Buffer.from(JSON.stringify({ text })), 'keep-alive').toString();
    let answer = '';
    const whole = () => {
      const [head, body] = answer.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/.exec(head!)?.[1]);
      return body !== undefined && Buffer.byteLength(body) >= length;
    };
    const answered = new Promise<void>((resolve) => {
      socket.on('data', (piece) => {
        answer += piece;
        if (whole()) resolve();
      });
    });
    socket.write(request.replace('HTTP/1.1', `HTTP/${version}`));
    await answered;
    socket.removeAllListeners('data');
    answers.push(answer.replace(/^Date: .*\r\n/gm, ''));
  }
  socket.destroy();
  return answers;
}

test.each(['1.1', '1.0'])('a connection that is kept is told so, HTTP/%s', async (version) => {
  const expected = await conversation(OTHER, version);
  expect(expected).toHaveLength(5);
  for (const answer of expected)
    expect(answer).toMatch(/\r\nConnection: keep-alive\r\nKeep-Alive: timeout=\d+\r\n\r\n/);
  expect(await conversation(PLAIN, version)).toEqual(expected);
});

test('an answer says when it was made', async () => {
  const body = { method: 'POST', headers: { 'content-type': PLAIN }, body: '{"text":"a"}' };
  const { headers } = await fetch(`http://127.0.0.1:${running.port}/predict`, body);
  const date = headers.get('date')!;
  expect(new Date(date).toUTCString()).toBe(date);
  expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(5000);
});

test('who goes away while answers wait behind one another leaves nothing under way', async () => {
  const { load } = running.service;
  const long = Buffer.from(JSON.stringify({ texts: Array(900).fill('a parcel that is late '.repeat(40)) }));
  for (const type of [PLAIN, OTHER]) {
    const socket = connect(running.port, '127.0.0.1');
    const behind = Array.from({ length: 50 }, () =>
      requestOf(type, Buffer.from('{"text":"a"}'), 'keep-alive'),
    );
    socket.write(Buffer.concat([requestOf(type, long, 'keep-alive'), ...behind]));
    while (load.pending < 10) await new Promise((resolve) => setTimeout(resolve, 1));
    socket.destroy();
    while (load.pending > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

test('keys are asked for, and whose it was is told, as the framework does', async () => {
  const { key, line } = newKey('ci');
  const told: (string | undefined)[] = [];
  const kept = temporaryFolder().file('keys.txt', `${line}\n`);
  const options = { store, models: [], host: '127.0.0.1', port: 0, apiKeys: kept, accessLog: true };
  const served = await start(options, explain, { answered: ({ key: holder }) => told.push(holder) });
  try {
    const ask = async (type: string, authorization: string) => {
      const headers = { 'content-type': type, authorization, 'x-request-id': 'mine' };
      const response = await fetch(`${served.url}/predict`, {
        method: 'POST',
        headers,
        body: '{"text":"a"}',
      });
      return [response.status, await response.text()];
    };
    for (const presented of [`Bearer ${key}`, 'Bearer other', '']) {
      const expected = await ask(OTHER, presented);
      expect(expected[0]).toBe(presented.endsWith(key) ? 200 : 401);
      expect(await ask(PLAIN, presented)).toEqual(expected);
    }
    expect(told).toEqual(['ci', 'ci', undefined, undefined, undefined, undefined]);
  } finally {
    await served.stop();
  }
});

test('each is counted once', async () => {
  const counted = async () => {
    const text = await (await fetch(`http://127.0.0.1:${running.port}/metrics`)).text();
    const of = (status: number) =>
      Number(
        new RegExp(`^maas_requests_total\\{endpoint="/predict",status="${status}"\\} (\\d+)$`, 'm').exec(
          text,
        )?.[1] ?? 0,
      );
    return { good: of(200), bad: of(400) };
  };
  const before = await counted();
  for (const body of ['{"text":"a"}', '{"text":"a","top_k":1}', '{"text":5}']) {
    await answerTo(requestOf(PLAIN, Buffer.from(body)));
  }
  expect(await counted()).toEqual({ good: before.good + 2, bad: before.bad + 1 });
  expect(running.service.load.pending).toBe(0);
});
