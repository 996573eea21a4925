import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { beforeAll, describe, expect, test } from 'vitest';
import type { EvaluateResult } from '../../src/tasks/evaluate.js';
import { maas } from '../support/maas.js';
import { pythonWith } from '../support/python.js';
import { dataSet } from '../support/sets.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const inStore = { cwd: folder.path, env: { MAAS_STORE: join(folder.path, 'store') } };
const run = (args: string[], input?: string) =>
  maas([...args, '--json'], { ...inStore, ...(input !== undefined && { input }) });
const evaluate = async (args: string[], input?: string) => {
  const { stdout, stderr, code } = await run(['evaluate', 'sliced', ...args], input);
  return {
    code,
    stderr,
    stdout,
    ...(JSON.parse(stdout) as EvaluateResult & { error?: { message: string } }),
  };
};

interface Row {
  text: string;
  label: string;
  source: string;
  waited: string;
}
const sources = ['web', 'mail', 'app, mobile', ''];
const rows = Papa.parse<Row>(readFileSync(tickets, 'utf8'), { header: true, skipEmptyLines: true }).data.map(
  ({ text, label }, r) => ({
    text,
    label,
    source: sources[(r * 7 + (r >> 3)) % 4]!,
    waited: String((r * 37) % 101),
  }),
);
const csv = Papa.unparse(rows);
const file = () => join(folder.path, 'rows.csv');

beforeAll(async () => {
  folder.file('rows.csv', csv);
  const { code } = await run(['train', 'rows.csv', '--name', 'sliced', '--preset', 'sklearn']);
  expect(code).toBe(0);
});

/** What the version said of its held-out rows, by their number in the file. */
function predictions(): { row: number; line: number; label: string; predicted: string; score: number }[] {
  const path = join(folder.path, 'store', 'models', 'sliced', '1', 'predictions.csv');
  return Papa.parse(readFileSync(path, 'utf8'), { header: true, dynamicTyping: true, skipEmptyLines: true })
    .data as never;
}

test('held-out rows are divided by what their file says of them, with texts if they are asked for', async () => {
  const found = await evaluate(['--slice', 'source', '--slice', 'waited', '--keep-text']);
  expect(found.code).toBe(0);
  expect(found.slicedBy).toMatchObject([
    { by: 'source', how: 'values', slices: new Set(rows.map(({ source }) => source)).size },
    { by: 'waited', how: 'quartiles', slices: 4 },
    { by: 'text_length', how: 'quartiles', slices: 4 },
    { by: 'script', how: 'values', distinct: 2, slices: 2 },
  ]);
  const said = predictions();
  for (const slice of found.slices!) {
    const [low, high = low] = slice.value.split(' to ').map(Number);
    const between = (number: number) => number >= low! && number <= high!;
    const inside = {
      source: ({ source }: Row) => source === (slice.value === '(empty)' ? '' : slice.value),
      waited: ({ waited }: Row) => between(Number(waited)),
      text_length: ({ text }: Row) => between(text.length),
      script: ({ text }: Row) => /\p{sc=Han}/u.test(text) === (slice.value === 'Han'),
    }[slice.by]!;
    const own = said.filter(({ row }) => inside(rows[row - 1]!));
    const hits = own.filter(({ label, predicted }) => label === predicted).length;
    expect(slice.n, `${slice.by} ${slice.value}`).toBe(own.length);
    expect(slice.accuracy).toBeCloseTo(hits / own.length, 12);
  }
  const order = found.slices!.map(({ n, differenceInterval }) => [Number(n < 20), differenceInterval![1]]);
  expect(order).toEqual([...order].sort(([a, b], [c, d]) => a! - c! || b! - d!));

  const wrong = said.filter(({ label, predicted }) => label !== predicted);
  wrong.sort((a, b) => b.score - a.score);
  expect(found.mistakes!.length).toBe(Math.min(20, wrong.length));
  found.mistakes!.forEach(({ file, row, line, label, predicted, text }, i) => {
    expect({ file, row, line, label, predicted }).toMatchObject({
      file: 'rows.csv',
      row: wrong[i]!.row,
      line: wrong[i]!.line,
      label: wrong[i]!.label,
    });
    expect(text).toBe(rows[row - 1]!.text);
  });
  const pairs = found.confusedPairs.map(({ rows }) => rows);
  expect(pairs.reduce((sum, n) => sum + n, 0)).toBe(wrong.length);
  expect(pairs).toEqual([...pairs].sort((a, b) => b - a));
});

test('no text leaves the command unless it is asked for', async () => {
  const { stdout, mistakes } = await evaluate([]);
  expect(mistakes!.length).toBeGreaterThan(0);
  expect(mistakes!.every(({ text }) => text === undefined)).toBe(true);
  expect(
    rows.some(({ text }) => text.length > 12 && stdout.includes(JSON.stringify(text).slice(1, -1))),
  ).toBe(false);
});

test('files and standard input are divided, too, by the same figures', async () => {
  const flags = ['--slice', 'source', '--keep-text'];
  const ofFile = await evaluate(['--data', 'rows.csv', ...flags]);
  const ofInput = await evaluate(['--data', '-', ...flags], csv);
  expect(ofInput.slices).toEqual(ofFile.slices);
  expect(ofInput.mistakes!.map(({ text }) => text)).toEqual(ofFile.mistakes!.map(({ text }) => text));
  expect(ofInput.mistakes![0]).toMatchObject({ file: 'standard input' });
  expect(ofFile.mistakes![0]!.text).toBe(rows[ofFile.mistakes![0]!.row - 1]!.text);
  for (const { by, n, accuracy } of ofFile.slicedBy!.flatMap(({ by }) => ({ by, ...whole(ofFile, by) }))) {
    expect(n, by).toBe(rows.length);
    expect(accuracy).toBeCloseTo(ofFile.metrics.accuracy!, 12);
  }
});

/** The slices of one division together. */
function whole({ slices }: EvaluateResult, division: string) {
  const own = slices!.filter(({ by }) => by === division);
  const n = own.reduce((sum, slice) => sum + slice.n, 0);
  return { n, accuracy: own.reduce((sum, slice) => sum + slice.n * slice.accuracy, 0) / n };
}

test('what cannot be divided is refused, with the reason', async () => {
  expect(await evaluate(['--slice', 'colour'])).toMatchObject({
    code: 3,
    error: { message: 'rows.csv has no column "colour", found "text", "label", "source", "waited"' },
  });
  expect(await evaluate(['--data', 'rows.csv', '--cv', '3', '--slice', 'source'])).toMatchObject({ code: 2 });
});

test('gates hold slices to numbers, before and after a training', async () => {
  const { slices } = await evaluate(['--slice', 'source']);
  const web = slices!.find(({ value }) => value === 'web')!;
  const gates = (share: number) => ['--gate', `accuracy[source=web] >= ${share}`];
  const met = await evaluate(gates(web.accuracy));
  expect(met).toMatchObject({ code: 0, gates: [{ passed: true, value: web.accuracy, margin: 0 }] });
  expect(await evaluate([...gates(1), '--gate', 'difference[script=Han] >= -0.9'])).toMatchObject({
    code: 4,
    gates: [{ passed: false }, { passed: true }],
  });
  // what is missing is not met
  expect(await evaluate(['--gate', 'accuracy[source=fax] >= 0.1'])).toMatchObject({
    code: 4,
    gates: [
      {
        passed: false,
        value: null,
        note: expect.stringMatching(/^no row is of it; of source there are .*web/),
      },
    ],
  });
  const again = await run(['train', 'rows.csv', '--name', 'gated', '--preset', 'sklearn', ...gates(1.5)]);
  expect(again.code).toBe(4);
  expect(JSON.parse(again.stdout)).toMatchObject({
    version: 1,
    gates: [{ passed: false, value: web.accuracy }],
  });
});

test('a file that was given twice is read twice', async () => {
  const trained = await run(['train', 'rows.csv', 'rows.csv', '--name', 'twice', '--preset', 'sklearn']);
  const { stdout } = await run(['evaluate', 'twice', '--slice', 'source']);
  const found = JSON.parse(stdout) as EvaluateResult;
  expect(whole(found, 'source').n).toBe(JSON.parse(trained.stdout).rows.test);
  expect(whole(found, 'source').accuracy).toBeCloseTo(found.metrics.accuracy!, 12);
});

test('rows of a file that has changed or is gone keep their figures, and cannot be divided', async () => {
  const before = await evaluate([]);
  appendFileSync(file(), '\nnew,billing,web,1\n');
  const changed = await evaluate([]);
  expect(changed).toMatchObject({ code: 0, slices: [], metrics: before.metrics, mistakes: before.mistakes });
  expect(changed.stderr).toContain(
    'rows.csv, which the held-out rows come from, has changed since sliced@1 was trained',
  );
  expect(await evaluate(['--slice', 'source'])).toMatchObject({ code: 3 });
  renameSync(file(), `${file()}.gone`);
  const gone = await evaluate(['--keep-text']);
  expect(gone).toMatchObject({ code: 3 });
  expect(gone.error!.message).toBe('rows.csv, which the held-out rows come from, is not there');
  expect((await evaluate([])).slices).toEqual([]);
});

const set = dataSet('sms_spam');
const python = pythonWith('sklearn', 'pandas');
if (!python) console.warn('skipped: no Python with scikit-learn and pandas, so slices are not compared');

describe.skipIf(!set || !python)('on real messages', () => {
  test('slices and mistakes are those of pandas and scikit-learn', async () => {
    const trained = await run(['train', set!.train, '--name', 'sliced', '--preset', 'sklearn']);
    expect(trained.code).toBe(0);
    const ours = await evaluate(['--data', set!.test, '--keep-text']);
    const predicted = await maas(['predict', 'sliced', set!.test, '--quiet'], inStore);
    const table = folder.file('predicted.csv', predicted.stdout);
    const script = `
import json, sys
import pandas as pd
from sklearn.metrics import accuracy_score, f1_score
rows = pd.read_csv(sys.argv[1], keep_default_na=False, dtype={"score": float})
rows["units"] = rows.text.map(lambda text: len(text.encode("utf-16-le")) // 2)
rows["group"] = pd.qcut(rows.units, 4, labels=False, duplicates="drop")
wrong = rows[rows.input_label != rows.label].sort_values("score", ascending=False, kind="stable")
print(json.dumps({
    "slices": {
        f"{group.units.min()} to {group.units.max()}": [
            len(group),
            accuracy_score(group.input_label, group.label),
            f1_score(group.input_label, group.label, average="macro", zero_division=0),
        ]
        for _, group in rows.groupby("group")
    },
    "mistakes": wrong.text.head(5).tolist(),
}))`;
    const theirs = JSON.parse(execFileSync(python!, ['-c', script, table], { encoding: 'utf8' }));
    const lengths = ours.slices!.filter(({ by }) => by === 'text_length');
    expect(lengths.map(({ value }) => value).sort()).toEqual(Object.keys(theirs.slices).sort());
    for (const { value, n, accuracy, f1_macro } of lengths) {
      const [rows, theirAccuracy, theirF1] = theirs.slices[value];
      expect(n).toBe(rows);
      expect(accuracy).toBeCloseTo(theirAccuracy, 12);
      expect(f1_macro).toBeCloseTo(theirF1, 12);
    }
    expect(ours.mistakes!.slice(0, 5).map(({ text }) => text)).toEqual(theirs.mistakes);
  });
});
