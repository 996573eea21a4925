import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { workflowCommand } from '../../src/cli/ci/annotations.js';
import { xml } from '../../src/cli/ci/junit.js';
import { outputLines } from '../../src/cli/ci/outputs.js';
import { maas } from '../support/maas.js';
import { pythonWith } from '../support/python.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const read = (name: string) => readFileSync(join(folder.path, name), 'utf8');

/** A label with everything that ends something in Markdown, XML, OpenMetrics or a workflow command. */
const hostile = 'a|b "c" <d> & \\ \u0001\n::error::e%0A\nmaas';
/** 40 rows of two classes, and between them rows that cannot be used. */
const csv = (bad: number) =>
  [
    'text,label',
    ...Array.from({ length: 40 }, (_, i) =>
      i % 2
        ? `"good ${i}, fine word${i % 7}","${hostile.replaceAll('"', '""')}"`
        : `bad ${i} poor word${i % 7},-`,
    ),
    ...Array.from({ length: bad }, () => ',-'),
  ].join('\n');
const odd = 'rows, 100%.csv';

const github = {
  GITHUB_ACTIONS: 'true',
  GITHUB_WORKSPACE: folder.path,
  GITHUB_STEP_SUMMARY: join(folder.path, 'summary.md'),
  GITHUB_OUTPUT: join(folder.path, 'output.txt'),
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'a/b',
  GITHUB_RUN_ID: '7',
};
const run = (env: Record<string, string>, ...args: string[]) => maas(args, { cwd: folder.path, env });

/** Names and values of GITHUB_OUTPUT, as the runner reads them; later ones win. */
function outputsOf(text: string): Record<string, string> {
  const lines = text.split('\n');
  const found: Record<string, string> = {};
  for (let at = 0; at < lines.length - 1; at++) {
    const [, name, end] = /^(\w+)<<(\S+)$/.exec(lines[at]!) ?? [];
    const last = lines.indexOf(end!, at + 1);
    expect(last).toBeGreaterThan(at);
    found[name!] = lines.slice(at + 1, last).join('\n');
    at = last;
  }
  return found;
}

beforeAll(async () => {
  folder.file(odd, csv(12));
  const champion = ['--promote', 'champion', '--name', 'odd', '--seed', '1'];
  const gates = ['--gate', 'accuracy >= champion', '--gate', `recall("${hostile}") >= 0`];
  const files = ['--junit', 'first/junit.xml', '--openmetrics', 'first/metrics.txt'];
  const { code, stderr } = await run({}, 'train', odd, ...champion, ...gates, ...files);
  expect(stderr).toContain(`warning: ${odd}:`);
  expect(stderr).not.toContain('::warning');
  expect(code).toBe(0);
});

describe('on GitHub', () => {
  test('a training adds its summary and outputs, and annotates bad rows', async () => {
    const asked = [
      '--model',
      'majority',
      '--gate',
      'f1_macro >= champion',
      '--promote',
      'champion',
      '--seed',
      '1',
    ];
    const { code, stderr, stdout } = await run(github, 'train', odd, '--name', 'odd', ...asked);
    expect(code).toBe(4);
    expect(stdout).not.toContain('::');
    const annotated = stderr.split('\n').filter((line) => line.startsWith('::'));
    const place = 'file=rows%2C 100%25.csv,line=';
    expect(annotated.filter((line) => line.startsWith(`::warning ${place}`))).toHaveLength(8);
    expect(stderr).toMatch(/^warning: rows, 100%\.csv:\d+: its text is empty/m);
    expect(annotated).toContain('::warning::12 bad rows were left out of 52');
    expect(annotated).toContain('::error::1 of 1 gate is not met: "f1_macro >= champion"');

    expect(outputsOf(read('output.txt'))).toMatchObject({
      ...{ model: 'odd', version: '2', reference: 'odd@2', path: 'artifacts/models/odd/2', rows: '8' },
      ...{ accuracy: '0.5', gates_passed: 'false', promoted: 'false', verdict: expect.any(String) },
    });
    const summary = read('summary.md');
    expect(summary).toContain('## maas train: odd@2\n\n❌ **1 of 1 gate is not met.** Not promoted.');
    expect(summary).toMatch(/^\| accuracy \| 0\.5000 \| 0\.\d{4}–/m);
    expect(summary).toMatch(/^\| f1\\_macro \\>= champion \| 0\.3333 \| [\d.]+ \| −[\d.]+ \| ❌ failed \|$/m);
    expect(summary).toContain('### odd@2 against odd@1');
    expect(summary).toContain('12 bad rows were left out.');
    expect(summary).toContain('](https://github.example/a/b/actions/runs/7)');
    // what a label holds stays inside of its cell, and on its line
    expect(summary).toContain('| a\\|b "c" \\<d\\> & \\\\ \u0001 ::error::e%0A maas |');
  });

  test('an evaluation and a comparison add theirs; --ci none adds nothing', async () => {
    const before = read('summary.md').length;
    const silent = await run(github, 'evaluate', 'odd@1', '--ci', 'none');
    expect(silent.code).toBe(0);
    expect(read('summary.md')).toHaveLength(before);
    await run(github, 'evaluate', 'odd@2');
    await run(github, 'models', 'compare', 'odd@1', 'odd@2');
    const added = read('summary.md').slice(before);
    expect(added).toMatch(/## maas evaluate: odd@2\n\nAccuracy against odd@1: \*\*/);
    expect(added).toMatch(/## maas models compare: odd@2\n/);
    expect(added).toContain('### Most confused');
  });

  test('errors name the line of the file, and the summary says that it failed', async () => {
    const { code, stderr } = await run(github, 'train', odd, '--on-bad-row', 'fail');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^::error file=rows%2C 100%25\.csv,line=\d+::rows, 100%25\.csv:\d+: its text/m);
    expect(read('summary.md')).toMatch(
      /## maas train\n\n\*\*Failed:\*\* rows, 100%\.csv:\d+: its text is empty\n/,
    );
  });

  test('files that cannot be written are told, and end nothing', async () => {
    const nowhere = { ...github, GITHUB_STEP_SUMMARY: join(folder.path, 'no', 'where') };
    const { code, stderr } = await run(nowhere, 'evaluate', 'odd@1');
    expect(code).toBe(0);
    expect(stderr).toContain('cannot be written (ENOENT)');
  });
});

test('on GitLab metrics.txt is written, unless another is asked for', async () => {
  const gitlab = { GITLAB_CI: 'true' };
  await run(gitlab, 'evaluate', 'odd@1', '--openmetrics', 'asked.txt');
  expect(existsSync(join(folder.path, 'metrics.txt'))).toBe(false);
  expect(read('asked.txt')).toMatch(/^maas_accuracy\{model="odd"\} [\d.]+$/m);
  await run(gitlab, 'evaluate', 'odd@2');
  expect(read('metrics.txt')).toMatch(/^maas_version\{model="odd"\} 2$/m);
});

test('a file that was asked for and cannot be written is refused before the work', async () => {
  const refused = await run({}, 'train', tickets, '--junit', folder.path);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('is a directory') });
  const toStdout = await run({}, 'train', tickets, '--junit', '-');
  expect(toStdout).toMatchObject({ code: 2, stderr: expect.stringContaining('expected a file for --junit') });
  expect(existsSync(join(folder.path, 'artifacts', 'models', 'tickets'))).toBe(false);
});

test('JUnit: a case for each gate, skipped without a champion, and an error where there was none to ask', async () => {
  const first = read('first/junit.xml');
  expect(first).toContain('tests="2" failures="0" errors="0" skipped="1"');
  expect(first).toContain('<skipped message="there is no odd@champion yet"/>');
  await run(
    {},
    'evaluate',
    'odd@2',
    '--gate',
    'accuracy >= 0.99',
    '--gate',
    'n >= 1',
    '--junit',
    'second.xml',
  );
  expect(read('second.xml')).toContain('tests="2" failures="1" errors="0" skipped="0"');
  expect(read('second.xml')).toContain('message="value 0.5000, threshold 0.9900, margin −0.4900"');
  await run({}, 'evaluate', 'nobody', '--junit', 'third.xml', '--openmetrics', 'third.txt');
  expect(read('third.xml')).toContain('tests="1" failures="0" errors="1" skipped="0"');
  expect(existsSync(join(folder.path, 'third.txt'))).toBe(false);
});

describe('what data holds cannot end what it stands in', () => {
  test('workflow commands', () => {
    const command = workflowCommand('error', 'a\r\n::b% c', { file: 'a,b:c%\n', line: '3' });
    expect(command).toBe('::error file=a%2Cb%3Ac%25%0A,line=3::a%0D%0A::b%25 c');
  });

  test('step outputs', () => {
    const value = 'a\nmaas_x\nmodel=b\n';
    expect(outputsOf(outputLines({ path: value, none: null, version: 3 }))).toEqual({
      path: value,
      version: '3',
    });
  });

  test('XML', () => {
    expect(xml('<a b="c">&\u0000\n\ud800\ufffe')).toBe(
      '&lt;a b=&quot;c&quot;&gt;&amp;\ufffd&#10;\ufffd\ufffd',
    );
  });
});

const python = pythonWith('prometheus_client', 'xml.etree');
test.skipIf(python === undefined)(
  'real parsers read the files, labels and all (needs prometheus_client)',
  () => {
    writeFileSync(
      join(folder.path, 'read.py'),
      `
import json, sys
from xml.etree import ElementTree
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = list(text_string_to_metric_families(open('first/metrics.txt', newline='').read()))
suite, = ElementTree.parse('first/junit.xml').getroot()
json.dump({
  'classes': [s.labels['class'] for f in families if f.name == 'maas_class_f1' for s in f.samples],
  'gates': [[s.labels['gate'], s.value] for f in families if f.name == 'maas_gate_passed' for s in f.samples],
  'names': [f.name for f in families],
  'cases': [case.get('name') for case in suite.iter('testcase')],
  'order': [child.tag for child in suite],
}, sys.stdout)`,
    );
    const found = JSON.parse(
      execFileSync(python!, ['read.py'], {
        cwd: folder.path,
        encoding: 'utf8',
        env: { PYTHONIOENCODING: 'utf8' },
      }),
    );
    const told = hostile.replace('\u0001', ' ');
    expect(found.classes).toEqual(['-', told]);
    expect(found.gates).toEqual([
      ['accuracy >= champion', 1],
      [`recall("${told}") >= 0`, 1],
    ]);
    expect(found.names).toEqual(
      expect.arrayContaining(['maas_accuracy', 'maas_accuracy_bound', 'maas_total_seconds']),
    );
    expect(found.cases).toEqual([
      'accuracy >= champion',
      `recall("${hostile.replace('\u0001', '\ufffd')}") >= 0`,
    ]);
    expect(found.order).toEqual(['properties', 'testcase', 'testcase', 'system-out', 'system-err']);
  },
);
