import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { maas } from './support/maas.js';
import { temporaryFolder } from './support/temp.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8').replaceAll('\r\n', '\n');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, content]) => content!);

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

test('the commands print what the README says', async () => {
  const commands = blocks('console').flatMap((block) => block.split(/^\$ /m).slice(1));
  expect(commands.length).toBeGreaterThanOrEqual(5);
  for (const command of commands) {
    const [line, ...expected] = command.split('\n');
    const [npx, name, ...args] = words(line!);
    expect([npx, name]).toEqual(['npx', 'maas']);
    const { stdout, code } = await maas(args, { cwd: folder.path });
    expect(code, line).toBe(0);
    expect(steady(stdout), line).toBe(steady(expected.join('\n')));
  }
});

test('the code examples run', () => {
  const [exported, library, ...more] = blocks('js');
  expect(more).toEqual([]);
  const run = (code: string) => {
    const file = join(folder.path, 'example.mjs');
    writeFileSync(file, code.replace("'maas'", `'${pathToFileURL(join(root, 'dist/index.js')).href}'`));
    return execFileSync(process.execPath, [file], { cwd: folder.path, encoding: 'utf8' });
  };
  expect(run(exported!)).toBe('account\n');
  expect(run(library!)).toBe('true delivery\n');
});

test('every file that the README links is there', () => {
  for (const [, path] of readme.matchAll(/\]\(([^)#]+)\)/g))
    expect(() => readFileSync(join(root, path!))).not.toThrow();
});
