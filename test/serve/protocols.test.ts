import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explain } from '../../src/explain/explanation.js';
import type { Pipeline } from '../../src/pipeline.js';
import { type Running, start } from '../../src/serve/start.js';
import { promoteModel } from '../../src/tasks/aliases.js';
import { openModel } from '../../src/tasks/predict.js';
import { ask, trainTickets } from '../support/serving.js';
import { temporaryFolder } from '../support/temp.js';

const store = temporaryFolder().path;
const texts = ['My parcel is late', 'I want my money back ☹', '退款什么时候到账', '', 'x'.repeat(3000)];
let running: Running;
let first: Pipeline;
let second: Pipeline;

beforeAll(async () => {
  await trainTickets(store, [{}, { minDf: 2 }]);
  await promoteModel(store, 'tickets@1');
  const open = async (reference: string) => (await openModel(store, reference)).pipeline as Pipeline;
  first = await open('tickets@1');
  second = await open('tickets@2');
  running = await start(
    {
      ...{
        store,
        models: ['tickets@champion', 'tickets'],
        shadows: ['tickets@2'],
        host: '127.0.0.1',
        port: 0,
      },
      hostRoutes: [{ predict: '/vertex/predict', health: '/vertex/health' }],
    },
    explain,
  );
});
afterAll(() => running.stop());

const post = (path: string, body: unknown) => ask(`${running.url}${path}`, body);
const get = async (path: string) => {
  const response = await fetch(`${running.url}${path}`);
  return { status: response.status, text: await response.text() };
};

test('a text is answered with what the pipeline says, to the last bit', async () => {
  for (const [r, expected] of first.predict(texts).entries()) {
    const { status, json, headers } = await post('/predict', { text: texts[r] });
    expect(status).toBe(200);
    expect(json).toEqual(expected);
    expect(headers.get('x-model-version')).toBe('tickets@1');
    expect(headers.get('x-request-id')).toMatch(/^[\w-]+$/);
  }
});

test('several texts, the most probable classes, another version, what words contribute', async () => {
  expect((await post('/predict', { texts })).json).toEqual({ predictions: first.predict(texts) });
  expect((await post('/predict', { texts, model: 'tickets@2' })).json.predictions).toEqual(
    second.predict(texts),
  );
  expect((await post('/predict', { texts, model: 'tickets' })).json.predictions).toEqual(
    first.predict(texts),
  );
  // more than are scored without giving others a turn
  const many = Array.from({ length: 300 }, (_, i) => `${texts[i % 4]} ${i}`);
  expect((await post('/predict', { texts: many })).json.predictions).toEqual(first.predict(many));

  const { json } = await post('/predict', { text: texts[0], top_k: 2, explain: true });
  const [{ label, score, scores }] = first.predict([texts[0]!]) as [ReturnType<Pipeline['predict']>[0]];
  const ranked = Object.entries(scores).sort(([, a], [, b]) => b - a);
  expect(json).toMatchObject({ label, score, scores: Object.fromEntries(ranked.slice(0, 2)) });
  expect(json.top).toEqual(ranked.slice(0, 2).map(([label, score]) => ({ label, score })));
  const own = await explain(first, texts[0]!, first.labels.indexOf(label));
  expect(json.explanation).toEqual({ class: label, ...JSON.parse(JSON.stringify(own)) });
  const other = first.labels.find((name) => name !== label)!;
  const { json: named } = await post('/predict', { text: texts[0], explain: other });
  expect(named.explanation.class).toBe(other);
  expect((await post('/predict', { text: texts[0], explain: 'none' })).status).toBe(400);
});

test('Open Inference Protocol: health, metadata, versions, infer', async () => {
  for (const path of ['/v2/health/live', '/v2/health/ready', '/v2/models/tickets/ready'])
    expect((await get(path)).status).toBe(200);
  expect(JSON.parse((await get('/v2')).text)).toMatchObject({ name: 'maas' });
  const metadata = JSON.parse((await get('/v2/models/tickets/versions/2')).text);
  expect(metadata).toMatchObject({
    name: 'tickets',
    versions: ['1', '2'],
    inputs: [{ name: 'text', datatype: 'BYTES' }],
  });

  const inputs = [{ name: 'text', datatype: 'BYTES', shape: [2, 1], data: [[texts[0]], [texts[1]]] }];
  const { json } = await post('/v2/models/tickets/versions/2/infer', { id: 'seven', inputs });
  const expected = second.predict(texts.slice(0, 2));
  expect(json).toEqual({
    ...{ id: 'seven', model_name: 'tickets', model_version: '2' },
    outputs: [
      { name: 'label', datatype: 'BYTES', shape: [2], data: expected.map(({ label }) => label) },
      { name: 'score', datatype: 'FP64', shape: [2], data: expected.map(({ score }) => score) },
      {
        ...{ name: 'scores', datatype: 'FP64', shape: [2, 5] },
        parameters: { labels: JSON.stringify(second.labels) },
        data: expected.flatMap(({ scores }) => Object.values(scores)),
      },
    ],
  });
  const flat = [{ name: 'text', datatype: 'BYTES', shape: [1], data: [texts[0]] }];
  const one = await post('/v2/models/tickets/infer', { inputs: flat, outputs: [{ name: 'label' }] });
  expect(one.json.outputs).toEqual([{ name: 'label', datatype: 'BYTES', shape: [1], data: ['delivery'] }]);
  expect((await post('/v2/models/tickets/infer', { inputs: flat, outputs: [{ name: 'x' }] })).status).toBe(
    400,
  );
  const wrong = await post('/v2/models/tickets/infer', { inputs: [{ ...flat[0], shape: [3] }] });
  expect(wrong).toMatchObject({
    status: 400,
    json: { error: 'the shape is [3], expected [1], as many as there are texts' },
  });
});

test('TensorFlow Serving: by name, number and label', async () => {
  const rows = (pipeline: Pipeline) => pipeline.predict(texts.slice(0, 2));
  const instances = [texts[0], { text: texts[1] }];
  const at = (place: string) =>
    post(`/v1/models/tickets${place}:predict`, { signature_name: 'x', instances });
  expect((await at('')).json).toEqual({ predictions: rows(first) });
  expect((await at('/versions/2')).json).toEqual({ predictions: rows(second) });
  expect((await at('/labels/champion')).json).toEqual({ predictions: rows(first) });
  const columnar = await post('/v1/models/tickets:predict', { inputs: texts.slice(0, 2) });
  expect(columnar.json).toEqual({ outputs: rows(first) });
  const { model_version_status } = JSON.parse((await get('/v1/models/tickets')).text);
  expect(model_version_status.map((each: { version: string }) => each.version)).toEqual(['1', '2']);
  for (const place of ['/versions/3', '/labels/other', '/versions/champion', '/labels/2x'])
    expect((await at(place)).status, place).toBe(404);
  expect((await post('/v1/models/tickets:classify', { instances })).status).toBe(404);
  expect((await post('/v1/models/tickets', { instances })).status).toBe(404);
});

test('SageMaker, MLflow and Vertex AI', async () => {
  const expected = { predictions: first.predict(texts.slice(0, 2)) };
  const [a, b] = texts;
  for (const path of ['/invocations', '/vertex/predict']) {
    for (const body of [
      { instances: [a, { text: b }] },
      { texts: [a, b] },
      { inputs: [a, b] },
      { inputs: { text: [a, b] } },
      {
        dataframe_split: {
          columns: ['id', 'text'],
          data: [
            [1, a],
            [2, b],
          ],
        },
      },
      { dataframe_records: [{ text: a, id: 1 }, { text: b }] },
    ])
      expect((await post(path, body)).json, JSON.stringify(body)).toEqual(expected);
  }
  expect((await post('/invocations', { text: a })).json).toEqual(expected.predictions[0]);
  const top = await post('/vertex/predict', { instances: [a], parameters: { top_k: 1 } });
  expect(top.json.predictions[0].top).toHaveLength(1);
  const params = await post('/invocations', { inputs: [a], params: { top_k: 1 } });
  expect(params.json).toEqual(top.json);
  const named = await post('/invocations', { text: a, explain: 'returns' });
  expect(named.json.explanation.class).toBe('returns');
  const sent = async (type: string, body: string) => {
    const headers = { 'content-type': type };
    return (await fetch(`${running.url}/invocations`, { method: 'POST', headers, body })).text();
  };
  expect(JSON.parse(await sent('text/csv', `id,text\n1,${a}\n2,"${b}"\n`))).toEqual(expected);
  expect(JSON.parse(await sent('text/csv', `${a}\n${b}\n`))).toEqual(expected);
  expect(JSON.parse(await sent('text/plain', a!))).toEqual(expected.predictions[0]);
  const lines = await sent(
    'application/jsonlines',
    `${JSON.stringify({ text: a })}\n\n${JSON.stringify(b)}\n`,
  );
  expect(
    lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(expected.predictions);
  for (const path of ['/ping', '/vertex/health', '/readyz', '/livez'])
    expect((await get(path)).status).toBe(200);
});

test('what is wrong is said in a sentence', async () => {
  const said = async (body: unknown, path = '/predict') => {
    const { status, json } = await post(path, body);
    expect(status, JSON.stringify(body)).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(Object.keys(json).sort()).toEqual(['error', 'request_id']);
    return json.error;
  };
  expect(await said({ text: 5 })).toBe('"text" is of another type, expected string');
  expect(await said({})).toBe('the body has none of "text", "texts", expected one of them');
  expect(await said({ text: 'a', texts: ['b'] })).toBe(
    'the body has several that exclude each other, expected one',
  );
  expect(await said([])).toBe('the body is of another type, expected object');
  expect(await said({ texts: ['a', null] })).toBe('"texts[1]" is of another type, expected string');
  expect(await said({ text: 'a', topK: 1 })).toBe('the body has "topK", which means nothing here');
  expect(await said({ text: 'a', top_k: 0 })).toBe('"top_k" is too small, expected at least 1');
  expect(await said({ texts: [] })).toBe('"texts" has too few items, expected at least 1');
  const several = { instances: ['a'], inputs: ['a'] };
  for (const path of ['/v1/models/tickets:predict', '/invocations']) {
    expect(await said(several, path)).toBe('the body has several that exclude each other, expected one');
    expect(await said({ instances: ['a', 5] }, path)).toBe(
      '"instances[1]" is of another type, expected string or object or array',
    );
    expect(await said({ instances: [{ data: 'a' }] }, path)).toBe(
      '"instances[0]" has none of "b64", "text", expected one of them',
    );
    expect(await said({ inputs: [{ text: 5 }] }, path)).toBe(
      '"inputs[0].text" is of another type, expected string or object or array',
    );
  }
  const tensor = { name: 'text', shape: [1], datatype: 'BYTES', data: ['a'] };
  const inferred = (given: object) => said({ inputs: [{ ...tensor, ...given }] }, '/v2/models/tickets/infer');
  expect(await inferred({ name: 'x' })).toBe('"inputs[0].name" is something else, expected "text"');
  expect(await inferred({ data: [1] })).toBe(
    '"inputs[0].data[0]" is of another type, expected string or array',
  );
  expect(await said('{"text":')).toContain('the body is not JSON');
  expect(await said('{"__proto__":{},"text":"a"}')).toContain('the body is not JSON');
  expect(await said({ texts: Array(1001).fill('a') })).toBe(
    'there are 1001 texts, expected 1000 at the most',
  );
  expect(await said({ text: 'a', model: 'tickets@9' })).toBe(
    '"tickets@9" is not served here, expected one of tickets, tickets@1, tickets@2, tickets@champion',
  );
  expect(await said({ texts: ['a', 'b'], explain: true })).toContain('expected one');
  expect(await said({ dataframe_records: [{ body: 5 }] }, '/invocations')).toBe(
    'row 0 of the table holds no text',
  );
  const response = await fetch(`${running.url}/predict`, { method: 'POST' });
  expect(response.status).toBe(400);
  expect((await get('/nowhere')).status).toBe(404);
});

test('the OpenAPI document describes what is answered', async () => {
  const document = JSON.parse((await get('/openapi.json')).text);
  expect(document.openapi).toBe('3.1.0');
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ ...document, $id: 'openapi' });
  const fits = (path: string, method: string, status: string, answer: unknown) => {
    const at = path.replaceAll('~', '~0').replaceAll('/', '~1').replace(/[{}]/g, encodeURIComponent);
    const media = encodeURIComponent('application/json').replaceAll('%2F', '~1');
    const schema = `openapi#/paths/${at}/${method}/responses/${status}/content/${media}/schema`;
    const validate = ajv.compile({ $ref: schema });
    expect(validate(answer), `${path}: ${ajv.errorsText(validate.errors)}`).toBe(true);
  };
  fits('/predict', 'post', '200', (await post('/predict', { text: 'a', top_k: 2 })).json);
  fits('/predict', 'post', '200', (await post('/predict', { texts })).json);
  fits('/predict', 'post', 'default', (await post('/predict', {})).json);
  fits(
    '/v1/models/{model}:predict',
    'post',
    '200',
    (await post('/v1/models/tickets:predict', { instances: ['a'] })).json,
  );
  fits('/v2/models/{model}', 'get', '200', JSON.parse((await get('/v2/models/tickets')).text));
  const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: ['a'] }];
  fits('/v2/models/{model}/infer', 'post', '200', (await post('/v2/models/tickets/infer', { inputs })).json);
  // each path stands there with what answers it
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      '/predict',
      '/livez',
      '/readyz',
      '/metrics',
      '/ping',
      '/invocations',
      '/vertex/predict',
    ]),
  );
});

test('what is counted: requests, errors, labels, unknown words, and where a shadow disagrees', async () => {
  const asked = [texts[0]!, texts[2]!];
  const before = await metrics();
  await post('/predict', { texts: asked });
  await post('/predict', { texts: ['zyxwv utsrq'] });
  await post('/predict', { texts: 5 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const after = await metrics();
  const more = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  expect(more('maas_requests_total{endpoint="/predict",status="200"}')).toBe(2);
  expect(more('maas_requests_total{endpoint="/predict",status="400"}')).toBe(1);
  expect(more('maas_errors_total{endpoint="/predict",kind="client"}')).toBe(1);
  expect(more('maas_request_latency_seconds_count{endpoint="/predict"}')).toBe(3);
  expect(more('maas_request_latency_seconds_bucket{endpoint="/predict",le="+Inf"}')).toBe(3);
  for (const label of first.labels) {
    const expected = first.predict([...asked, 'zyxwv utsrq']).filter((each) => each.label === label);
    expect(more(`maas_predictions_total{model="tickets",version="1",label="${label}"}`)).toBe(
      expected.length,
    );
  }
  const ratio = after.get('maas_out_of_vocabulary_ratio{model="tickets",version="1"}')!;
  expect(ratio).toBeGreaterThan(0);
  expect(ratio).toBeLessThan(1);
  expect(more('maas_recent_unknown_words{model="tickets",version="1"}')).toBe(2);

  const said = [asked, ['zyxwv utsrq']].flat();
  const other = second.predict(said).filter(({ label }, i) => label !== first.predict(said)[i]!.label);
  const of = '{model="tickets",version="1",shadow="2"}';
  expect(more(`maas_shadow_texts_total${of}`)).toBe(3);
  expect(more(`maas_shadow_disagreements_total${of}`)).toBe(other.length);
});

async function metrics(): Promise<Map<string, number>> {
  const { text } = await get('/metrics');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}
