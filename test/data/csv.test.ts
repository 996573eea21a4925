import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { findColumns, findTextColumn } from '../../src/data/columns.js';
import { openCsv } from '../../src/data/csv.js';
import { csvLine } from '../../src/data/csv-text.js';
import { readExamples } from '../../src/data/examples.js';
import { openLines } from '../../src/data/lines.js';
import { plainRows } from '../../src/data/plain-rows.js';
import { type CsvRow, RowParser } from '../../src/data/row-parser.js';
import { temporaryFolder } from '../support/temp.js';

const folder = temporaryFolder();
let files = 0;
const write = (content: string | Uint8Array, ending = 'csv') => folder.file(`${files++}.${ending}`, content);

async function read(
  content: string | Uint8Array,
  options = {},
): Promise<{ columns: string[]; rows: CsvRow[] }> {
  const table = await openCsv(write(content), options);
  const rows: CsvRow[] = [];
  for await (const batch of table.batches()) rows.push(...batch);
  return { columns: table.columns, rows };
}

const fields = async (content: string | Uint8Array) => (await read(content)).rows.map((row) => row.fields);

describe('forms of a table', () => {
  const rows = [
    ['one', 'a'],
    ['two', 'b'],
  ];
  const forms: [form: string, content: string | Uint8Array][] = [
    ['LF', 'text,label\none,a\ntwo,b\n'],
    ['no last line end', 'text,label\none,a\ntwo,b'],
    ['CRLF', 'text,label\r\none,a\r\ntwo,b\r\n'],
    ['mixed line ends', 'text,label\r\none,a\ntwo,b\r\n'],
    ['CR', 'text,label\rone,a\rtwo,b\r'],
    ['a byte order mark', '\ufefftext,label\none,a\ntwo,b\n'],
    ['semicolons', 'text;label\none;a\ntwo;b\n'],
    ['tabs', 'text\tlabel\none\ta\ntwo\tb\n'],
    ['bars', 'text|label\none|a\ntwo|b\n'],
    ['quotes', '"text","label"\n"one","a"\n"two","b"\n'],
    ['blank lines', 'text,label\n\none,a\n\n\ntwo,b\n\n'],
    ['UTF-16', Buffer.from('\ufefftext,label\none,a\ntwo,b\n', 'utf16le')],
    ['a blank first line', '\ntext,label\none,a\ntwo,b\n'],
    ['gzip', gzipSync('text,label\none,a\ntwo,b\n')],
  ];
  test.each(forms)('%s', async (_form, content) => {
    const table = await read(content);
    expect(table.columns).toEqual(['text', 'label']);
    expect(table.rows.map((row) => row.fields)).toEqual(rows);
    expect(table.rows.every((row) => row.problem === undefined)).toBe(true);
  });

  test('line breaks, doubled quotes and delimiters inside quotes', async () => {
    const { rows } = await read('text,label\n"a\r\nb, ""c""",x\n"\n",y\nlast,z\n');
    expect(rows).toEqual([
      { line: 2, fields: ['a\r\nb, "c"', 'x'] },
      { line: 4, fields: ['\n', 'y'] },
      { line: 6, fields: ['last', 'z'] },
    ]);
  });

  test('a single column may hold commas', async () => {
    expect(await fields('text\nhello, world\n"quoted, too"\n')).toEqual([['hello, world'], ['quoted, too']]);
  });

  test('a quoted empty text is a row, a blank line is none', async () => {
    expect(await fields('text\na\n""\n\nb\n')).toEqual([['a'], [''], ['b']]);
  });

  test('a carriage return inside quotes stays', async () => {
    expect(await fields('text,label\r\na,"b\r"\r\nc,5"\r\n')).toEqual([
      ['a', 'b\r'],
      ['c', '5"'],
    ]);
  });

  test('a delimiter that is given wins', async () => {
    const { columns } = await read('a,b#c\n1,2#3\n', { delimiter: '#' });
    expect(columns).toEqual(['a,b', 'c']);
  });
});

describe('rows that are bad', () => {
  const problems = async (content: string | Uint8Array) => {
    const { rows } = await read(content);
    return rows.map(({ line, problem, fields }) => [line, problem ?? fields.join('|')]);
  };

  test('too many and too few fields', async () => {
    expect(await problems('text,label\na,b,c\nd\n"e\nf",g\nh\n')).toEqual([
      [2, 'it has 3 fields, expected 2'],
      [3, 'it has 1 field, expected 2'],
      [4, 'e\nf|g'],
      [6, 'it has 1 field, expected 2'],
    ]);
  });

  test('a quote that is never closed costs its line and no other', async () => {
    expect(await problems('text,label\none,a\n"two,b\nthree,c\nfour,d\n')).toEqual([
      [2, 'one|a'],
      [3, 'a quote is opened and never closed'],
      [4, 'three|c'],
      [5, 'four|d'],
    ]);
  });

  test('a quote that swallows the start of the next quoted field', async () => {
    expect(await problems('text,label\n"one,a\n"two",b\nthree,c\n')).toEqual([
      [2, 'a quote is opened and never closed'],
      [3, 'two|b'],
      [4, 'three|c'],
    ]);
  });

  test('many broken quotes do not take many times as long', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `"text number ${i} opens a quote,label${i % 3}`);
    const from = performance.now();
    const found = await problems(`text,label\n${rows.join('\n')}\nlast,a\n`);
    expect(found).toHaveLength(rows.length + 1);
    expect(found.at(-1)).toEqual([rows.length + 2, 'last|a']);
    expect(performance.now() - from).toBeLessThan(8000);
  });

  test('a stray quote inside a quoted field', async () => {
    expect(await problems('text,label\n"say "hi" now",a\nnext,b\n')).toEqual([
      [2, 'a quote inside a quoted field is not doubled'],
      [3, 'next|b'],
    ]);
  });

  test('tab-separated files have no quoting to break', async () => {
    expect(await problems('text\tlabel\n"quoted" start\ta\nnext\tb\n"open\tc\n')).toEqual([
      [2, '"quoted" start|a'],
      [3, 'next|b'],
      [4, '"open|c'],
    ]);
  });

  test('bytes that are not UTF-8, and a replacement character that is', async () => {
    const content = Buffer.concat([
      Buffer.from('text,label\nfine \ufffd,a\nbad '),
      Buffer.from([0xff, 0xc3]),
      Buffer.from(',b\nend é,c\ncut '),
      Buffer.from([0xe4, 0xbd]),
    ]);
    expect(await problems(content)).toEqual([
      [2, 'fine \ufffd|a'],
      [3, 'it is not valid UTF-8'],
      [4, 'end é|c'],
      [5, 'it has 1 field, expected 2'],
    ]);
  });

  test('a byte order mark stands before bytes that are not UTF-8', async () => {
    const content = Buffer.concat([
      Buffer.from('\ufeff"text","label"\n"caf'),
      Buffer.from([0xe9]),
      Buffer.from('","a"\nb,c\n'),
    ]);
    expect(await problems(content)).toEqual([
      [2, 'it is not valid UTF-8'],
      [3, 'b|c'],
    ]);
  });
});

describe('files that are no tables', () => {
  const refusals: [what: string, path: () => string, sentence: string][] = [
    ['missing', () => `${folder.path}/nowhere.csv`, 'there is no such file'],
    ['a directory', () => folder.path, 'is a directory'],
    ['empty', () => write(''), 'is empty'],
    ['only blank lines', () => write('\n\n \n'), 'is empty'],
    ['binary', () => write(Uint8Array.of(1, 0, 2, 0, 200)), 'is a binary file'],
    [
      'a spreadsheet',
      () => write(Buffer.from('PK\x03\x04rest'), 'xlsx'),
      'is a zip archive or a spreadsheet',
    ],
    ['damaged gzip', () => write(gzipSync('text,label\na,b\n'.repeat(9999)).subarray(0, 60)), 'is damaged'],
  ];
  test.each(refusals)('%s', async (_what, path, sentence) => {
    await expect(
      (async () => {
        for await (const _ of (await openCsv(path())).batches());
      })(),
    ).rejects.toMatchObject({ code: 'data', message: expect.stringContaining(sentence) });
  });
});

describe('columns', () => {
  test('text and label, in any place', () => {
    expect(findColumns('f', ['id', 'Label', 'text'], {})).toEqual({ text: 2, label: 1, guessed: [] });
  });
  test('the obvious pair is said aloud', () => {
    const found = findColumns('f', ['review', 'sentiment', 'date'], {});
    expect(found).toMatchObject({ text: 0, label: 1 });
    expect(found.guessed).toHaveLength(2);
  });
  test('none, or several that might be, is an error that lists the columns', () => {
    const list = expect.objectContaining({
      code: 'data',
      message: expect.stringContaining('found "a", "b"'),
    });
    expect(() => findColumns('f', ['a', 'b'], {})).toThrow(list);
    expect(() => findColumns('f', ['title', 'body', 'label'], {})).toThrow('several columns');
    expect(() => findColumns('f', ['a', 'b'], { textColumn: 'x' })).toThrow(
      'has no column "x", found "a", "b"',
    );
  });
  test('an only column is the text', () => {
    expect(findTextColumn('f', ['whatever'], {})).toEqual({ text: 0, guessed: [] });
  });
});

describe('examples', () => {
  const content = 'text,label\ngood,a\n,a\nempty label,\n"  ",b\nfine,b\nx,y,z\n';

  test('bad rows are skipped, reported with file and line, and counted', async () => {
    const file = write(content);
    const warnings: string[] = [];
    const seen: [string, string, number, number][] = [];
    const summary = await readExamples(
      [file],
      { onBadRow: 'skip' },
      ({ text, label, row, line }) => seen.push([text, label, row, line]),
      { warn: (message) => warnings.push(message) },
    );
    expect(seen).toEqual([
      ['good', 'a', 1, 2],
      ['fine', 'b', 5, 6],
    ]);
    expect(summary.rows).toBe(2);
    expect(summary.skipped).toEqual({
      count: 4,
      rows: [
        { file, line: 3, problem: 'its text is empty' },
        { file, line: 4, problem: 'its label is empty' },
        { file, line: 5, problem: 'its text is empty' },
        { file, line: 7, problem: 'it has 3 fields, expected 2' },
      ],
    });
    expect(warnings[0]).toBe(`${file}:3: its text is empty; the row is left out`);
    expect(warnings.at(-1)).toBe('4 bad rows were left out of 6');
  });

  test('or end the work', async () => {
    const file = write(content);
    await expect(readExamples([file], { onBadRow: 'fail' }, () => {})).rejects.toMatchObject({
      code: 'data',
      message: `${file}:3: its text is empty`,
    });
  });

  test('a header without rows', async () => {
    await expect(readExamples([write('text,label\n')], { onBadRow: 'skip' }, () => {})).rejects.toThrow(
      'no row can be used',
    );
  });

  test('several files, each with its own form', async () => {
    const paths = [write('text,label\na,x\n'), write('label\tid\ttext\ny\t7\tb\n', 'tsv')];
    const seen: string[] = [];
    await readExamples(paths, { onBadRow: 'fail' }, ({ text, label, file }) =>
      seen.push(`${text}${label}${file}`),
    );
    expect(seen).toEqual(['ax0', 'by1']);
  });
});

test('lines are texts', async () => {
  const table = await openLines(write('one, "two"\r\n\nthree', 'txt'));
  const rows: CsvRow[] = [];
  for await (const batch of table.batches()) rows.push(...batch);
  expect(rows).toEqual([
    { line: 1, fields: ['one, "two"'] },
    { line: 2, fields: [''] },
    { line: 3, fields: ['three'] },
  ]);
});

test('whatever papaparse writes comes back, with the lines it stands on', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é', '😀', '\t', ';') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 30 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (table, newline, quotes) => {
        const content = Papa.unparse([['text', 'label', 'more'], ...table], { newline, quotes });
        const { rows } = await read(content);
        expect(rows.map((row) => row.fields)).toEqual(table);
        let line = 2;
        rows.forEach((row, i) => {
          expect(row.line).toBe(line);
          line += 1 + (table[i]!.join('').match(/\n/g)?.length ?? 0);
        });
      },
    ),
    { numRuns: 200 },
  );
});

test('whatever is written comes back', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '\ufeff', '\t', ';') });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (rows) => {
      const csv = rows.map(csvLine).join('');
      expect(Papa.parse(csv, { delimiter: ',', newline: '\n' }).data.slice(0, -1)).toEqual(rows);
    }),
  );
});

test('rows that are read without papaparse are what papaparse would have read', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', '"', '"', ',', ',', '\n', '\n', ' '),
    maxLength: 60,
  });
  let read = 0;
  fc.assert(
    fc.property(text, fc.constantFrom('\n', '\r'), (units, newline) => {
      const whole = units.replaceAll('\n', newline);
      const rows: string[][] = [];
      const ends = [0];
      const { end } = plainRows(whole, 0, ',', newline, (fields, from, to) => {
        expect(from).toBe(ends.at(-1));
        ends.push(to);
        rows.push(fields);
      });
      expect(end).toBe(ends.at(-1));
      const { data, errors } = Papa.parse<string[]>(whole.slice(0, end), { delimiter: ',', newline });
      expect(errors).toEqual([]);
      // papaparse finds one more row, without text, behind the last line end
      expect(rows).toEqual(data.slice(0, -1));
      read += rows.length;
    }),
    { numRuns: 2000 },
  );
  expect(read).toBeGreaterThan(1000);
});

test('a table of several megabytes, cut anywhere into pieces, is read like one piece', async () => {
  const row = (i: number) => [`row ${i} "quoted", ${'é😀x'.repeat(i % 50)}\n${i}`, `label${i % 7}`];
  const table = Array.from({ length: 40_000 }, (_, i) => row(i));
  const { rows } = await read(Papa.unparse([['text', 'label'], ...table], { newline: '\r\n' }));
  expect(rows.length).toBe(table.length);
  expect(
    rows.every(({ fields, problem }, i) => problem === undefined && fields.join('|') === table[i]!.join('|')),
  ).toBe(true);
  expect(rows.at(-1)!.line).toBe(2 + 2 * (table.length - 1));
});

test('wherever the text is cut, the rows are the same', () => {
  const whole =
    'text,label\r\n"one ""1"", a","x"\r\ntwo,"y"  \r\n"three\r\nlines" ,z\r\n"",""\r\n"bad"quote",w\r\nlast,"v"\r\n';
  const parse = (pieces: string[]) => {
    const parser = new RowParser(',', '\n');
    parser.width = 2;
    return pieces.flatMap((piece, i) => parser.push(piece, i === pieces.length - 1));
  };
  const expected = parse([whole]);
  expect(expected.map((row) => [row.line, row.problem ?? row.fields])).toEqual([
    [1, ['text', 'label']],
    [2, ['one "1", a', 'x']],
    [3, ['two', 'y']],
    [4, ['three\r\nlines', 'z']],
    [6, ['', '']],
    [7, 'a quote inside a quoted field is not doubled'],
    [8, ['last', 'v']],
  ]);
  for (let i = 0; i <= whole.length; i++) {
    expect(parse([whole.slice(0, i), whole.slice(i)]), `cut at ${i}`).toEqual(expected);
    for (let j = i; j <= whole.length; j += 7) {
      expect(parse([whole.slice(0, i), whole.slice(i, j), whole.slice(j)])).toEqual(expected);
    }
  }
  expect(parse([...whole, ''])).toEqual(expected);
});

test('wherever the window of the parser ends, the rows are the same', async () => {
  for (let pad = 0; pad < 24; pad++) {
    const row = (i: number) => `"${'x'.repeat((i * 7 + pad) % 61)}","label ${i % 5}"\r\n`;
    const table = Array.from({ length: 4000 }, (_, i) => row(i)).join('');
    const { rows } = await read(`"text","label"\r\n${table}`);
    expect(rows.length).toBe(4000);
    expect(rows.filter(({ problem }) => problem !== undefined)).toEqual([]);
  }
});
