import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { listedTerms } from '../../src/features/terms.js';
import { openArtifact, publishFolder, writeFiles } from '../../src/store/artifact.js';
import { asidePath, discardUnfinished } from '../../src/store/aside.js';
import { decodePredictions, encodePredictions, encodeScores, SCORES } from '../../src/store/predictions.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/store/safetensors.js';
import { decodeState, encodeState } from '../../src/store/state-files.js';
import { modelNameFor, Store } from '../../src/store/store.js';
import { temporaryFolder } from '../support/temp.js';

const folder = temporaryFolder();
let stores = 0;
let store: Store;
beforeEach(() => {
  store = new Store(join(folder.path, String(stores++)));
});

// the facts of a manifest are the training's business; the store keeps them as they are
const facts = (created = '2026-01-01T00:00:00.000Z') =>
  ({ created, classes: [], rows: {}, config: {}, metrics: {} }) as unknown as Parameters<Store['publish']>[2];
const publish = (name = 'm', created?: string) => store.publish(name, { 'a.txt': 'hello' }, facts(created));

describe('versions', () => {
  test('count up, and are opened by name, number, path, or as the newest', async () => {
    await publish('old', '2026-01-01T00:00:00.000Z');
    await publish('m', '2026-01-03T00:00:00.000Z');
    const second = await publish('m', '2026-01-04T00:00:00.000Z');
    await publish('other', '2026-01-02T00:00:00.000Z');
    expect(second.version).toBe(2);
    const open = async (reference?: string) => {
      const { manifest } = await store.open(reference);
      return `${manifest.model}@${manifest.version}`;
    };
    expect(await open()).toBe('m@2');
    expect(await open('m')).toBe('m@2');
    expect(await open('m@1')).toBe('m@1');
    expect(await open(second.path)).toBe('m@2');
    expect(await store.models()).toEqual(['m', 'old', 'other']);
    expect((await store.manifests('m')).map(({ version }) => version)).toEqual([1, 2]);
  });

  test('of many that publish at once each gets its own number', async () => {
    const published = await Promise.all(Array.from({ length: 12 }, () => publish()));
    expect(published.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    for (const { manifest } of await Promise.all(published.map(({ path }) => store.open(path)))) {
      expect(published.map(({ version }) => version)).toContain(manifest.version);
    }
    expect(readdirSync(join(store.root, 'models', 'm')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('a store that cannot take a version says so before the work', async () => {
    await store.prepare('m');
    // a file lets nobody in, whoever asks; a folder lets the superuser in
    writeFileSync(join(store.root, 'models', 'm'), '');
    await expect(store.prepare('m')).rejects.toMatchObject({ code: 'usage' });
    await expect(store.prepare('m')).rejects.toThrow(/models.m cannot be written as a folder \(EACCES\)/);
  });

  test.runIf(existsSync('/proc/self'))(
    'a place in which the system lets nobody make folders is refused',
    async () => {
      await expect(new Store('/proc/x/y').publish('m', {}, facts())).rejects.toThrow(
        '/proc/x/y/models cannot be written as a folder (ENOENT)',
      );
    },
  );

  test('what is not there is an error that says what is', async () => {
    await expect(store.open()).rejects.toMatchObject({
      code: 'artifact',
      message: expect.stringContaining('no model in'),
    });
    await publish();
    await expect(store.open('x')).rejects.toMatchObject({ code: 'artifact', hint: 'the models are m' });
    await expect(store.open('m@7')).rejects.toMatchObject({ code: 'artifact', hint: 'its versions are 1' });
    for (const wrong of ['m@1@1', 'm@0x1', 'm@1e0', 'm@ 1', 'm@']) {
      await expect(store.open(wrong)).rejects.toMatchObject({ code: 'artifact' });
    }
    await expect(store.open('m@champion')).rejects.toMatchObject({ code: 'artifact' });
    await expect(store.publish('../x', {}, facts())).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('damage', () => {
  test.each([
    ['a file that was changed', (path: string) => writeFileSync(join(path, 'a.txt'), 'hellO'), 'was changed'],
    ['an unknown format version', (path: string) => edit(path, { formatVersion: 99 }), 'format version 99'],
    ['another format', (path: string) => edit(path, { format: 'zip' }), 'of the format "zip"'],
    [
      'a manifest that is no JSON',
      (path: string) => writeFileSync(join(path, 'manifest.json'), '{'),
      'is not JSON',
    ],
    ['a manifest without files', (path: string) => edit(path, { files: undefined }), 'is not a manifest'],
  ])('%s', async (_what, harm, sentence) => {
    const { path } = await publish();
    harm(path);
    await expect(store.open('m').then((artifact) => artifact.read('a.txt'))).rejects.toMatchObject({
      code: 'artifact',
      message: expect.stringContaining(sentence),
    });
  });

  test('a missing file', async () => {
    const { path } = await publish();
    edit(path, { files: { 'b.txt': { sha256: 'x', size: 1 } } });
    await expect((await store.open('m')).read('b.txt')).rejects.toThrow(
      'is missing although manifest.json lists it',
    );
  });

  const edit = (path: string, changes: object) => {
    const file = join(path, 'manifest.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
  };
});

describe('folders', () => {
  const fill = (text: string) => async (aside: string) => ({
    format: 'f',
    formatVersion: 1,
    files: await writeFiles(aside, { 'x.txt': text }),
  });

  test('a newer one takes the place of an older one, and nothing else', async () => {
    const target = join(folder.path, 'published');
    await publishFolder(target, 'f', fill('one'));
    await publishFolder(target, 'f', fill('two'));
    expect((await (await openArtifact(target, 'f', 1)).read('x.txt')).toString()).toBe('two');
    const mine = join(folder.path, 'mine');
    mkdirSync(mine);
    writeFileSync(join(mine, 'thesis.txt'), 'years of work');
    await expect(publishFolder(mine, 'f', fill('three'))).rejects.toMatchObject({ code: 'usage' });
    expect(readFileSync(join(mine, 'thesis.txt'), 'utf8')).toBe('years of work');
    writeFileSync(join(mine, 'manifest.json'), 'no JSON');
    await expect(publishFolder(mine, 'f', fill('three'))).rejects.toMatchObject({ code: 'usage' });
  });

  test('an empty folder stays the same folder', async () => {
    const target = join(folder.path, 'empty');
    mkdirSync(target);
    const { ino } = statSync(target);
    await publishFolder(target, 'f', fill('one'));
    expect(statSync(target).ino).toBe(ino);
    expect(readdirSync(target).sort()).toEqual(['manifest.json', 'x.txt']);
  });

  test('a failure leaves the old one and nothing half-written', async () => {
    const target = join(folder.path, 'kept');
    await publishFolder(target, 'f', fill('old'));
    const failing = async (aside: string) => {
      await writeFiles(aside, { 'x.txt': 'half' });
      throw new Error('power cut');
    };
    await expect(publishFolder(target, 'f', failing)).rejects.toThrow('power cut');
    expect(readFileSync(join(target, 'x.txt'), 'utf8')).toBe('old');
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('what is being written can be dropped at once', async () => {
    const aside = asidePath(join(folder.path, 'late'));
    mkdirSync(aside);
    discardUnfinished();
    expect(existsSync(aside)).toBe(false);
  });
});

describe('round trips', () => {
  test('safetensors', () => {
    const array = fc.oneof(
      fc.float64Array(),
      fc.float32Array(),
      fc.array(fc.nat()).map((list) => Uint32Array.from(list)),
      fc.array(fc.integer()).map((list) => Int32Array.from(list)),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), array), (arrays) => {
        const tensors = Object.fromEntries(
          Object.entries(arrays).map(([k, data]) => [k, { shape: [data.length], data }]),
        );
        expect(decodeSafetensors(encodeSafetensors(tensors), 'f')).toEqual(tensors);
      }),
    );
    for (const bytes of [
      Uint8Array.of(1),
      new Uint8Array(16).fill(255),
      Buffer.from('\x02\0\0\0\0\0\0\0no'),
    ]) {
      expect(() => decodeSafetensors(bytes, 'f')).toThrow(expect.objectContaining({ code: 'artifact' }));
    }
  });

  test('plain data with arrays', async () => {
    const state = {
      labels: ['a', '__proto__'],
      vectorizer: {
        kind: 'x',
        terms: listedTerms(['constructor', '😀', '\ud800']),
        idf: Float64Array.of(1, Math.PI),
      },
      classifier: { coef: Float32Array.of(1, 2, 3), deep: { none: null, yes: true } },
    };
    const target = join(folder.path, 'state');
    await publishFolder(target, 'f', async (aside) => ({
      format: 'f',
      formatVersion: 1,
      files: await writeFiles(aside, encodeState(state)),
    }));
    const read = await decodeState<typeof state>(await openArtifact(target, 'f', 1));
    const plain = ({ vectorizer, ...rest }: typeof state) => ({
      ...rest,
      vectorizer: { ...vectorizer, terms: vectorizer.terms.list() },
    });
    expect(plain(read)).toEqual(plain(state));
    expect(read.vectorizer.terms.texts()).toEqual(state.vectorizer.terms.texts());
  });

  test('predictions', () => {
    const predictions = {
      files: ['a,b.csv', '-'],
      places: { file: Uint32Array.of(0, 1, 1), row: Uint32Array.of(1, 2, 3), line: Uint32Array.of(2, 9, 11) },
      outcomes: {
        labels: ['x', '', 'x "y"\nz', '7'],
        classes: 3,
        truth: Uint32Array.of(2, 3, 0),
        predicted: Uint32Array.of(0, 1, 0),
        score: Float64Array.of(1 / 3, 1e-17, 0.25),
        labelScore: Float64Array.of(0.1 + 0.2, Number.NaN, 0.25),
        probabilities: Float64Array.of(1 / 3, 0.3, 0.1 + 0.2, 0.2, 0.7, 0.1, 0.25, 0.5, 0.25),
      },
    };
    const csv = Buffer.from(encodePredictions(predictions)).toString('utf8');
    const scores = encodeScores(predictions.outcomes)[SCORES]!;
    expect(decodePredictions(csv, 'f', ['x', '', 'x "y"\nz'], scores)).toEqual(predictions);
    expect(() => decodePredictions(`${csv}f,1,2,x,x,1,1\n`, 'f', ['x', '', 'x "y"\nz'], scores)).toThrow(
      'scores.safetensors does not go with f',
    );
    expect(() => decodePredictions(csv, 'f', ['x'], null)).toThrow(
      'predicts "", which is none of the model\'s classes',
    );
    expect(() => decodePredictions('a,b\n1,2\n', 'f', [], null)).toThrow(
      expect.objectContaining({ code: 'artifact' }),
    );
  });
});

test.each([
  ['data/train.csv.gz', 'train'],
  ['My Reviews (2).tsv', 'My-Reviews-2-'],
  ['-', 'model'],
  ['数据.csv', '数据'],
])('%s trains the model %s', (path, name) => {
  expect(modelNameFor(path)).toBe(name);
});
