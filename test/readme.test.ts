import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { commands } from '../src/cli/commands/index.js';
import { type FlagName, flags, longFlag } from '../src/cli/flags.js';
import { common } from '../src/cli/program.js';
import { chromium, inChromium } from './support/chromium.js';
import { maas } from './support/maas.js';
import { temporaryFolder } from './support/temp.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n');

/** What users read, in the order of its examples: those of docs/ are about what the README's have made. */
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .sort()
    .map((name) => `docs/${name}`),
].map((path) => ({ path, text: textOf(path) }));
const readme = pages[0]!.text;

const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, content]) => content!);

const folder = temporaryFolder();
cpSync(join(root, 'data'), join(folder.path, 'data'), { recursive: true });

/** Words of a command line; quoted ones are one word. */
const words = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

/** What differs from run to run and machine to machine. */
const steady = (text: string) =>
  text
    .replace(/\d+\.\d\d s/g, 'N s')
    .replace(/[\d,]+ bytes/g, 'N bytes')
    .replace(/after \d+ iterations/g, 'after N iterations')
    .replace(/\d\.\d{5,}/g, (figure) => Number(figure).toFixed(3))
    .replaceAll('\\', '/');

/** What `shown` shows, as a pattern: for a line "…" any lines may stand. */
const patternOf = (shown: string) =>
  new RegExp(`^${shown.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/^…\n/gm, '(?:.*\\n)+?')}$`);

test('the commands print what the pages say', async () => {
  const examples = pages.flatMap(({ text }) =>
    blocks(text, 'console').flatMap((block) => block.split(/^\$ /m).slice(1)),
  );
  expect(examples.length).toBeGreaterThanOrEqual(9);
  for (const example of examples) {
    const [line, ...expected] = example.split('\n');
    const [npx, name, ...args] = words(line!);
    expect([npx, name]).toEqual(['npx', 'maas']);
    const { stdout, code } = await maas(args, { cwd: folder.path });
    expect(code, line).toBe(0);
    const shown = steady(expected.join('\n'));
    if (expected.includes('…')) expect(steady(stdout), line).toMatch(patternOf(shown));
    else expect(steady(stdout), line).toBe(shown);
  }
});

test('the code examples run', () => {
  const [exported, library, ...more] = blocks(readme, 'js');
  expect(more).toEqual([]);
  const run = (code: string) => {
    const file = join(folder.path, 'example.mjs');
    writeFileSync(file, code.replace("'maas'", `'${pathToFileURL(join(root, 'dist/index.js')).href}'`));
    return execFileSync(process.execPath, [file], { cwd: folder.path, encoding: 'utf8' });
  };
  expect(run(exported!)).toBe('account\n');
  expect(run(library!)).toBe('true delivery\n');
});

test('the code examples of exports run', async () => {
  const [onnx, tfjs, ...more] = blocks(textOf('docs/exports.md'), 'js');
  expect(more).toEqual([]);
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'), 'junction');
  const exported = async (format: string) => {
    const { code } = await maas(['export', '--format', format, '-o', `${format}/model`], {
      cwd: folder.path,
    });
    expect(code).toBe(0);
    return join(folder.path, format);
  };
  const cwd = await exported('onnx');
  writeFileSync(join(cwd, 'example.mjs'), `${onnx}console.log(label.data[0], probabilities.dims.join());`);
  expect(execFileSync(process.execPath, ['example.mjs'], { cwd, encoding: 'utf8' })).toBe('delivery 1,5\n');

  if (!chromium) return console.warn('skipped: the example of tfjs (no Chromium)');
  await exported('tfjs');
  const scripts = [
    'tfjs-core/dist/tf-core',
    'tfjs-backend-cpu/dist/tf-backend-cpu',
    'tfjs-layers/dist/tf-layers',
  ];
  const { answer } = await inChromium(
    folder.path,
    `${scripts.map((path) => `await import('/node_modules/@tensorflow/${path}.min.js');`).join('\n')}
    ${tfjs!.replaceAll("'model/", "'tfjs/model/").replace("'./model/", "'./tfjs/model/")}
    return (await (await fetch('tfjs/model/labels.json')).json())[probabilities.indexOf(Math.max(...probabilities))];`,
  );
  expect(answer).toBe('delivery');
});

/** The command lines of maas in a page's shell blocks, without comments. */
const lines = (text: string) =>
  blocks(text, 'sh')
    .join('')
    .split('\n')
    .flatMap((line) => line.replace(/\s#.*/, '').split(/&&|\|/))
    .flatMap((line) =>
      [...line.matchAll(/^\s*(?:npx )?maas (.*?)(?:[<>] |$)/g)].map(([, rest]) => rest!.trim()),
    );

test('commands and flags of the examples are there', async () => {
  const found = pages.flatMap(({ path, text }) => lines(text).map((line) => ({ path, line })));
  expect(found.length).toBeGreaterThan(60);
  for (const { path, line } of found) {
    const [first, second, ...rest] = words(line);
    const name = first === 'models' ? `${first} ${second}` : first!;
    expect(Object.keys(commands), `${path}: maas ${line}`).toContain(name);
    const command = await commands[name as keyof typeof commands]();
    const known = [...command.flags, ...common].map(longFlag);
    const given = [second ?? '', ...rest].filter((word) => /^--[a-z]/i.test(word));
    for (const flag of given) expect(known, `${path}: maas ${line}`).toContain(flag.replace('--no-', '--'));
  }
});

test('flags that are spoken of are there', () => {
  const known = new Set((Object.keys(flags) as FlagName[]).map(longFlag));
  const unknown = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/`(--[a-z][\w-]*)/gi)]
      .filter(([, flag]) => !known.has(flag!))
      .map(([, flag]) => `${path}: ${flag}`),
  );
  expect(unknown).toEqual([]);
});

test('every page and heading that is linked is there', () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-');
  const slugs = (path: string) =>
    [...textOf(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => slug(heading!));
  for (const { path, text } of pages) {
    for (const [, to, anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const target = to === '' ? path : join(dirname(path), to!);
      expect(() => textOf(target), `${path} links ${to}`).not.toThrow();
      if (anchor) expect(slugs(target), `${path} links ${to}#${anchor}`).toContain(anchor);
    }
  }
});

test('every page of docs/ is linked', () => {
  for (const { path } of pages.slice(1)) {
    const reached = pages.some(
      ({ text }) => text.includes(`](${path})`) || text.includes(`](${path.slice(5)})`),
    );
    expect(reached, path).toBe(true);
  }
});
