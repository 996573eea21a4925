import { cpSync, existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readExamples } from '../../../src/data/examples.js';
import { SentenceEncoder } from '../../../src/features/sentence/encoder.js';
import { openModelFolder } from '../../../src/features/sentence/folder.js';
import { loadRuntime } from '../../../src/features/sentence/runtime.js';
import { createTokens } from '../../../src/features/sentence/tokens.js';
import { EmbeddingFiles } from '../../../src/store/embedding-cache.js';
import { deviceFolder } from '../../support/devices.js';
import { makeSentenceModels, withoutSentences } from '../../support/sentences.js';
import { temporaryFolder, tickets } from '../../support/temp.js';

const folder = temporaryFolder();
const texts = [
  '',
  ' \t\n ',
  '😀 ❤️ 👩‍👩‍👧 Straße naïve ŒUVRE ﬁne İstanbul',
  '今天天气很好，我们去公园吧。ありがとう 안녕하세요',
  "don't stop—it's 3,14 e-mail@x.y #tag _snake_ A1 b [CLS] </s>",
  'नमस्ते दुनिया สวัสดีชาวโลก مرحبا',
  'refund '.repeat(400),
  '退款'.repeat(300),
];
await readExamples([tickets], { onBadRow: 'fail' }, ({ text }) => void texts.push(text));

describe.skipIf(withoutSentences)('an encoder', () => {
  const models = withoutSentences ? undefined! : makeSentenceModels(folder.path, texts);
  const open = (path: string, more = {}) => SentenceEncoder.open(path, { devices: deviceFolder, ...more });

  describe.each(['wordpiece', 'unigram'] as const)('%s', (name) => {
    const { path, expected } = models?.[name] ?? { path: '', expected: [] };

    test('has the tokens that tokenizers has, the end of long texts cut off', async () => {
      const tokens = createTokens(loadRuntime(deviceFolder).tokenizers, await openModelFolder(path));
      texts.forEach((text, i) => {
        expect(tokens(text), JSON.stringify(text.slice(0, 60))).toEqual(expected[i]!.ids);
      });
      expect(Math.max(...expected.map(({ ids }) => ids.length))).toBe(name === 'wordpiece' ? 24 : 32);
    });

    test('has the numbers that onnxruntime has', async () => {
      const encoder = await open(path);
      const { dim } = encoder.facts;
      const rows = await encoder.embed(texts);
      expect(rows).toHaveLength(texts.length * dim);
      const largest = expected.map(({ embedding }, r) =>
        Math.max(...embedding.map((value, d) => Math.abs(value - rows[r * dim + d]!))),
      );
      expect(Math.max(...largest)).toBeLessThan(1e-5);
      expect(encoder.counts).toEqual({ computed: new Set(texts).size, cached: 0 });
    });

    test('a text has the same numbers alone and among others, by any number of threads, after a release', async () => {
      const encoder = await open(path, { threads: 1 });
      const { dim } = encoder.facts;
      const rows = await encoder.embed(texts);
      for (const r of [0, 3, 6, 20, 21]) {
        expect(await encoder.embed([texts[r]!])).toEqual(rows.slice(r * dim, (r + 1) * dim));
      }
      await encoder.release();
      expect(await encoder.embed([...texts].reverse().slice(-2))).toEqual(
        Float32Array.of(...rows.slice(dim, 2 * dim), ...rows.slice(0, dim)),
      );
      expect(await (await open(path, { threads: 2 })).embed(texts)).toEqual(rows);
      expect(await encoder.embed([])).toHaveLength(0);
    });
  });

  test('a second run computes nothing, a third what is new alone', async () => {
    const cache = () => new EmbeddingFiles(join(folder.path, 'kept'));
    const path = models.wordpiece.path;
    const first = await open(path, { cache: cache() });
    const steps: number[] = [];
    const rows = await first.embed(texts, {
      step: ({ done = 0, total = 1 }) => void steps.push(done / total),
    });
    expect(first.counts).toEqual({ computed: new Set(texts).size, cached: 0 });
    expect(steps.length).toBeGreaterThan(5);
    expect(steps.at(-1)).toBe(1);

    const second = await open(path, { cache: cache() });
    expect(await second.embed(texts)).toEqual(rows);
    expect(second.counts).toEqual({ computed: 0, cached: new Set(texts).size });

    const third = await open(path, { cache: cache() });
    expect((await third.embed([...texts, 'quite new'])).subarray(0, rows.length)).toEqual(rows);
    expect(third.counts).toEqual({ computed: 1, cached: new Set(texts).size });

    // another model knows nothing of these
    const other = await open(models.unigram.path, { cache: cache() });
    await other.embed(texts.slice(0, 3));
    expect(other.counts).toEqual({ computed: 3, cached: 0 });
    const kept = readdirSync(join(folder.path, 'kept'), { recursive: true }) as string[];
    for (const name of kept.filter((name) => name.endsWith('.safetensors'))) {
      expect(readFileSync(join(folder.path, 'kept', name)).includes('refund')).toBe(false);
    }
  });

  test('what is damaged in the cache is computed again; what cannot be kept is told and done without', async () => {
    const path = models.wordpiece.path;
    const kept = join(folder.path, 'damaged');
    const rows = await (await open(path, { cache: new EmbeddingFiles(kept) })).embed(texts);
    const [segment] = (readdirSync(kept, { recursive: true }) as string[]).filter((name) =>
      /safetensors$/.test(name),
    );
    const bytes = readFileSync(join(kept, segment!));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(join(kept, segment!), bytes);
    const again = await open(path, { cache: new EmbeddingFiles(kept) });
    expect(await again.embed(texts)).toEqual(rows);
    expect(again.counts.cached).toBe(0);

    const warnings: string[] = [];
    const nowhere = new EmbeddingFiles(folder.file('a-file', ''), {
      warn: (message) => void warnings.push(message),
    });
    expect(await (await open(path, { cache: nowhere })).embed(texts)).toEqual(rows);
    expect(warnings).toEqual([expect.stringMatching(/^embeddings cannot be kept in .*a-file \(E/)]);
  });

  test('a cache holds no more than it may: what was of no use for the longest time goes', async () => {
    const kept = join(folder.path, 'small');
    const encoder = (most: number) =>
      open(models.wordpiece.path, { cache: new EmbeddingFiles(kept, {}, most) });
    const segments = () =>
      (readdirSync(kept, { recursive: true }) as string[]).filter((name) => /safetensors$/.test(name));
    await (await encoder(1e6)).embed(['one', 'two']);
    const [old] = segments();
    utimesSync(join(kept, old!), 1, 1);
    await (await encoder(1e6)).embed(['three']);
    expect(segments()).toHaveLength(2);
    // used, so that the other one is older
    await (await encoder(1e6)).embed(['one']);
    await (await encoder(1000)).embed(['four']);
    expect(existsSync(join(kept, old!))).toBe(true);
    const last = await encoder(1e6);
    await last.embed(['one', 'three']);
    expect(last.counts).toEqual({ computed: 1, cached: 1 });
  });

  test.each<[string, (path: string) => void, string]>([
    ['no tokenizer', (path) => rmSync(join(path, 'tokenizer.json')), 'holds no tokenizer.json'],
    ['no graph', (path) => rmSync(join(path, 'onnx'), { recursive: true }), 'holds no onnx/model.onnx'],
    ['a graph that is none', (path) => writeFileSync(join(path, 'onnx/model.onnx'), 'x'), 'cannot be loaded'],
    [
      'a config that is none',
      (path) => writeFileSync(join(path, 'config.json'), '{'),
      'config.json is not JSON',
    ],
    ['no size', (path) => writeFileSync(join(path, 'config.json'), '{}'), 'says no hidden_size'],
    [
      'another size',
      (path) => writeFileSync(join(path, 'config.json'), '{"hidden_size": 8}'),
      'is float32 [1, 2, 32], expected float32 [1, 2, 8]',
    ],
    [
      'two ways of pooling',
      (path) =>
        writeFileSync(
          join(path, '1_Pooling/config.json'),
          '{"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true}',
        ),
      'pools by mean and max, expected one of mean, cls, lasttoken, max',
    ],
    [
      'a layer behind it',
      (path) =>
        writeFileSync(
          join(path, 'modules.json'),
          '[{"type": "sentence_transformers.models.Transformer"}, {"type": "sentence_transformers.models.Dense"}]',
        ),
      'has a module Dense',
    ],
  ])('%s is refused with a sentence', async (name, spoil, message) => {
    const path = join(folder.path, name);
    cpSync(models.wordpiece.path, path, { recursive: true });
    spoil(path);
    await expect(open(path).then((encoder) => encoder.embed(['']))).rejects.toThrow(message);
  });
});

test('without the libraries it says how to install them', async () => {
  await expect(SentenceEncoder.open('model', { devices: folder.path })).rejects.toMatchObject({
    code: 'device',
    message: expect.stringContaining('onnxruntime-node is not installed'),
    hint: '`maas doctor --install sentence` installs both',
  });
});
