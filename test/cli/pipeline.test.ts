import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { beforeAll, describe, expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const json = async (...args: string[]) => {
  const ran = await maas([...args, '--json', '--store', store]);
  expect(ran.stderr).not.toContain('error:');
  expect(ran.code).toBe(0);
  return JSON.parse(ran.stdout);
};
const version = (n: number) => join(store, 'models', 'tickets', String(n));
const rows = Papa.parse<string[]>(readFileSync(tickets, 'utf8'), { skipEmptyLines: true }).data.slice(1);

beforeAll(async () => {
  const first = await json('train', tickets);
  expect(first).toMatchObject({
    model: 'tickets',
    version: 1,
    path: version(1),
    rows: { train: 336, validation: 0, test: 84 },
    classes: ['account', 'billing', 'delivery', 'product', 'returns'],
    device: 'wasm',
    seed: 42,
  });
  expect(Object.keys(first.timings)).toEqual(['read', 'vectorize', 'fit', 'evaluate', 'total']);
  expect(first.metrics.accuracy).toBeGreaterThan(0.8);
  expect(first.features).toBeGreaterThan(1000);
});

describe('train', () => {
  test('the same data and seed give the same bytes', async () => {
    await json('train', tickets);
    for (const file of [
      'weights.safetensors',
      'vocabulary.json',
      'pipeline.json',
      'predictions.csv',
      'metrics.json',
    ]) {
      expect(readFileSync(join(version(2), file)).equals(readFileSync(join(version(1), file))), file).toBe(
        true,
      );
    }
  });

  test('any number of threads gives the same bytes', async () => {
    // more than what is worth a thread of its own
    const rows = Array.from(
      { length: 4000 },
      (_, i) => `"${`words ${i % 97} and ${i * 31} `.repeat(20)}",${i % 3}`,
    );
    const file = folder.file('threads.csv', `text,label\n${rows.join('\n')}\n`);
    const one = await json('train', file, '--threads', '1');
    const two = await json('train', file, '--threads', '2');
    expect(two.baselines).toEqual(one.baselines);
    for (const name of ['weights.safetensors', 'vocabulary.json', 'predictions.csv']) {
      expect(readFileSync(join(two.path, name)).equals(readFileSync(join(one.path, name))), name).toBe(true);
    }
  });

  test('what fails once threads have begun ends, and with its sentence', async () => {
    const rows = Array.from(
      { length: 4000 },
      (_, i) => `${`words ${i % 97} and ${i * 31} `.repeat(8)},${i % 3}`,
    );
    const file = folder.file('fails.csv', `text,label\n${rows.join('\n')}\n`);
    const { code, stderr } = await maas(['train', file, '--min-df', '3999', '--store', folder.path]);
    expect(code).toBe(2);
    expect(stderr).toContain('--min-df 3999');
  });

  test('another seed holds other rows out', async () => {
    const { version: third } = await json('train', tickets, '--seed', '7');
    expect(readFileSync(join(version(third), 'predictions.csv'), 'utf8')).not.toBe(
      readFileSync(join(version(1), 'predictions.csv'), 'utf8'),
    );
  });

  test('a dataset gives the very model that its CSV gives', async () => {
    const made = await json('preprocess', tickets, '-o', join(folder.path, 'set'));
    expect(made).toMatchObject({ rows: { train: 336, validation: 0, test: 84 }, name: 'tickets' });
    const trained = await json('train', join(folder.path, 'set'), '--name', 'from-dataset');
    for (const file of ['weights.safetensors', 'vocabulary.json', 'pipeline.json', 'predictions.csv']) {
      expect(readFileSync(join(trained.path, file)).equals(readFileSync(join(version(1), file))), file).toBe(
        true,
      );
    }
    const manifest = JSON.parse(readFileSync(join(trained.path, 'manifest.json'), 'utf8'));
    expect(manifest.dataset.path).toBe(join(folder.path, 'set'));
    const refused = await maas(['train', join(folder.path, 'set'), '--min-df', '3', '--store', store]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('has decided --min-df otherwise');
    const column = await maas(['train', join(folder.path, 'set'), '--text-column', 'body', '--store', store]);
    expect(column).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has decided --text-column otherwise'),
    });
    const preset = await maas(['train', join(folder.path, 'set'), '--preset', 'sklearn', '--store', store]);
    expect(preset.stderr).toContain('has decided --tokenizer, --ngram-range, --sublinear-tf otherwise');
  });

  test('no text of a row is in a version', () => {
    const texts = rows.map(([text]) => text!).filter((text) => text.length > 25);
    expect(texts.length).toBeGreaterThan(200);
    for (const file of readdirSync(version(1))) {
      const content = readFileSync(join(version(1), file), 'utf8');
      for (const text of texts) expect(content.includes(text), `${file} holds "${text}"`).toBe(false);
    }
  });

  test('two at once publish two versions', async () => {
    const both = await Promise.all([
      json('train', tickets, '--name', 'twice'),
      json('train', tickets, '--name', 'twice'),
    ]);
    expect(both.map((result) => result.version).sort()).toEqual([1, 2]);
    expect(readdirSync(join(store, 'models', 'twice')).sort()).toEqual(['1', '2']);
  });

  test('validation rows are set aside and scored', async () => {
    const result = await json('train', tickets, '--validation-size', '0.1', '--name', 'validated');
    expect(result.rows).toEqual({ train: 294, validation: 42, test: 84 });
    expect(JSON.parse(readFileSync(join(result.path, 'metrics.json'), 'utf8')).validation.n).toBe(42);
  });

  test('a stemmed model without stop words, on the cpu device', async () => {
    const result = await json(
      ...[
        'train',
        tickets,
        '--name',
        'stemmed',
        '--stemmer',
        'porter',
        '--stop-words',
        'english',
        '--device',
        'cpu',
      ],
    );
    expect(result.device).toBe('cpu');
    const vocabulary = JSON.parse(readFileSync(join(result.path, 'vocabulary.json'), 'utf8')) as string[];
    expect(vocabulary).toContain('deliveri');
    expect(vocabulary).not.toContain('the');
    expect(await json('export', 'stemmed')).toMatchObject({ check: { maxAbsDelta: 0 } });
  });
});

describe('evaluate', () => {
  test('without arguments takes the newest version and its held-out rows', async () => {
    const { version: newest, metrics } = await json('train', tickets, '--C', '3');
    const result = await json('evaluate');
    expect(result).toMatchObject({ model: 'tickets', version: newest, data: { kind: 'held-out' }, metrics });
    expect(result.perClass.map((c: { label: string }) => c.label)).toEqual([
      'account',
      'billing',
      'delivery',
      'product',
      'returns',
    ]);
  });

  test('on a file counts labels that the model does not know', async () => {
    const file = folder.file('some.csv', 'text,label\nwhere is my parcel,delivery\nhow much,price\n');
    const result = await json('evaluate', 'tickets@1', '--data', file);
    expect(result.metrics.n).toBe(2);
    expect(result.metrics.accuracy).toBe(0.5);
    expect(result.unknownLabels).toEqual({ price: 1 });
  });

  test('prints a table for each class', async () => {
    const { stdout } = await maas(['evaluate', 'tickets@1', '--store', store]);
    expect(stdout).toMatch(/class +precision +recall +f1 +rows/);
    expect(stdout).toMatch(/delivery +\d\.\d{4} +\d\.\d{4} +\d\.\d{4} +20/);
  });
});

describe('predict', () => {
  const predict = (...args: string[]) => maas(['predict', 'tickets@1', '--store', store, ...args]);

  test('one text, as CSV, as JSON and as a JSON line', async () => {
    const text = 'My card was charged twice, please refund';
    const csv = await predict('--text', text);
    expect(csv.stdout).toMatch(
      /^text,label,score\n"My card was charged twice, please refund",\w+,0\.\d{6}\n$/,
    );
    const one = JSON.parse((await predict('--text', text, '--json')).stdout);
    expect(Object.keys(one)).toEqual(['label', 'score', 'scores']);
    expect(Object.values<number>(one.scores).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(one.scores[one.label]).toBe(one.score);
    const top = JSON.parse((await predict('--text', text, '--format', 'jsonl', '--top-k', '2')).stdout);
    expect(Object.keys(top.scores)).toHaveLength(2);
  });

  test('a file: every row, in order, other columns kept', async () => {
    const file = folder.file(
      'new.csv',
      'id,text,note\r\n7,where is my parcel,"a, ""b"""\r\n3,,empty\r\n9,"two\nlines",x\r\n',
    );
    const { data } = Papa.parse((await predict(file)).stdout, { header: true, skipEmptyLines: true });
    expect(data).toMatchObject([
      { id: '7', text: 'where is my parcel', note: 'a, "b"', label: 'delivery' },
      { id: '3', text: '', note: 'empty' },
      { id: '9', text: 'two\nlines', note: 'x' },
    ]);
    expect(data.every((row) => Number((row as { score: string }).score) > 0)).toBe(true);
  });

  test("an input's own label column steps aside", async () => {
    const ran = await predict(tickets);
    const { data, meta } = Papa.parse<Record<string, string>>(ran.stdout, {
      header: true,
      skipEmptyLines: true,
    });
    expect(meta.fields).toEqual(['text', 'input_label', 'label', 'score']);
    expect(data.map((row) => [row.text, row.input_label])).toEqual(rows);
    const right = data.filter((row) => row.label === row.input_label).length;
    expect(right / data.length).toBeGreaterThan(0.9);
    expect(ran.stderr).toContain('"label" is kept as "input_label"');
  });

  test('standard input, to a file, as JSON lines', async () => {
    const output = join(folder.path, 'out', 'rows.jsonl');
    const ran = await maas(['predict', '-', '--format', 'jsonl', '-o', output, '--store', store], {
      input: 'text\nreset my password\nwhere is my parcel\n',
    });
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    const lines = readFileSync(output, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).label)).toEqual(['account', 'delivery']);
  });

  test('lines without a header', async () => {
    const file = folder.file('lines.txt', 'reset my password, please\n\n"where" is my parcel');
    const { predictions } = JSON.parse((await predict(file, '--lines', '--json')).stdout);
    expect(predictions).toHaveLength(3);
    expect(predictions[0].label).toBe('account');
  });

  test('the most probable classes stand best first, whatever their names', async () => {
    const data = folder.file('stars.csv', `text,label\n${'awful,1\nmeh,3\nsplendid,5\n'.repeat(6)}`);
    await json('train', data, '--name', 'stars');
    const ran = await maas([
      'predict',
      'stars',
      '--text',
      'splendid',
      '--json',
      '--top-k',
      '2',
      '--store',
      store,
    ]);
    const { label, top } = JSON.parse(ran.stdout);
    expect(label).toBe('5');
    expect(top.map((each: { label: string }) => each.label)).toHaveLength(2);
    expect(top[0].label).toBe('5');
    expect(top[0].score).toBeGreaterThan(top[1].score);
  });

  test('with --output and --json, stdout holds a summary', async () => {
    const output = join(folder.path, 'summed.csv');
    const ran = await predict(tickets, '-o', output, '--json');
    expect(JSON.parse(ran.stdout)).toEqual({ model: 'tickets', version: 1, rows: 420, output });
    expect((await predict(tickets, '-o', '-')).stdout).toBe(readFileSync(output, 'utf8'));
    expect(readFileSync(output, 'utf8')).toMatch(/^text,input_label,label,score\n/);
  });

  test.skipIf(!existsSync('/dev/full'))('a full disk is an error', async () => {
    const ran = await predict(tickets, '-o', '/dev/full');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('error: /dev/full cannot be written (ENOSPC)');
  });

  test('the columns that were trained on are those that are looked for', async () => {
    const file = folder.file('named.csv', `body,kind,label\n${'red car,a,x\nblue dog,b,y\n'.repeat(8)}`);
    await json('train', file, '--text-column', 'body', '--label-column', 'kind', '--name', 'named');
    expect((await json('evaluate', 'named', '--data', file)).metrics.accuracy).toBe(1);
    // and where a file has other names, those are found as ever
    const usual = folder.file('usual.csv', 'text,label\nred car,a\nblue dog,b\n');
    expect((await json('evaluate', 'named', '--data', usual)).metrics.accuracy).toBe(1);
    const ran = await maas(['predict', 'named', file, '--store', store]);
    expect(ran.stdout.split('\n')[1]).toMatch(/^red car,a,x,a,/);
  });

  test('a row that cannot be read keeps its place', async () => {
    const file = folder.file(
      'bad.csv',
      'text,id\nwhere is my parcel,1\nbroken\n"x",2,3\nreset my password,4\n',
    );
    const ran = await predict(file);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain(
      `${file}:3: it has 1 field, expected 2; the row is answered without a label`,
    );
    expect(ran.stdout.split('\n').map((line) => line.replace(/0\.\d+$/, 'p'))).toEqual([
      'text,id,label,score',
      'where is my parcel,1,delivery,p',
      'broken,,,',
      'x,"2,3",,',
      'reset my password,4,account,p',
      '',
    ]);
    const failed = await predict(file, '--on-bad-row', 'fail', '-o', join(folder.path, 'never.csv'));
    expect(failed.code).toBe(3);
    expect(readdirSync(folder.path).filter((name) => name.includes('never'))).toEqual([]);
  });
});

test('models list and show', async () => {
  const { models } = await json('models', 'list', 'tickets');
  expect(models[0]).toMatchObject({ model: 'tickets', version: 1, classes: 5 });
  const shown = await json('models', 'show', 'tickets@1');
  expect(shown).toMatchObject({
    format: 'maas-model',
    formatVersion: 1,
    model: 'tickets',
    version: 1,
    seed: 42,
  });
  expect(shown.data.files[0].rows).toBe(420);
  expect(Object.keys(shown.files).sort()).toEqual([
    'confusion_matrix.csv',
    'golden.json',
    'metrics.json',
    'per_class.csv',
    'pipeline.json',
    'predictions.csv',
    'report.md',
    'scores.safetensors',
    'vocabulary.json',
    'weights.safetensors',
  ]);
  const text = await maas(['models', 'show', 'tickets@1', '--store', store]);
  expect(text.stdout).toContain('classes   account, billing, delivery, product, returns');
  expect(text.stdout).toMatch(/\nfile +bytes\n(?:\S+ +[\d,]+\n){10}$/);
});
