import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bin, maas } from '../support/maas.js';
import { pythonWith } from '../support/python.js';
import { ask, type Served, serveMaas, trainTickets } from '../support/serving.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = folder.path;
const inStore = ['--store', store];
let served: Served;

beforeAll(async () => {
  await trainTickets(store, [{}, { minDf: 2 }, { C: 1 }]);
  await maas(['models', 'promote', 'tickets@1', ...inStore]);
  served = await serveMaas(['tickets@champion', ...inStore, '--access-log']);
});
afterAll(() => served.end('SIGKILL'));

/** Asks over and over, several at a time, until told to end; answers with what came back. */
function load(url: string, at = 8) {
  const statuses = new Map<string, number>();
  const versions = new Set<string>();
  let going = true;
  let refused = false;
  const count = (what: string) => statuses.set(what, (statuses.get(what) ?? 0) + 1);
  const client = async () => {
    while (going && !refused) {
      try {
        const { status, headers } = await ask(`${url}/predict`, { text: 'My parcel is late' });
        count(String(status));
        versions.add(headers.get('x-model-version') ?? '');
      } catch (error) {
        const { code } = (error as { cause?: { code?: string } }).cause ?? {};
        // nobody listens any more: the request was never taken
        if (code === 'ECONNREFUSED') refused = true;
        else count(code ?? String(error));
      }
    }
  };
  const clients = Promise.all(Array.from({ length: at }, client));
  return {
    statuses,
    versions,
    async end() {
      going = false;
      await clients;
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const python = pythonWith('requests');
test.skipIf(!python)('Python requests and curl', async () => {
  const script = `
import requests, sys
url = sys.argv[1]
print(requests.post(url + "/predict", json={"text": "My parcel is late"}).json()["label"])
print(len(requests.post(url + "/predict", json={"texts": ["a", "退款什么时候到账"]}).json()["predictions"]))
print(requests.post(url + "/v1/models/tickets:predict", json={"instances": ["refund"]}).json()["predictions"][0]["label"])
with requests.Session() as session:
    print([session.get(url + path).status_code for path in ("/livez", "/readyz", "/ping", "/v2/health/ready")])
`;
  const { stdout } = await promisify(execFile)(python!, ['-c', script, served.url]);
  expect(stdout.trim().split('\n')).toEqual(['delivery', '2', 'returns', '[200, 200, 200, 200]']);
  const args = ['-s', `${served.url}/predict`, '--json', '{"text":"My parcel is late"}'];
  const curl = await promisify(execFile)('curl', args);
  expect(JSON.parse(curl.stdout).label).toBe('delivery');
});
if (!python) console.warn('skipped: Python requests (no Python with requests)');

test('an alias is followed within a second, and no request fails meanwhile', async () => {
  const asking = load(served.url);
  await pause(300);
  expect([...asking.versions]).toEqual(['tickets@1']);
  for (const version of [2, 3]) {
    expect((await maas(['models', 'promote', `tickets@${version}`, ...inStore])).code).toBe(0);
    const since = performance.now();
    while (!asking.versions.has(`tickets@${version}`) && performance.now() - since < 5000) await pause(10);
    expect(performance.now() - since).toBeLessThan(1000);
  }
  await asking.end();
  expect([...asking.statuses.keys()]).toEqual(['200']);
  const gone = await ask(`${served.url}/predict`, { text: 'a', model: 'tickets@1' });
  expect(gone.status).toBe(404);
});

test('the service is small, and its log holds no text', async () => {
  await ask(`${served.url}/predict`, { text: 'a secret that nobody logs' }, { 'x-request-id': 'mine-1' });
  await ask(`${served.url}/predict`, { text: 'a secret that nobody logs', x: 1 });
  await pause(300);
  const lines = served
    .stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.find((line) => line.request_id === 'mine-1')).toMatchObject({
    ...{ level: 'info', message: 'request', method: 'POST', endpoint: '/predict', status: 200 },
  });
  expect(served.stderr()).not.toContain('secret');
  // what TensorFlow.js would add is several times this
  const text = await (await fetch(`${served.url}/metrics`)).text();
  const bytes = Number(/^process_resident_memory_bytes (\d+)/m.exec(text)![1]);
  expect(bytes).toBeLessThan(200e6);
});

test('SIGTERM ends it in order: every request that was taken is answered', async () => {
  const ending = await serveMaas(['tickets@2', ...inStore]);
  const asking = load(ending.url);
  await pause(500);
  expect(await ending.end()).toBe(0);
  await asking.end();
  expect([...asking.statuses.keys()]).toEqual(['200']);
  expect(asking.statuses.get('200')).toBeGreaterThan(50);
  expect(ending.stderr()).toContain('the service has ended');
});

test('processes on one port: one that is killed is replaced, and what was counted is kept', async () => {
  const many = await serveMaas(['tickets@2', ...inStore, '--workers', '2']);
  const asking = load(many.url);
  await pause(300);
  const children = async () => {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(many.child.pid)]);
    return stdout.trim().split(/\s+/).map(Number);
  };
  const pids = await children();
  expect(pids).toHaveLength(2);
  // it says every second what it has counted
  await pause(1300);
  process.kill(pids[0]!, 'SIGKILL');
  const before = asking.statuses.get('200')!;
  for (let tries = 0; tries < 50 && (await children()).length < 2; tries++) await pause(100);
  await pause(500);
  await asking.end();
  const lost = [...asking.statuses].filter(([status]) => status !== '200');
  // no more than what the process was at
  expect(lost.reduce((sum, [, count]) => sum + count, 0)).toBeLessThanOrEqual(8);
  const answered = asking.statuses.get('200')!;
  expect(answered).toBeGreaterThan(before);
  const text = await (await fetch(`${many.url}/metrics`)).text();
  const counted = Number(/^maas_requests_total\{endpoint="\/predict",status="200"\} (\d+)/m.exec(text)![1]);
  expect(counted).toBeLessThanOrEqual(answered);
  expect(counted).toBeGreaterThan(0.3 * answered);
  expect(await children()).toHaveLength(2);
  expect(many.stderr()).toContain(`the process ${pids[0]} has ended (SIGKILL), another begins`);
  expect(await many.end()).toBe(0);
});

test('a service of several processes ends in order as soon as one of them answers', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  const args = ['serve', 'tickets', ...inStore, '--workers', '4', '--port', String(port)];
  const child = spawn(process.execPath, [bin, ...args], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const answers = () => fetch(`http://127.0.0.1:${port}/livez`).then(Boolean, () => false);
  while (child.exitCode === null && !(await answers())) await pause(5);
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

test('a network answers many at a time as `maas predict` does', async () => {
  const flags = ['--model', 'cnn', '--epochs', '2', '--dim', '8', '--filters', '8'];
  const trained = await maas(['train', tickets, '--name', 'network', ...flags, ...inStore]);
  expect(trained.code, trained.stderr).toBe(0);
  const network = await serveMaas(['network', ...inStore]);
  const texts = ['My parcel is late', 'refund', 'I forgot my password', 'a b c', 'x'];
  const answers = await Promise.all(texts.map((text) => ask(`${network.url}/predict`, { text })));
  for (const [i, { json }] of answers.entries()) {
    const { stdout } = await maas(['predict', 'network', '--text', texts[i]!, '--json', ...inStore]);
    const expected = JSON.parse(stdout);
    expect(json.label).toBe(expected.label);
    expect(json.score).toBeCloseTo(expected.score, 5);
  }
  expect(await network.end('SIGINT')).toBe(130);
});

test('what cannot be served is told before anything listens', async () => {
  const said = async (...args: string[]) => {
    const { code, stderr } = await maas(['serve', ...args, ...inStore, '--port', '0']);
    return `${code} ${stderr.split('\n')[0]}`;
  };
  expect(await said('nothing')).toMatch(/^6 error: there is no model "nothing"/);
  expect(await said('tickets@12')).toMatch(/^6 error: the model "tickets" has no version "12"/);
  expect(await said('--tls-cert', 'x.pem')).toMatch(/^2 error: there is --tls-cert alone/);
  expect(await said('--add-key', 'x')).toMatch(/^2 error: there is no file for the key/);
  expect(await said('--api-keys', folder.file('none.txt', ''))).toMatch(/^2 error: .*none.txt holds no key/);
  expect(await said('--workers', '2', 'nothing')).toMatch(/^6 error: there is no model "nothing"/);
  expect(await said('--cors', 'example.org')).toMatch(
    /^2 error: --cors is \["example.org"\], expected an origin/,
  );
  const taken = await maas(['serve', ...inStore, '--port', String(served.port)]);
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('something else listens there')]);
  const key = await maas(['serve', '--api-keys', `${store}/keys.txt`, '--add-key', 'ci', '--json']);
  expect(JSON.parse(key.stdout)).toMatchObject({ name: 'ci', key: expect.stringMatching(/^maas_/) });
});

test('Vertex AI and SageMaker ask through the environment', async () => {
  const env = {
    AIP_HTTP_PORT: '0',
    AIP_PREDICT_ROUTE: '/v1/endpoints/7:predict',
    AIP_HEALTH_ROUTE: '/v1/health',
  };
  const vertex = await serveMaas(['tickets@1', ...inStore], env);
  const { json } = await ask(`${vertex.url}/v1/endpoints/7:predict`, {
    instances: [{ text: 'My parcel is late' }],
  });
  expect(json.predictions[0].label).toBe('delivery');
  expect((await fetch(`${vertex.url}/v1/health`)).status).toBe(200);
  await vertex.end();
  const wrong = { env: { AIP_PREDICT_ROUTE: 'predict' } };
  const { code, stderr } = await maas(['serve', 'tickets@1', ...inStore, '--port', '0'], wrong);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('AIP_PREDICT_ROUTE is "predict", expected a path'),
  ]);
});
