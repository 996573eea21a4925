import { afterAll, beforeAll, expect, test } from 'vitest';
import { explain } from '../../src/explain/explanation.js';
import type { Pipeline } from '../../src/pipeline.js';
import { type Running, start } from '../../src/serve/start.js';
import { openModel } from '../../src/tasks/predict.js';
import { ask, trainTickets } from '../support/serving.js';
import { temporaryFolder } from '../support/temp.js';

/** Bodies that are legal where hosts of models answer, and that their clients send now and then. */

const store = temporaryFolder().path;
const texts = ['My parcel is late', '退款什么时候到账 ☹', ''];
const [a, b] = texts as [string, string];
let running: Running;
let pipeline: Pipeline;

beforeAll(async () => {
  await trainTickets(store);
  pipeline = (await openModel(store, 'tickets')).pipeline as Pipeline;
  running = await start({ store, models: [], host: '127.0.0.1', port: 0 }, explain);
});
afterAll(() => running.stop());

const post = (path: string, body: unknown, headers = {}) => ask(`${running.url}${path}`, body, headers);
const infer = '/v2/models/tickets/infer';

/** The bytes of a BYTES tensor. */
const raw = (elements: readonly (string | Uint8Array)[]) =>
  Buffer.concat(
    elements.flatMap((element) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(element));
      return [length, Buffer.from(element as string)];
    }),
  );

/** Sends JSON and bytes behind it, as the clients of Triton do: without a media type unless one is named. */
async function send(json: object, data: Uint8Array, headers: Record<string, string> = {}) {
  const head = Buffer.from(JSON.stringify(json));
  const response = await fetch(running.url + infer, {
    method: 'POST',
    headers: { 'inference-header-content-length': String(head.length), ...headers },
    body: Buffer.concat([head, data]),
  });
  const body = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get('inference-header-content-length') ?? body.length);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    json: JSON.parse(body.subarray(0, length).toString()),
    data: body.subarray(length),
  };
}

const inputOf = (data: Uint8Array, more: object = {}) => ({
  ...{ name: 'text', datatype: 'BYTES', shape: [texts.length, 1] },
  parameters: { binary_data_size: data.length },
  ...more,
});

test('Open Inference Protocol: texts and outputs as binary data', async () => {
  const data = raw(texts);
  const expected = pipeline.predict(texts);
  const label = raw(expected.map((each) => each.label));
  const score = Buffer.from(Float64Array.from(expected, (each) => each.score).buffer);
  const scores = Buffer.from(
    Float64Array.from(expected.flatMap((each) => Object.values(each.scores))).buffer,
  );
  for (const headers of [
    {},
    { 'content-type': 'application/octet-stream' },
    { 'content-type': 'application/json' },
  ]) {
    const all = await send(
      { id: 'seven', inputs: [inputOf(data)], parameters: { binary_data_output: true } },
      data,
      headers as Record<string, string>,
    );
    expect([all.status, all.type]).toEqual([200, 'application/octet-stream']);
    expect(all.json).toEqual({
      ...{ id: 'seven', model_name: 'tickets', model_version: '1' },
      outputs: [
        {
          ...{ name: 'label', datatype: 'BYTES', shape: [3] },
          parameters: { binary_data_size: label.length },
        },
        {
          ...{ name: 'score', datatype: 'FP64', shape: [3] },
          parameters: { binary_data_size: score.length },
        },
        {
          ...{ name: 'scores', datatype: 'FP64', shape: [3, 5] },
          parameters: { labels: JSON.stringify(pipeline.labels), binary_data_size: scores.length },
        },
      ],
    });
    expect(all.data).toEqual(Buffer.concat([label, score, scores]));
  }
  // what an output asks for stands above what all do
  const some = await send(
    {
      inputs: [inputOf(data)],
      outputs: [{ name: 'score' }, { name: 'label', parameters: { binary_data: false } }],
      parameters: { binary_data_output: true },
    },
    data,
  );
  expect(some.json.outputs[1].data).toEqual(expected.map((each) => each.label));
  expect(some.data).toEqual(score);
  // binary one way alone
  const plain = await send({ inputs: [inputOf(data)] }, data);
  expect([plain.type, plain.data.length]).toEqual(['application/json; charset=utf-8', 0]);
  expect(plain.json.outputs[1].data).toEqual(expected.map((each) => each.score));
  const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: [a] }];
  const asked = await fetch(running.url + infer, {
    method: 'POST',
    body: Buffer.from(
      JSON.stringify({ inputs, outputs: [{ name: 'label', parameters: { binary_data: true } }] }),
    ),
  });
  expect(asked.headers.get('inference-header-content-length')).not.toBeNull();
  expect(Buffer.from(await asked.arrayBuffer()).includes(raw([expected[0]!.label]))).toBe(true);
});

test('Open Inference Protocol: binary data that is not as its JSON says', async () => {
  const data = raw(texts);
  const said = async (input: object, bytes = data, headers = {}, more = {}) => {
    const { status, json } = await send({ inputs: [input], ...more }, bytes, headers);
    expect([400, 415]).toContain(status);
    return json.error;
  };
  const sized = (binary_data_size: unknown) => inputOf(data, { parameters: { binary_data_size } });
  const left = `there are ${data.length} bytes of data`;
  for (const size of [data.length + 1, -1, 1.5, '3'])
    expect(await said(sized(size))).toBe(`"binary_data_size" does not fit, ${left}`);
  expect(await said(sized(0))).toBe(`${left} that no input names`);
  expect(await said(inputOf(data, { parameters: {} }))).toBe(`${left} that no input names`);
  expect(await said(inputOf(data, { data: [a] }))).toBe('an input has both "data" and binary data');
  expect(await said(inputOf(data, { datatype: 'FP32' }))).toBe(
    'there is binary data of another type than BYTES',
  );
  expect(await said(inputOf(data, { shape: [2] }))).toContain('the shape is [2], expected [3]');
  expect(await said(inputOf(data.subarray(1)), data.subarray(1))).toContain('ends within element');
  const bad = raw(['good', Buffer.from([0xff])]);
  expect(await said(inputOf(bad, { shape: [2] }), bad)).toBe('the bytes of text 1 are not UTF-8');
  for (const length of ['0', '-1', 'x', '99999999'])
    expect(await said(inputOf(data), data, { 'inference-header-content-length': length })).toContain(
      'inference-header-content-length is no length of the JSON',
    );
  expect(await said(inputOf(data), data, { 'inference-header-content-length': '9' })).toContain('not JSON');
  expect(await said(inputOf(data), data, { 'content-type': 'application/pdf' })).toContain('media type');
  const classes = { outputs: [{ name: 'label', parameters: { classification: 2 } }] };
  expect(await said(inputOf(data), data, {}, classes)).toContain('"classification" is not answered here');
  // without the header there is nothing to find the JSON by
  const headers = { 'content-type': 'application/octet-stream' };
  expect((await fetch(running.url + infer, { method: 'POST', headers, body: data })).status).toBe(415);
});

test('TensorFlow Serving: rows and columns, of texts, tensors, names and bytes', async () => {
  const expected = pipeline.predict([a, b]);
  const b64 = (text: string) => ({ b64: Buffer.from(text).toString('base64') });
  const said = async (body: object) => (await post('/v1/models/tickets:predict', body)).json;
  for (const instances of [
    [a, b],
    [[a], [b]],
    [{ text: a }, { text: [b] }],
    [b64(a), [b64(b)]],
    [{ text: b64(a) }, { text: b }],
  ])
    expect(await said({ signature_name: 'serving_default', instances })).toEqual({ predictions: expected });
  for (const inputs of [[a, b], [[a], [b]], { text: [a, b] }, { text: [[a], [b]] }, [b64(a), b64(b)]])
    expect(await said({ inputs }), JSON.stringify(inputs)).toEqual({ outputs: expected });
  for (const inputs of [a, { text: a }])
    expect(await said({ inputs })).toEqual({ outputs: expected.slice(0, 1) });
  for (const wrong of [
    { instances: [[a, b]] },
    { instances: [[]] },
    { instances: [{ b64: '/w==' }] },
    { instances: [{ sentence: a }] },
    { inputs: { sentence: [a] } },
    { inputs: { text: [] } },
    { instances: a },
    { examples: [{ text: a }] },
  ]) {
    const { status, json } = await post('/v1/models/tickets:predict', wrong);
    expect([status, typeof json.error], JSON.stringify(wrong)).toEqual([400, 'string']);
  }
});

test('MLflow and SageMaker: frames without names, parameters, what is asked beside', async () => {
  const expected = { predictions: pipeline.predict([a, b]) };
  const said = async (body: object, headers = {}) => (await post('/invocations', body, headers)).json;
  for (const body of [
    { dataframe_split: { index: [0, 1], columns: ['sentence'], data: [[a], [b]] } },
    { dataframe_split: { data: [[a], [b]] } },
    { dataframe_split: { columns: ['text'], data: [a, b] } },
    { dataframe_split: { columns: [0], data: [[a], [b]] } },
    { dataframe_records: [{ sentence: a }, { sentence: b }] },
    { inputs: { text: [a, b] }, params: {} },
    { instances: [[a], [b]] },
  ])
    expect(await said(body), JSON.stringify(body)).toEqual(expected);
  expect(await said({ inputs: [a, b] }, { 'content-type': 'application/json; format=pandas-split' })).toEqual(
    expected,
  );
  for (const beside of ['params', 'parameters'])
    expect(
      (await said({ inputs: a, [beside]: { top_k: 2, truncation: true } })).predictions[0].top,
    ).toHaveLength(2);
  const other = pipeline.labels.find((label) => label !== expected.predictions[0]!.label)!;
  expect((await said({ text: a, explain: other })).explanation.class).toBe(other);
  for (const [body, sentence] of [
    [{ dataframe_split: { columns: ['id', 'body'], data: [[1, a]] } }, 'the table has no column "text"'],
    [{ dataframe_split: { data: [[1, a]] } }, 'the table has no column "text"'],
    [{ dataframe_split: { columns: ['text'], data: [[a], [null]] } }, 'row 1 of the table holds no text'],
    [{ dataframe_records: [{ id: 1, body: a }] }, 'the table has no column "text"'],
    [{ dataframe_records: [{ text: a }, { body: b }] }, 'row 1 of the table holds no text'],
    [{ dataframe_records: [{}] }, 'the table has no column "text"'],
    [{ columns: ['text'], data: [[a]] }, 'the body has none of "text", "texts", "instances"'],
  ] as const) {
    const { status, json } = await post('/invocations', body);
    expect([status, json.error]).toEqual([400, expect.stringContaining(sentence)]);
  }
});
