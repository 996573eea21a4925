import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openVectors } from '../../../src/features/vectors/vector-file.js';
import { generatedLines, hasFastText, trainFastText, wordVectors } from '../../support/fasttext.js';
import { temporaryFolder } from '../../support/temp.js';
import { none } from './reading.js';

const folder = temporaryFolder();
const lines = generatedLines(400);
const known = [...new Set(lines.join(' ').split(' '))];
const unknown = ['kalomira', 'x', 'ka-ka', 'ёжик', '나나나나', '😀😀', 'zzzzzzzzzzzz', 'naïveté', '</s>'];

describe.skipIf(!hasFastText)('models of the fastText program', () => {
  const text = folder.file('text.txt', `${lines.join('\n')}\n`);
  const labelled = folder.file(
    'labelled.txt',
    `${lines.map((line, i) => `__label__${i % 2} ${line}`).join('\n')}\n`,
  );
  const subwords = ['-dim', '10', '-epoch', '2', '-bucket', '2000', '-minn', '2', '-maxn', '4'];
  const ways: Record<string, string[]> = {
    skipgram: ['skipgram', ...subwords],
    cbow: ['cbow', '-dim', '7', '-epoch', '1', '-bucket', '500'],
    'skipgram without n-grams': ['skipgram', '-dim', '5', '-maxn', '0', '-epoch', '1'],
    supervised: ['supervised', '-dim', '6', '-epoch', '1', '-lr', '0.02'],
    'supervised with n-grams': ['supervised', ...subwords],
    'supervised with pairs of words': ['supervised', '-dim', '6', '-wordNgrams', '2', '-bucket', '1000'],
  };

  test.each(Object.entries(ways))('%s: the vectors are those that it prints', async (name, args) => {
    const input = args[0] === 'supervised' ? labelled : text;
    const model = trainFastText(folder.path, name.replaceAll(' ', '-'), input, ...args);
    const words = [...known, ...unknown];
    const printed = wordVectors(`${model}.bin`, words);
    const file = await openVectors(`${model}.bin`);
    expect(file.format).toBe('fastText model');
    const { table, subwords } = await file.read({ ...none, words: new Set(words) }, {});
    const withNgrams = subwords !== null;
    expect(withNgrams).toBe(/n-grams|^skipgram$|cbow/.test(name) && !name.includes('without'));
    let compared = 0;
    for (const word of words) {
      const place = table.index.get(word);
      const expected = printed.get(word)!;
      // what fastText knows nothing of is 0 throughout
      if (place === undefined)
        expect(
          expected.every((value) => value === 0),
          word,
        ).toBe(true);
      else {
        const found = table.vector(place);
        expect(found).toHaveLength(expected.length);
        // it prints five digits, which are that exact below 1
        expect(Math.max(...expected.map(Math.abs))).toBeLessThan(1);
        expected.forEach((value, d) => {
          expect(Math.abs(found[d]! - value), word).toBeLessThan(1e-5);
        });
        compared++;
      }
    }
    expect(compared).toBeGreaterThanOrEqual(withNgrams ? words.length - 1 : known.length);
  });

  test('.vec and .bin hold the same words in the same order', async () => {
    const model = trainFastText(folder.path, 'both', text, ...ways.skipgram!);
    const all = { ...none, first: Number.POSITIVE_INFINITY };
    const [one, two] = await Promise.all(
      ['.vec', '.bin'].map(async (ending) => (await openVectors(`${model}${ending}`)).read(all, {})),
    );
    expect(one!.table.words).toEqual(two!.table.words);
    expect(one!.total).toBe(two!.total);
    one!.table.values.forEach((value, i) => {
      expect(Math.abs(value - two!.table.values[i]!)).toBeLessThan(1e-5);
    });
    // every n-gram is kept, so that any word has the vector that the program gives it
    expect(two!.subwords!.kept).toHaveLength(2000);
  });

  test('a quantized model is refused', async () => {
    const model = trainFastText(folder.path, 'quantized', labelled, ...ways.supervised!);
    execFileSync('fasttext', ['quantize', '-input', labelled, '-output', model], { stdio: 'ignore' });
    await expect(openVectors(`${model}.ftz`)).rejects.toThrow(
      `${model}.ftz: it is a quantized fastText model, whose word vectors are not kept whole`,
    );
  });

  test('a model that is cut off is refused with the byte, wherever it ends', async () => {
    const model = trainFastText(folder.path, 'whole', text, ...ways.cbow!);
    const bytes = readFileSync(`${model}.bin`);
    const path = `${model}-cut.bin`;
    for (const length of [40, 70, 500, bytes.length >> 1]) {
      writeFileSync(path, bytes.subarray(0, length));
      const reading = openVectors(path).then((file) => file.read(none, {}));
      await expect(reading).rejects.toThrow(
        new RegExp(
          `cut\\.bin: it is cut off: it ends at byte ${length}, inside .* that begins at byte \\d+$`,
        ),
      );
    }
    const other = Buffer.from(bytes);
    other.writeInt32LE(13, 4);
    writeFileSync(path, other);
    await expect(openVectors(path)).rejects.toThrow(
      'it is a fastText model of version 13, expected 11 or 12',
    );
  });
});
