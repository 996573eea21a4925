import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../src/', import.meta.url));

/** The rooms of src/, top to bottom. A room imports those below it; rooms of one line do not know each other. */
const floors = [
  ['cli'],
  ['index'],
  ['tasks'],
  ['export', 'report', 'explain', 'serve'],
  ['store'],
  ['pipeline'],
  ['models', 'features'],
  ['compute', 'text'],
  ['data', 'metrics'],
  ['sparse'],
  ['errors', 'random', 'progress', 'predictions', 'threads', 'version'],
];
const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)));

/** Packages that belong to one room. */
const owners: Record<string, string> = {
  '@tensorflow/': 'compute',
  echarts: 'report',
  natural: 'text',
  papaparse: 'data store',
  chalk: 'cli',
  ora: 'cli',
  commander: 'cli',
  yaml: 'cli export',
  'onnxruntime-node': 'features',
  protobufjs: 'export',
  '@huggingface/tokenizers': 'features',
  fastify: 'serve',
  '@grpc/': 'serve',
};

interface Import {
  file: string;
  room: string;
  to: string;
  typeOnly: boolean;
}

const roomOf = (path: string) => relative(src, path).split(sep)[0]!.replace(/\.ts$/, '');

const imports: Import[] = (readdirSync(src, { recursive: true }) as string[])
  .filter((name) => name.endsWith('.ts') && !name.includes('assembly'))
  .flatMap((name) => {
    const file = join(src, name);
    const code = readFileSync(file, 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    const found = code.matchAll(
      /(?:^|\n)\s*(?:import|export)(\s+type)?\s[^;]*?from\s+['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]|import\(\s*[`'"]([^`'"]+)[`'"]/g,
    );
    return [...found].map((match) => ({
      file: name,
      room: roomOf(file),
      to: match[2] ?? match[3] ?? match[4]!,
      typeOnly: match[1] !== undefined,
    }));
  });

test('files that ARCHITECTURE.md names are there', () => {
  const page = readFileSync(join(src, '..', 'ARCHITECTURE.md'), 'utf8');
  const files = ['bin', 'scripts', 'src', 'test'].flatMap((folder) =>
    (readdirSync(join(src, '..', folder), { recursive: true }) as string[]).map(
      (name) => `/${folder}/${name.split(sep).join('/')}`,
    ),
  );
  const named = [...page.matchAll(/`([\w/.-]+\.(?:ts|mjs|py))`/g)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((name) => !files.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
});

test('there are imports to look at', () => {
  expect(imports.length).toBeGreaterThan(150);
  expect(new Set(imports.map(({ room }) => room))).toEqual(
    new Set([...floorOf.keys()].filter((r) => imports.some((i) => i.room === r))),
  );
});

test('every room imports only rooms below it', () => {
  const wrong = imports
    .filter(({ to }) => to.startsWith('.'))
    .map((found) => ({
      ...found,
      target: roomOf(resolve(dirname(join(src, found.file)), found.to.replace(/\.js$/, '.ts'))),
    }))
    .filter(({ room, target }) => room !== target && !(floorOf.get(target)! > floorOf.get(room)!))
    .map(({ file, target }) => `${file} imports ${target}`);
  expect(wrong).toEqual([]);
});

test('packages stay in the rooms that own them', () => {
  const wrong = imports.flatMap(({ file, room, to, typeOnly }) => {
    const owner = Object.entries(owners).find(
      ([name]) => to === name || to.startsWith(`${name.replace(/\/$/, '')}/`),
    );
    return owner && !typeOnly && !owner[1].split(' ').includes(room) ? [`${file} imports ${to}`] : [];
  });
  expect(wrong).toEqual([]);
});

test('the library neither prints nor exits nor reads argv', () => {
  const wrong = (readdirSync(src, { recursive: true }) as string[])
    .filter((name) => name.endsWith('.ts') && !name.startsWith('cli'))
    // TensorFlow's library and ONNX Runtime are set up through the environment of the process
    .filter((name) => !name.startsWith(join('compute', 'tensorflow')))
    .filter((name) => name !== join('features', 'sentence', 'runtime.ts'))
    .filter((name) =>
      /\bconsole\.|process\.(exit|argv|stdout|stderr|env)\b/.test(readFileSync(join(src, name), 'utf8')),
    );
  expect(wrong).toEqual([]);
});

test('no file is long', () => {
  const long = (readdirSync(src, { recursive: true }) as string[])
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, lines: readFileSync(join(src, name), 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 300);
  expect(long).toEqual([]);
});
