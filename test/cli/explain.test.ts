import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const run = (args: string[], options = {}) => maas([...args, '--store', store], options);
const json = async (args: string[], options = {}) => {
  const { stdout, stderr, code } = await run([...args, '--json'], options);
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
};
const refused = async (...args: string[]) => {
  const { stdout, stderr, code } = await run(args);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  return stderr;
};
interface Token {
  text: string;
  start: number;
  end: number;
  contribution: number;
}
const sum = (parts: { contribution: number }[]) =>
  parts.reduce((all, { contribution }) => all + contribution, 0);

const late = 'My parcel was due on Monday, where is my parcel? 退款 👍';

beforeAll(async () => {
  const models = {
    dense: ['--model', 'dense', '--hidden', '8', '--epochs', '30'],
    lstm: ['--model', 'lstm', '--epochs', '3', '--units', '8', '--dim', '8'],
    bag: ['--model', 'bag', '--epochs', '30', '--word-ngrams', '2', '--bucket', '1000'],
    hashed: ['--vectorizer', 'hashing', '--n-features', '4096', '--C', '10'],
    chars: ['--analyzer', 'char_wb', '--ngram-range', '2,4', '--C', '10'],
    linear: ['--C', '10'],
  };
  const rows = readFileSync(tickets, 'utf8').split('\n');
  const two = folder.file(
    'two.csv',
    rows.filter((row, i) => i === 0 || /,(billing|delivery)$/.test(row)).join('\n'),
  );
  const flags = ['--stemmer', 'porter', '--sublinear-tf', '--ngram-range', '1,3', '--stop-words', 'english'];
  await json(['train', two, '--name', 'two', ...flags]);
  for (const [name, flags] of Object.entries(models))
    await json(['train', tickets, '--name', name, ...flags]);
}, 120_000);

describe('a linear model', () => {
  test('says what each word contributes, for machines', async () => {
    const [predicted] = [await json(['predict', 'linear', '--text', late])];
    const found = await json(['explain', 'linear', late]);
    expect(found).toMatchObject({
      model: 'linear',
      version: 1,
      label: 'delivery',
      method: 'linear',
      unit: 'words',
    });
    expect(found.score).toBe(predicted.score);
    expect(found.base + sum(found.tokens)).toBeCloseTo(found.logit, 9);
    const logs = Object.values(predicted.scores as Record<string, number>).map(Math.log);
    expect(found.logit).toBeCloseTo(Math.log(found.score) - logs.reduce((a, b) => a + b) / logs.length, 6);
    const words = found.tokens.map(({ text }: Token) => text);
    expect(words).toEqual([
      'My',
      'parcel',
      'was',
      'due',
      'on',
      'Monday',
      'where',
      'is',
      'my',
      'parcel',
      '退',
      '款',
      '👍',
    ]);
    for (const { text, start, end } of found.tokens as Token[]) expect(late.slice(start, end)).toBe(text);
    expect(
      found.terms.find(({ term }: { term: string }) => term === 'my parcel')?.contribution,
    ).toBeGreaterThan(0);
    // without a text in the arguments, and of another class
    expect(await json(['explain', 'linear', '--text', late])).toEqual(found);
    expect(await json(['explain', '-'], { input: `${late}\n` })).toEqual(found);
    const returns = await json(['explain', late, '--class', 'returns']);
    expect(returns).toMatchObject({
      label: 'returns',
      predicted: 'delivery',
      score: predicted.scores.returns,
    });
    expect(returns.tokens.at(-2).contribution).toBeGreaterThan(found.tokens.at(-2).contribution);
  });

  test('shows it to people, in colours only where they are asked for', async () => {
    const { stdout } = await run(['explain', 'linear', 'where is my parcel']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^linear@1 delivery 0\.\d{4}$/);
    expect(lines[2]).toMatch(/^word +contribution$/);
    expect(lines.slice(3, 7).map((line) => line.split(/ +/)[0])).toEqual(['where', 'is', 'my', 'parcel']);
    expect(lines[6]).toMatch(/^parcel +\+\d\.\d{4}$/);
    expect(stdout).not.toContain('\u001b');
    const env = { FORCE_COLOR: '1', NO_COLOR: undefined };
    const { stdout: tinted } = await run(['explain', 'linear', 'where is \u001b[2J parcel'], { env });
    expect(tinted).toContain('\u001b[32m');
    expect(tinted).not.toContain('\u001b[2J');
  });

  test('shows the words that weigh most, in the order of the text, or rows of all', async () => {
    const { tokens } = await json(['explain', 'linear', late]);
    const shown = (await run(['explain', 'linear', late, '--top', '3'])).stdout.split('\n').slice(3, 6);
    const sizes: number[] = tokens.map(({ contribution }: Token) => Math.abs(contribution));
    const third = [...sizes].sort((a, b) => b - a)[2]!;
    const heavy = (tokens as Token[]).filter((_, t) => sizes[t]! >= third);
    expect(shown.map((line) => line.split(' ')[0])).toEqual(heavy.map(({ text }) => text));
    const { stdout: csv } = await run(['explain', 'linear', late, '--format', 'csv']);
    expect(csv.split('\n')[0]).toBe('text,start,end,contribution');
    expect(csv.split('\n')).toHaveLength(tokens.length + 2);
    const { stdout: jsonl } = await run(['explain', 'linear', late, '--format', 'jsonl']);
    expect(
      jsonl
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(tokens);
    expect((await run(['explain', 'linear', '', '--format', 'csv'])).stdout).toBe(
      'text,start,end,contribution\n',
    );
  });

  test.each(['', '   ', 'qqqq zzzz', '\u{1f9ff}', 'İİİ'])('takes the odd text %j', async (text) => {
    const found = await json(['explain', 'linear', '--text', text]);
    expect(found.logit).toBeCloseTo(found.base + sum(found.tokens), 12);
    for (const token of found.tokens as Token[]) expect(text.slice(token.start, token.end)).toBe(token.text);
    expect((await run(['explain', 'linear', '--text', text])).code).toBe(0);
  });

  test('of characters, says it of each character', async () => {
    const found = await json(['explain', 'chars', late]);
    expect(found).toMatchObject({ label: 'delivery', unit: 'characters' });
    expect(found.tokens.map(({ text }: Token) => text).join('')).toBe(late.replaceAll(' ', ''));
    expect(found.base + sum(found.tokens)).toBeCloseTo(found.logit, 9);
    expect((await run(['explain', 'chars', late])).stdout).toContain('strongest of');
  });

  test.each(['billing', 'delivery'])('of two classes, sums to the log-odds of %s', async (label) => {
    const { scores } = await json(['predict', 'two', '--text', late]);
    const found = await json(['explain', 'two', late, '--class', label]);
    expect(found.logit).toBeCloseTo(Math.log(scores[label] / (1 - scores[label])), 9);
    expect(found.base + sum(found.tokens)).toBeCloseTo(found.logit, 9);
    expect(found.tokens.map(({ text }: Token) => text)).not.toContain('was');
  });

  test('names the terms for and against each class', async () => {
    const found = await json(['explain', 'linear', '--terms', '--top', '5']);
    expect(found.classes.map(({ label }: Token & { label: string }) => label)).toEqual([
      'account',
      'billing',
      'delivery',
      'product',
      'returns',
    ]);
    const [only] = (await json(['explain', 'linear', '--terms', '--top', '5', '--class', 'delivery']))
      .classes;
    expect(only).toEqual(found.classes[2]);
    expect(only.for.map(({ term }: { term: string }) => term)).toContain('parcel');
    expect(only.for).toHaveLength(5);
    const { stdout } = await run([
      'explain',
      'linear',
      '--terms',
      '--top',
      '5',
      '--class',
      'delivery',
      '--format',
      'csv',
    ]);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toBe('class,side,term,weight');
    expect(rows).toHaveLength(10);
    expect(rows[0]).toBe(`delivery,for,${only.for[0].term},${only.for[0].weight}`);
    expect((await run(['explain', 'linear', '--terms'])).stdout).toMatch(
      /for delivery +weight +against +weight/,
    );
  });
});

describe('any other model', () => {
  test.each(['dense', 'lstm', 'bag', 'hashed'])(
    '%s says how far the log-odds fall without each word',
    async (name) => {
      const found = await json(['explain', name, late]);
      expect(found).toMatchObject({ method: 'occlusion', unit: 'words', terms: [] });
      expect(found.tokens).toHaveLength(13);
      const logOdds = async (text: string) => {
        const { scores } = await json(['predict', name, '--text', text]);
        return Math.log(scores[found.label] / (1 - scores[found.label]));
      };
      expect(found.logit).toBeCloseTo(await logOdds(late), 3);
      const { start, end, contribution } = found.tokens[5] as Token;
      const without = `${late.slice(0, start)} ${late.slice(end)}`;
      expect(contribution).toBeCloseTo(found.logit - (await logOdds(without)), 3);
      const empty = await json(['explain', name, '']);
      expect(empty).toMatchObject({ tokens: [], logit: empty.base });
    },
  );

  test('tells so, and that a repeated word is weighed by each of its places', async () => {
    const { stdout } = await run(['explain', 'dense', late]);
    expect(stdout).toMatch(/occlusion: how far the log-odds of \w+ fall/);
    expect(stdout.match(/^parcel /gm)).toHaveLength(2);
  });

  test('has no terms to name', async () => {
    expect(await refused('explain', 'hashed', '--terms')).toContain('does not know their names');
    expect(await refused('explain', 'dense', '--terms')).toContain(
      '"dense" on "tfidf", which has no weights of terms',
    );
  });
});

test('what makes no sense is refused', async () => {
  expect(await refused('explain')).toContain('there is nothing to explain');
  expect(await refused('explain', 'linear', 'x', '--class', 'nonsense')).toContain('has no class "nonsense"');
  expect(await refused('explain', 'linear', '--terms', '--class', 'nonsense')).toContain(
    'expected one of account',
  );
  expect(await refused('explain', 'linear', 'x', '--text', 'y')).toContain('both a text');
  expect(await refused('explain', 'linear', 'x', '--terms')).toContain('both a text and --terms');
  expect(await refused('explain', 'dense', 'word '.repeat(6000))).toContain('6000 words, too many');
});
