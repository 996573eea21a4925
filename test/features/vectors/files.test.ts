import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal } from '../../../src/features/vectors/decimal.js';
import { openVectors } from '../../../src/features/vectors/vector-file.js';
import { temporaryFolder } from '../../support/temp.js';
import { none } from './reading.js';

const folder = temporaryFolder();
const all = { ...none, first: Number.POSITIVE_INFINITY };
const rows: [string, number[]][] = [
  ['the', [0.25, -1, 3e-5]],
  ['naïve', [-0.000012345, 12.5, 0]],
  ['退款', [1, 2, 3]],
  ['😀', [-0.5, 0.125, 7.25]],
];
const glove = `${rows.map(([word, numbers]) => `${word} ${numbers.join(' ')}`).join('\n')}\n`;
const header = `${rows.length} 3\n`;
const binary = (separator: string) =>
  Buffer.concat([
    Buffer.from(header),
    ...rows.map(([word, numbers]) =>
      Buffer.concat([
        Buffer.from(`${word} `),
        Buffer.from(Float32Array.from(numbers).buffer),
        Buffer.from(separator),
      ]),
    ),
  ]);
const forms: Record<string, { content: string | Buffer; format: string }> = {
  'GloVe text': { content: glove, format: 'GloVe text' },
  'text with a header': { content: header + glove, format: 'word2vec text' },
  'without a last line break': { content: glove.trimEnd(), format: 'GloVe text' },
  'lines that end in a space, and in CR LF': {
    content: (header + glove).replaceAll('\n', ' \r\n'),
    format: 'word2vec text',
  },
  'text, zipped': { content: gzipSync(header + glove), format: 'word2vec text' },
  'binary with line breaks': { content: binary('\n'), format: 'word2vec binary' },
  'binary without': { content: binary(''), format: 'word2vec binary' },
  'binary, zipped': { content: gzipSync(binary('')), format: 'word2vec binary' },
};

describe.each(Object.entries(forms))('%s', (name, { content, format }) => {
  const path = folder.file(`${name}.vec`, content);

  test('all words', async () => {
    const file = await openVectors(path);
    expect(file).toMatchObject({ format, dim: 3 });
    const { table, total, subwords } = await file.read(all, {});
    expect(table.words).toEqual(rows.map(([word]) => word));
    expect(table.values).toEqual(Float32Array.from(rows.flatMap(([, numbers]) => numbers)));
    expect([total, subwords]).toEqual([4, null]);
  });

  test('the first ones, and those of the texts', async () => {
    const file = await openVectors(path);
    const wanted = { ...none, first: 1, words: new Set(['😀', 'unheard']) };
    const { table, total } = await file.read(wanted, {});
    expect(table.words).toEqual(['the', '😀']);
    expect(Array.from(table.vector(1))).toEqual([-0.5, 0.125, 7.25]);
    expect(total).toBe(4);
  });
});

describe('what is not as it should be', () => {
  const bad: Record<string, [content: string | Buffer, message: RegExp]> = {
    'a number missing': [glove.replace(' 12.5', ''), /line 2: "naïve" has 2 numbers, expected 3$/],
    'a number too many': [`${glove}end 1 2 3 4\n`, /line 5: "end" has 4 numbers, expected 3$/],
    'a line that is cut off': [`${glove}end 1 2`, /line 5: "end" has 2 numbers, expected 3$/],
    'a word alone': [`${glove}\nend\n`, /line 6: "end" has 0 numbers, expected 3$/],
    NaN: [glove.replace('12.5', 'nan'), /line 2: "naïve" has the number "nan", expected finite ones$/],
    infinity: [glove.replace('12.5', '1e99'), /line 2: "naïve" has the number "1e99", expected finite ones$/],
    'no number': [glove.replace('12.5', '1.2.5'), /line 2: "naïve" has the number "1.2.5", expected finite/],
    'fewer words than the header says': [
      `9 3\n${glove}`,
      /it is cut off: its header says 9 words, and it holds 4$/,
    ],
    'another text': ['These are no vectors.\n', /its first line is neither "<words> <numbers>" nor a word/],
    nothing: ['', /it is empty, expected word vectors$/],
    'binary, cut off in a vector': [
      binary('').subarray(0, 30),
      /it is cut off: it ends at byte 30, inside the vector of word 2 of 4 that begins at byte 27$/,
    ],
    'binary, cut off in a word': [
      binary('').subarray(0, 22),
      /it is cut off: it ends at byte 22, inside word 2 of 4 that begins at byte 20$/,
    ],
    'binary, NaN': [
      Buffer.concat([Buffer.from('1 2\nx '), Buffer.from([0, 0, 0xc0, 0x7f, 0, 0, 0, 0])]),
      /byte 4: "x" has the number NaN or infinity, expected finite ones$/,
    ],
    'damaged gzip': [gzipSync(glove.repeat(50)).subarray(0, 60), /its gzip data cannot be unpacked$/],
  };
  test.each(Object.entries(bad))('%s', async (name, [content, message]) => {
    const path = folder.file(`${name}.txt`, content);
    const error = await openVectors(path)
      .then((file) => file.read(all, {}))
      .catch((error) => error);
    expect(error).toMatchObject({ code: 'data', message: expect.stringMatching(message) });
    expect(error.message).toContain(path);
  });

  const again: [string, Buffer, string][] = [
    ['text', Buffer.from(glove + glove.split('\n').slice(1, 3).join('\n')), 'line 5'],
    [
      'binary',
      Buffer.concat([Buffer.from('6'), binary('').subarray(1), binary('').subarray(20, 58)]),
      'byte 75',
    ],
  ];
  test.each(again)('words that come again, in %s', async (name, content, place) => {
    const path = folder.file(`again-${name}`, content);
    const told: string[] = [];
    const { table } = await (await openVectors(path)).read(all, { warn: (message) => told.push(message) });
    expect(table.words).toHaveLength(4);
    expect(table.vector(1)[1]).toBe(12.5);
    expect(told).toEqual([
      `${path}: ${place}: "naïve" has had a vector before, as has another word: the first one counts`,
    ]);
  });

  test('a missing file, a folder, standard input', async () => {
    await expect(openVectors(`${folder.path}/no`)).rejects.toThrow('there is no such file');
    await expect(openVectors(folder.path)).rejects.toThrow('is a directory, expected a file of word vectors');
    await expect(openVectors('-')).rejects.toThrow('not from standard input');
  });

  test('words with spaces in them, as GloVe has, are passed over', async () => {
    const path = folder.file('spaces.txt', `${glove}. . . 1 2 3\nat name@domain.com 1 2 3\n`);
    const { table, total } = await (await openVectors(path)).read(all, {});
    expect(table.words).toHaveLength(4);
    expect(total).toBe(4);
  });

  test('too much memory is refused before it is taken', async () => {
    const path = folder.file('much.txt', glove);
    const reserve = (bytes: number) => {
      throw new Error(`${bytes} bytes`);
    };
    await expect((await openVectors(path)).read({ ...all, reserve }, {})).rejects.toThrow(/^\d+ bytes$/);
  });
});

test('numbers are read as JavaScript reads them', () => {
  const read = (text: string) => decimal(Buffer.from(text), 0, text.length);
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(17), (value, digits) => {
      for (const text of [String(value), value.toExponential(digits), value.toPrecision(digits + 1)]) {
        expect(Math.fround(read(text))).toBe(Math.fround(Number(text)));
      }
    }),
  );
  for (const text of [
    '0.1',
    '-.5',
    '5.',
    '+3',
    '007',
    '1e-7',
    '123456789012345.6',
    '0.00000000000000000000001',
  ]) {
    expect(read(text)).toBe(Number(text));
  }
  for (const text of ['', '-', '.', '+.', '1,5', '1e', 'e5', '0x10', 'nan', 'inf', '--1', '1 2']) {
    expect(read(text)).toBeNaN();
  }
});
