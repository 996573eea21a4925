import { cpSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readExamples } from '../../src/data/examples.js';
import { openModel } from '../../src/tasks/predict.js';
import { deviceFolder } from '../support/devices.js';
import { GrpcClient } from '../support/grpc.js';
import { maas } from '../support/maas.js';
import { makeSentenceModels, withoutSentences } from '../support/sentences.js';
import { ask, serveMaas } from '../support/serving.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const run = (...args: string[]) => maas([...args, '--store', store], { env: { MAAS_DEVICES: deviceFolder } });
const json = async (...args: string[]) => {
  const { stdout, stderr, code } = await run(...args, '--json');
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
};
const refused = async (code: number, message: string, ...args: string[]) => {
  const ran = await run(...args);
  expect(ran.stderr).toContain(message);
  expect(ran.code).toBe(code);
};

const texts: string[] = [];
await readExamples([tickets], { onBadRow: 'fail' }, ({ text }) => void texts.push(text));
/** Rows whose words tell their label, which even weights that are drawn at random keep apart. */
const rows = Array.from({ length: 240 }, (_, i) =>
  i % 2 === 0
    ? `refund refund ${texts[i]!.slice(0, 12)},money`
    : `parcel parcel ${texts[i]!.slice(0, 12)},post`,
).map((row) => row.replace(/"/g, '').replace(/,(?=.*,)/g, ' '));
const data = folder.file('data.csv', `text,label\n${rows.join('\n')}\n`);

describe.skipIf(withoutSentences)('a model of sentence embeddings', () => {
  const model = withoutSentences ? '' : makeSentenceModels(folder.path, texts).wordpiece.path;
  const flags = ['--vectorizer', 'sentence', '--embeddings', model];
  let trained: { path: string; metrics: { accuracy: number }; sentence: Record<string, unknown> };
  beforeAll(async () => {
    trained = await json('train', data, ...flags, '--name', 'kinds');
  });

  test('says which model it is made with, and does not hold it', async () => {
    expect(trained).toMatchObject({ features: 32, metrics: { n: 48 } });
    expect(trained.metrics.accuracy).toBeGreaterThan(0.9);
    expect(trained.sentence).toMatchObject({
      ...{ path: model, dim: 32, pooling: 'mean', normalize: true, maxLength: 24 },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      libraries: { 'onnxruntime-node': expect.any(String), '@huggingface/tokenizers': expect.any(String) },
    });
    const manifest = JSON.parse(readFileSync(join(trained.path, 'manifest.json'), 'utf8'));
    expect(manifest.sentence).toEqual(trained.sentence);
    expect(Object.keys(manifest.files)).not.toContain('model.onnx');
    expect((await run('models', 'show', 'kinds')).stdout).toMatch(
      /^model {5}.*wordpiece: 32 numbers of the first 24 tokens \(mean, length 1\), \d+ texts embedded$/m,
    );
    expect(readFileSync(join(trained.path, 'report.md'), 'utf8')).toMatch(/\| sentence model \| .*wordpiece/);
  });

  test('explains a text by leaving words out', async () => {
    const found = await json('explain', 'kinds', 'refund refund now');
    expect(found).toMatchObject({ label: 'money', method: 'occlusion' });
    const [first, second, last] = found.tokens;
    expect([first.text, second.text, last.text]).toEqual(['refund', 'refund', 'now']);
    const without = await json('predict', 'kinds', '--text', 'refund  now');
    const { money, post } = without.scores;
    expect(second.contribution).toBeCloseTo(found.logit - Math.log(money / post), 4);
    await refused(
      2,
      '"logistic" on "sentence", which has no weights of terms',
      'explain',
      'kinds',
      '--terms',
    );
  });

  test('the same again computes nothing, and gives the same bytes; without what is kept, too', async () => {
    const again = await json('train', data, ...flags, '--name', 'kinds');
    expect(again.sentence).toMatchObject({ computed: 0, cached: trained.sentence.computed });
    const anew = await json(
      'train',
      data,
      ...flags,
      '--name',
      'kinds',
      '--embedding-cache',
      'none',
      '--threads',
      '1',
    );
    expect(anew.sentence).toMatchObject({ computed: trained.sentence.computed, cached: 0 });
    const set = join(folder.path, 'set');
    expect((await json('preprocess', data, ...flags, '-o', set)).sentence).toMatchObject({ computed: 0 });
    const fromSet = await json('train', set, '--name', 'kinds');
    for (const { path } of [again, anew, fromSet]) {
      for (const file of ['weights.safetensors', 'pipeline.json', 'predictions.csv']) {
        const [one, two] = [trained.path, path].map((folder) => readFileSync(join(folder, file)));
        expect(one!.equals(two!), file).toBe(true);
      }
    }
    expect(readFileSync(join(set, 'manifest.json'), 'utf8')).toContain('"vectorizer": "sentence"');
  });

  test('predicts one text, a file and a stream alike, and as the library does', async () => {
    const some = ['refund please', '今天 parcel', ''];
    const { pipeline } = await openModel(store, 'kinds', {}, { devices: deviceFolder });
    const expected = await pipeline.predict(some);
    const { scores } = await json('predict', 'kinds', '--text', some[0]!);
    expect(scores).toEqual(expected[0]!.scores);
    const file = folder.file('some.csv', `text\n${some.map((text) => `"${text}"`).join('\n')}\n`);
    const { predictions } = await json('predict', 'kinds', file);
    expect(predictions).toEqual(expected.map((prediction) => expect.objectContaining(prediction)));
    const streamed = await maas(['predict', 'kinds', '-', '--store', store, '--json'], {
      env: { MAAS_DEVICES: deviceFolder },
      input: readFileSync(file),
    });
    expect(JSON.parse(streamed.stdout).predictions).toEqual(predictions);
  });

  test('a service answers requests that come together as `maas predict` does, each with its own', async () => {
    const env = { MAAS_DEVICES: deviceFolder };
    const served = await serveMaas(['kinds', '--store', store, '--grpc-port', '0'], env);
    const client = new GrpcClient(`127.0.0.1:${served.grpcPort}`);
    try {
      const asked = rows.slice(0, 48).map((row) => row.split(',')[0]!);
      asked.push('', '今天 parcel');
      const file = folder.file('asked.csv', `text\n${asked.map((text) => `"${text}"`).join('\n')}\n`);
      const { predictions: expected } = await json('predict', 'kinds', file);
      const answers = asked.map(async (text, i) => {
        if (i % 3 > 0) return (await ask(`${served.url}/predict`, { text })).json;
        const { labels, scores } = await client.infer('kinds', [text]).called;
        return { label: labels[0], score: scores[0] };
      });
      for (const [i, { label, score }] of (await Promise.all(answers)).entries()) {
        expect(label, asked[i]).toBe(expected[i].label);
        expect(score).toBeCloseTo(expected[i].score, 5);
      }
      const words = await ask(`${served.url}/predict`, { text: asked[0], explain: true });
      expect(words.json.explanation).toMatchObject({ class: expected[0].label, method: 'occlusion' });
    } finally {
      client.close();
      expect(await served.end()).toBe(0);
    }
  });

  test('a file that is worth a thread is predicted row by row in its order', async () => {
    const many = folder.file('many.csv', `text,label\n${Array(60).fill(rows.join('\n')).join('\n')}\n`);
    const { stdout, code } = await run('predict', 'kinds', many);
    expect(code).toBe(0);
    const small = (await run('predict', 'kinds', data)).stdout.trim().split('\n');
    expect(stdout.trim().split('\n')).toEqual([small[0], ...Array(60).fill(small.slice(1)).flat()]);
  });

  test('is evaluated on its held-out rows, on a file, and on folds', async () => {
    expect((await json('evaluate', 'kinds')).metrics).toEqual(trained.metrics);
    expect((await json('evaluate', 'kinds', '--data', data)).metrics.accuracy).toBeGreaterThan(0.9);
    const { cv } = await json('evaluate', 'kinds', '--data', data, '--cv', '3');
    expect(cv.mean.accuracy).toBeGreaterThan(0.9);
  });

  test('a network learns from it, and folds are scored', async () => {
    const given = ['--model', 'dense', '--hidden', '16', '--learning-rate', '0.01', '--name', 'network'];
    const { metrics, cv } = await json('train', data, ...flags, ...given, '--cv', '3');
    expect(metrics.accuracy).toBeGreaterThan(0.75);
    expect(cv.scores).toHaveLength(3);
  });

  test('a model that has moved or changed is missed with a sentence, and found where it is said to be', async () => {
    const place = join(folder.path, 'place');
    const moved = join(folder.path, 'moved');
    cpSync(model, place, { recursive: true });
    const name = 'moving';
    await json('train', data, ...flags.slice(0, 3), place, '--name', name);
    renameSync(place, moved);
    await refused(
      6,
      `the model in ${place} that embeds the texts is not there`,
      'predict',
      name,
      '--text',
      'x',
    );
    await refused(6, 'is not there', 'evaluate', name, '--data', data);
    const { label } = await json('predict', name, '--text', 'refund', '--embeddings', moved);
    expect(label).toBe('money');
    const found = await json('evaluate', name, '--data', data, '--embeddings', moved);
    expect(found.metrics.accuracy).toBeGreaterThan(0.9);
    await json('evaluate', name, '--data', data, '--embeddings', moved, '--cv', '2');
    // digests are checked without it, golden rows and the training again where it is
    const [alone] = (await json('models', 'verify', name)).versions;
    expect(alone).toMatchObject({ ok: true, golden: null });
    expect(alone.notes[0]).toContain('its golden rows were not asked: the model in');
    const [asked] = (await json('models', 'verify', name, '--embeddings', moved)).versions;
    expect(asked).toMatchObject({ ok: true, golden: { rows: 16, passed: true }, notes: [] });
    await refused(3, `${place} is not there`, 'reproduce', name);
    expect(await json('reproduce', name, '--embeddings', moved)).toMatchObject({ identical: true });
    writeFileSync(join(moved, 'config.json'), `${readFileSync(join(moved, 'config.json'), 'utf8')} `);
    await refused(6, `${moved} holds another model`, 'predict', name, '--text', 'x', '--embeddings', moved);
  });

  test.each<[string[], number, string]>([
    [['export', 'kinds'], 2, 'which an export does not hold'],
    [['tune', data, ...flags], 2, 'tune counts terms, expected no vectorizer "sentence"'],
    [['train', data, '--vectorizer', 'sentence'], 2, 'expected --embeddings <folder>'],
    [['train', data, ...flags, '--model', 'nb'], 2, 'it takes no vectorizer "sentence"'],
    [
      ['train', data, ...flags, '--no-lowercase'],
      2,
      'the vectorizer "sentence" has no use for --no-lowercase',
    ],
    [['train', data, ...flags, '--pooling', 'sif'], 2, 'the vectorizer "sentence" has no use for --pooling'],
    [['train', data, ...flags.slice(0, 3), folder.path], 3, 'holds no onnx/model.onnx'],
    [['train', data, ...flags, '--max-memory', '20MB'], 1, 'and there are 20 MB'],
  ])('%j is refused', async (args, code, message) => {
    await refused(code, message, ...args);
  });

  test('other vectorizers ask for no model', async () => {
    await json('train', data, '--name', 'terms');
    await refused(2, 'expected no --embeddings', 'predict', 'terms', '--text', 'x', '--embeddings', model);
  });

  test('what is kept stands in the store, or where it is said to', async () => {
    expect(existsSync(join(store, 'embeddings'))).toBe(true);
    const elsewhere = join(folder.path, 'elsewhere');
    await json('train', data, ...flags, '--name', 'kinds', '--embedding-cache', elsewhere);
    expect(existsSync(elsewhere)).toBe(true);
  });
});

test('a file is no place for embeddings', async () => {
  const { stderr, code } = await maas(['predict', data, '--embedding-cache', data, '--store', store]);
  expect({ stderr, code }).toEqual({
    code: 2,
    stderr: `error: --embedding-cache ${data} is a file, expected a folder\n`,
  });
});

test('without its libraries it is refused with the command that installs them', async () => {
  const { stderr, code } = await maas(
    ['train', data, '--vectorizer', 'sentence', '--embeddings', folder.path, '--store', store],
    { env: { MAAS_DEVICES: folder.path } },
  );
  expect(code).toBe(5);
  expect(stderr).toContain('onnxruntime-node is not installed');
  expect(stderr).toContain('maas doctor --install sentence');
});
