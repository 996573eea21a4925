import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Pod, Service } from 'kubernetes-models/v1';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { serviceName } from '../../src/export/container/image.js';
import { sha256 } from '../../src/store/artifact.js';
import { exportModel } from '../../src/tasks/export.js';
import { verifyExport } from '../../src/tasks/verify-export.js';
import { ask, trainTickets } from '../support/serving.js';
import { temporaryFolder } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const out = join(folder.path, 'out');
/** Where the image has them: a folder with no node_modules above it. */
const app = mkdtempSync(join(tmpdir(), 'maas-app-'));
const text = 'My parcel is late';

beforeAll(async () => {
  await trainTickets(store, [{}]);
  const { check } = await exportModel({ store, format: 'container', output: out });
  expect(check.maxAbsDelta).toBeLessThan(1e-9);
  const ignored = read('.dockerignore').split('\n');
  expect(ignored).toEqual(['*', '!server', '!model', '']);
  for (const name of ['server', 'model']) cpSync(join(out, name), join(app, name), { recursive: true });
  for (let above = app; above !== dirname(above); above = dirname(above)) {
    expect(existsSync(join(above, 'node_modules'))).toBe(false);
  }
}, 60_000);
afterAll(() => rmSync(app, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(out, name), 'utf8');
const line = (instruction: string) => new RegExp(`^${instruction} (.*)$`, 'm').exec(read('Dockerfile'))?.[1];
/** An instruction's list, of a program of the image as of this machine. */
const exec = (json: string) =>
  (JSON.parse(json) as string[]).map((part) =>
    part === 'node' ? process.execPath : part.replace(/^\/app(?=\/)/, app),
  );

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** Runs a program with nothing in its environment but this. */
function runClean([program, ...args]: string[], env: Record<string, string>): ChildProcess {
  return spawn(program!, args, { cwd: app, env: { PATH: '/usr/bin:/bin', NODE_ENV: 'production', ...env } });
}

/** Whether the health check of the image is content. */
async function isHealthy(env: Record<string, string>): Promise<boolean> {
  const [command] = /\[.*\]/.exec(line('HEALTHCHECK')!)!;
  const [code] = await once(runClean(exec(command), env), 'exit');
  return code === 0;
}

/** Runs what the image would run, until it answers. */
async function runImage(env: Record<string, string>, args?: string[]): Promise<void> {
  const started = runClean([...exec(line('ENTRYPOINT')!), ...(args ?? exec(line('CMD')!))], env);
  child = started;
  let told = '';
  started.stderr!.on('data', (bytes) => {
    told += bytes;
  });
  await new Promise((resolve, reject) => {
    started.stdout!.once('data', resolve);
    started.once('close', () => reject(new Error(told)));
  });
}

async function stop(): Promise<void> {
  const exited = once(child!, 'exit');
  child!.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
}

const prediction = { label: 'delivery', score: expect.closeTo(0.92, 1), scores: expect.any(Object) };

test('alone, on the port that PORT names', async () => {
  const port = await freePort();
  const env = { PORT: String(port) };
  expect(await isHealthy(env)).toBe(false);
  await runImage(env);
  expect(await isHealthy(env)).toBe(true);
  const url = `http://127.0.0.1:${port}`;
  expect((await ask(`${url}/predict`, { text, explain: true })).json).toMatchObject(prediction);
  expect(await (await fetch(url)).text()).toContain('<!doctype html>');
  await stop();
});

test('Vertex AI', async () => {
  const port = await freePort();
  await runImage({
    AIP_HTTP_PORT: String(port),
    AIP_HEALTH_ROUTE: '/v1/endpoints/3/deployedModels/7',
    AIP_PREDICT_ROUTE: '/v1/endpoints/3/deployedModels/7:predict',
    AIP_STORAGE_URI: '',
  });
  const url = `http://127.0.0.1:${port}/v1/endpoints/3/deployedModels/7`;
  expect((await fetch(url)).status).toBe(200);
  const { status, json } = await ask(`${url}:predict`, { instances: [text, { text }] });
  expect(status).toBe(200);
  expect(json).toEqual({ predictions: [prediction, prediction] });
  await stop();
});

test('SageMaker', async () => {
  const port = await freePort();
  await runImage({ SAGEMAKER_BIND_TO_PORT: String(port) }, ['serve']);
  const url = `http://127.0.0.1:${port}`;
  expect((await fetch(`${url}/ping`)).status).toBe(200);
  const csv = await ask(`${url}/invocations`, text, { 'content-type': 'text/csv' });
  expect(csv).toMatchObject({ status: 200, json: { predictions: [prediction] } });
  await stop();
});

test('SageMaker and Docker alone ask on port 8080', () => {
  expect(line('EXPOSE')).toBe('8080');
  expect(read('server/health.js')).toContain('8080');
});

test('the Open Inference Protocol of KServe, with gRPC and two processes', async () => {
  const [port, grpc] = [await freePort(), await freePort()];
  await runImage({ PORT: String(port), PROTOCOL: 'v2' }, ['--workers', '2', '--grpc-port', String(grpc)]);
  const url = `http://127.0.0.1:${port}/v2`;
  expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ ready: true });
  const name = parse(read('kserve.yaml')).metadata.name;
  const { json } = await ask(`${url}/models/${name}/infer`, {
    inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: [text] }],
  });
  expect(json.outputs.find((each: { name: string }) => each.name === 'label').data).toEqual(['delivery']);
  await stop();
});

test('a port that is none is refused, with its name', async () => {
  await expect(runImage({ AIP_HTTP_PORT: 'http' })).rejects.toThrow('AIP_HTTP_PORT is "http"');
});

test('the image is pinned by version, without root, shell or installs', () => {
  expect(line('ARG')).toMatch(/^NODE_IMAGE=node:\d+\.\d+\.\d+-[a-z]+-slim$/);
  expect(line('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(line('HEALTHCHECK')).toMatch(/CMD \["node"/);
  expect(read('Dockerfile')).not.toMatch(/npm (ci|install)|apt-get|curl/);
});

test('the version says what it was trained from, and no text of it', () => {
  const { files } = JSON.parse(read('model/manifest.json'));
  expect(readdirSync(join(out, 'model')).sort()).toEqual([...Object.keys(files), 'manifest.json'].sort());
  expect(Object.keys(files).sort()).toEqual(['pipeline.json', 'vocabulary.json', 'weights.safetensors']);
});

test('the bill of materials names each package once, with version, licence and digest; its licence is there', () => {
  const { bomFormat, components } = JSON.parse(read('server/sbom.cdx.json'));
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  expect(bomFormat).toBe('CycloneDX');
  expect(components.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['fastify', '@grpc/grpc-js', 'papaparse', 'natural', 'commander']),
  );
  expect(new Set(components.map((each: { purl: string }) => each.purl)).size).toBe(components.length);
  const licences = read('server/LICENSES.txt');
  for (const { name, version, licenses, hashes } of components) {
    expect(licences).toContain(`${name} ${version} (${licenses[0].license.id})`);
    expect(hashes[0].content).toMatch(/^[0-9a-f]{128}$/);
  }
  const fastify = components.find(({ name }: { name: string }) => name === 'fastify');
  expect(fastify.version).toBe(lock['node_modules/fastify'].version);
});

test('the bill of materials is valid by the published schema of CycloneDX', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  const source = read('server/sbom.cdx.json');
  expect(await validator.validate(source)).toBeNull();
  expect(await validator.validate(source.replace('"SHA-512"', '"SHA-9"'))).not.toBeNull();
});

test('manifests agree with the schemas of Kubernetes, and with the image', () => {
  const [deployment, service, scaler] = parseAllDocuments(read('kubernetes.yaml')).map((each) => each.toJS());
  for (const [kind, manifest] of [
    [Deployment, deployment],
    [Service, service],
    [HorizontalPodAutoscaler, scaler],
  ] as const) {
    expect(() => new kind(manifest).validate()).not.toThrow();
  }
  // the schemas are looked into: what is wrong is found
  const wrong = structuredClone(deployment);
  wrong.spec.template.spec.containers[0].livenessProbe.periodSeconds = 'often';
  expect(() => new Deployment(wrong).validate()).toThrow('periodSeconds');
  const { labels } = deployment.spec.template.metadata;
  expect(labels).toMatchObject(deployment.spec.selector.matchLabels);
  expect(labels).toMatchObject(service.spec.selector);
  expect(scaler.spec.scaleTargetRef.name).toBe(deployment.metadata.name);
  const [{ ports, securityContext }] = deployment.spec.template.spec.containers;
  expect(ports[0].containerPort).toBe(Number(line('EXPOSE')));
  expect(`${securityContext.runAsUser}:${securityContext.runAsGroup}`).toBe(line('USER'));
});

test('the InferenceService runs a pod of Kubernetes', () => {
  const { kind, apiVersion, metadata, spec } = parse(read('kserve.yaml'));
  expect({ kind, apiVersion }).toEqual({ kind: 'InferenceService', apiVersion: 'serving.kserve.io/v1beta1' });
  expect(() => new Pod({ metadata, spec: spec.predictor }).validate()).not.toThrow();
});

test('verified without its version; a server that is broken is told', async () => {
  const { check, format } = await verifyExport({ folder: out });
  expect({ format, delta: check.maxAbsDelta < 1e-9 }).toEqual({ format: 'container', delta: true });
  const broken = 'process.stderr.write("no such thing"); process.exit(1);';
  writeFileSync(join(out, 'server', 'server.js'), broken);
  const manifest = JSON.parse(read('manifest.json'));
  manifest.files['server/server.js'].sha256 = sha256(broken);
  writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest));
  await expect(verifyExport({ folder: out })).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('no such thing'),
  });
});

test.each([
  ['Reviews_v2.EN', 'reviews-v2-en'],
  ['2024', 'model-2024'],
  ['отзывы', 'model'],
])('%s is called %s in a cluster', (model, name) => {
  expect(serviceName(model)).toBe(name);
});
