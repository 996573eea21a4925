import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Papa from 'papaparse';
import { beforeAll, expect, test } from 'vitest';
import type { Prediction } from '../../src/predictions.js';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const inStore = { cwd: folder.path, env: { MAAS_STORE: store } };
const run = (...args: string[]) => maas(args, inStore);
const json = async (...args: string[]) => {
  const { stdout, code, stderr } = await run(...args, '--json');
  return { code, stderr, ...JSON.parse(stdout) };
};
const labelled = readFileSync(tickets, 'utf8');
const body = labelled.slice(labelled.indexOf('\n') + 1);
/** Enough for a thread of its own. */
const large = folder.file('large.csv', labelled + body.repeat(11));
let decided: Awaited<ReturnType<typeof json>>;
let plain: Awaited<ReturnType<typeof json>>;

beforeAll(async () => {
  const floor = ['--tune-threshold', 'recall(billing) >= 0.95'];
  decided = await json(
    'train',
    tickets,
    '--name',
    'decided',
    '--validation-size',
    '0.25',
    '--calibrate',
    ...floor,
  );
  plain = await json('train', tickets, '--name', 'plain', '--validation-size', '0.25');
});

/** What predict says of each row, as JSON. */
const rowsOf = async (...args: string[]): Promise<(Prediction & { labels?: string[] })[]> => {
  const { stdout } = await run('predict', ...args, '--format', 'jsonl');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};
const fieldsOf = (csv: string) => Papa.parse<string[]>(csv.trim()).data.slice(1);
const texts = fieldsOf(labelled).map(([text]) => text!);
const truth = fieldsOf(labelled).map(([, label]) => label!);

test('a temperature is fitted on validation rows, and what it changes is told', async () => {
  const { calibration } = decided;
  expect(calibration).toMatchObject({ method: 'temperature', source: 'validation', rows: 105 });
  expect(calibration.log_loss.after).toBeLessThan(calibration.log_loss.before);
  expect(plain.calibration).toBeUndefined();
  expect(calibration.test.before.log_loss).toBeCloseTo(plain.metrics.log_loss, 5);
  expect(calibration.test.before.brier_score).toBeCloseTo(plain.metrics.brier_score, 5);
  expect(calibration.test.before.expected_calibration_error).toBeCloseTo(
    plain.metrics.expected_calibration_error,
    5,
  );
  expect(calibration.test.after.log_loss).toBeCloseTo(decided.metrics.log_loss, 12);
  const [before, after] = (await Promise.all(['plain', 'decided'].map((name) => rowsOf(name, tickets)))) as [
    Prediction[],
    Prediction[],
  ];
  // logits less each other are those of before, divided
  const { temperature } = calibration;
  before.forEach(({ scores }, r) => {
    const [a, b] = ['billing', 'returns'] as const;
    const odds = (of: Record<string, number>) => Math.log(of[a]! / of[b]!);
    expect(odds(after[r]!.scores) * temperature).toBeCloseTo(odds(scores), 4);
  });
  const evaluated = await json('evaluate', 'decided');
  expect(evaluated.calibration).toEqual(calibration.test);
  const report = readFileSync(join(decided.path, 'report.md'), 'utf8');
  expect(report).toContain('## Calibration');
  expect(report).toContain('| recall(billing) \\>= 0.95 |');
});

test('files, streams, single texts, exports and evaluations decide alike', async () => {
  const { thresholds } = decided;
  expect(thresholds).toMatchObject({ source: 'validation', rows: 105, targets: [{ met: true }] });
  const [{ label, threshold }] = thresholds.thresholds;
  expect(label).toBe('billing');
  expect(thresholds.targets[0].value).toBeGreaterThanOrEqual(0.95);
  const rows = await rowsOf('decided', large);
  const expected = rows.map(({ scores }) => {
    if (scores.billing! >= threshold) return 'billing';
    const others = Object.entries(scores).filter(([name]) => name !== 'billing');
    return others.sort(([, a], [, b]) => b - a)[0]![0];
  });
  expect(rows.map((row) => row.label)).toEqual(expected);
  const most = ({ scores }: Prediction) => Object.entries(scores).sort(([, a], [, b]) => b - a)[0]![0];
  const other = rows.findIndex((row) => row.label !== most(row));
  expect(other).toBeGreaterThan(-1);
  expect(rows[other]!.score).toBe(rows[other]!.scores.billing);

  const stream = await maas(['predict', 'decided', '-', '--format', 'jsonl'], {
    ...inStore,
    input: labelled,
  });
  expect(
    stream.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(rows.slice(0, truth.length));
  const text = texts[other]!;
  expect(await json('predict', 'decided', '--text', text)).toMatchObject(rows[other]!);
  const top = await json('predict', 'decided', '--text', text, '--top-k', '2');
  expect(top.top.map((each: { label: string }) => each.label)).toEqual(['billing', most(rows[other]!)]);

  expect((await run('export', 'decided', '-o', join(folder.path, 'model'))).code).toBe(0);
  const exported = await import(pathToFileURL(join(folder.path, 'model', 'model.js')).href);
  expect(exported.predict(text)).toEqual(rows[other]);
  expect(await json('export', 'decided', '--format', 'tfjs')).toMatchObject({
    code: 2,
    error: { message: 'decided@1 decides by thresholds, and the format tfjs holds scores alone' },
  });

  const evaluated = await json('evaluate', 'decided', '--data', tickets);
  const right = truth.filter((own, r) => rows[r]!.label === own).length;
  expect(evaluated.metrics.accuracy).toBeCloseTo(right / truth.length, 12);
  const compared = await json('models', 'compare', 'plain', 'decided', '--data', large);
  expect(compared.code).toBe(0);
});

test('without validation rows both are fitted on training rows out of fold', async () => {
  const targets = ['--tune-threshold', 'f1_macro', '--tune-threshold', 'precision(returns) >= 1'];
  const found = await json('train', tickets, '--name', 'folds', '--calibrate', ...targets, '--threads', '1');
  expect(found).toMatchObject({
    code: 0,
    rows: { train: 336, validation: 0 },
    calibration: { source: 'folds', rows: 336 },
  });
  expect(found.thresholds.thresholds).toHaveLength(5);
  expect(found.timings.calibrate).toBeGreaterThan(0);
  const again = await json('train', tickets, '--name', 'folds', '--calibrate', ...targets);
  const digests = await Promise.all(
    [1, 2].map(async (version) => (await json('models', 'show', `folds@${version}`)).files),
  );
  expect(again.calibration.temperature).toBe(found.calibration.temperature);
  for (const file of ['pipeline.json', 'weights.safetensors', 'calibration.safetensors']) {
    expect(digests[0][file]).toEqual(digests[1][file]);
  }
  // a temperature alone is part of the layers
  expect((await run('train', tickets, '--name', 'warm', '--calibrate')).code).toBe(0);
  expect((await json('export', 'warm', '--format', 'tfjs')).check.maxAbsDelta).toBeLessThan(1e-5);
});

test('below a score there is no label, and evaluate says what that is worth', async () => {
  const all = await rowsOf('plain', tickets);
  const { stdout, stderr } = await run('predict', 'plain', tickets, '--min-score', '0.6');
  const sure = all.filter(({ score }) => score >= 0.6);
  expect(stderr).toContain(`${all.length - sure.length} of ${all.length} rows have no label: below 0.6`);
  fieldsOf(stdout).forEach((fields, r) => {
    const { label, score } = all[r]!;
    expect(fields.slice(-2)).toEqual([score >= 0.6 ? label : '', score.toFixed(6)]);
  });
  const unsure = all.find(({ score }) => score < 0.6)!;
  const [first] = (await rowsOf('plain', tickets, '--min-score', '0.6')).filter(
    ({ label }) => label === null,
  );
  expect(first).toEqual({ ...unsure, label: null });
  const { abstention, report } = await json('evaluate', 'plain', '--data', tickets, '--min-score', '0.6');
  const right = all.filter(({ label, score }, r) => score >= 0.6 && label === truth[r]).length;
  expect(abstention).toEqual({
    minScore: 0.6,
    rows: sure.length,
    answered: sure.length / all.length,
    accuracy: right / sure.length,
  });
  const figures = JSON.parse(readFileSync(join(dirname(report), 'metrics.json'), 'utf8'));
  expect(figures.abstention).toEqual(abstention);
  expect(readFileSync(report, 'utf8')).toContain(`<li>from 0.6 on: ${sure.length} rows answered`);
});

test('label sets hold the label as often as evaluate measures', async () => {
  const rows = await rowsOf('plain', tickets, '--coverage', '0.9');
  const { coverage } = await json('evaluate', 'plain', '--data', tickets, '--coverage', '0.9');
  expect(coverage).toMatchObject({ coverage: 0.9, calibrationRows: 105 });
  rows.forEach(({ label, labels, scores }) => {
    const reached = Object.keys(scores).filter((name) => scores[name]! >= coverage.floor || name === label);
    expect(labels).toEqual(reached.sort((a, b) => scores[b]! - scores[a]!));
  });
  const covered = rows.filter(({ labels }, r) => labels!.includes(truth[r]!)).length;
  expect(coverage.covered).toBeCloseTo(covered / rows.length, 12);
  const members = rows.reduce((sum, { labels }) => sum + labels!.length, 0);
  expect(coverage.meanSetSize).toBeCloseTo(members / rows.length, 12);
  const { stdout } = await run('predict', 'plain', tickets, '--coverage', '0.9');
  expect(stdout).toMatch(/^text,input_label,label,score,labels\n/);
  expect(fieldsOf(stdout).map((fields) => fields.at(-1))).toEqual(
    rows.map(({ labels }) => labels!.join('|')),
  );
  const all = await json('evaluate', 'plain', '--coverage', '0.999');
  expect(all.coverage).toMatchObject({ floor: null, covered: 1, meanSetSize: 5 });
  expect(all.stderr).toContain('105 calibration rows are too few for a coverage of 0.999, which takes 999');
});

test('what cannot be is told', async () => {
  const unreachable = ['precision(billing) >= 1', 'recall(billing) >= 1'].flatMap((each) => [
    '--tune-threshold',
    each,
  ]);
  const [missed, unknown, unread, two, without] = await Promise.all([
    json('train', tickets, '--name', 'missed', '--validation-size', '0.25', ...unreachable),
    json('train', tickets, '--tune-threshold', 'recall(spam) >= 0.9'),
    json('train', tickets, '--tune-threshold', 'log_loss'),
    json('train', tickets, '--tune-threshold', 'f1_macro', '--tune-threshold', 'accuracy'),
    (async () => {
      await run('train', tickets, '--name', 'bare');
      return json('predict', 'bare', '--text', 'a', '--coverage', '0.9');
    })(),
  ]);
  expect(missed.code).toBe(0);
  expect(missed.stderr).toMatch(
    /(precision|recall)\(billing\) >= 1 cannot be reached on the 105 validation rows: 0\.\d+ comes nearest/,
  );
  expect(unknown).toMatchObject({
    code: 2,
    error: { hint: 'the classes are account, billing, delivery, product, returns' },
  });
  expect(unread).toMatchObject({ code: 2 });
  expect(unread.error.message).toContain('--tune-threshold is ["log_loss"], expected conditions such as');
  expect(two.code).toBe(2);
  expect(without).toMatchObject({
    code: 2,
    error: { message: expect.stringContaining('without validation rows') },
  });
});
