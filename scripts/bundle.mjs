// Joins what the command line and its threads load into few files: a process then starts by reading some thirty files and not a
// hundred. What was translated file by file stays for `bench/` and `scripts/`; nothing that is bundled loads it.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';

/** What is started or imported from outside: the command line, the library, threads of searches, and other processes. */
const entries = ['cli/run', 'index', 'compute/probe', 'tasks/serving-worker', 'tasks/tuning/trial-worker'];

/** What threads load, bundled apart: a thread need not read what the command line shares. */
const alone = [
  'compute/wasm/heap-thread',
  'features/counting-worker',
  'tasks/meanwhile-jobs',
  'tasks/scoring-worker',
  'threads/job-worker',
];

/**
 * What stands in one file each, with all that it imports and no file before it has: what most commands load, in the order in which they
 * do. To read a file takes longer than to pass over a few modules, and shorter than to pass over all.
 */
const together = {
  run: ['features/counting-thread', 'tasks/scoring-thread', 'version'],
  predict: ['cli/program', 'cli/commands/index', 'cli/commands/predict', 'tasks/predict'],
  score: ['tasks/scorer'],
  train: ['cli/commands/train', 'tasks/train'],
};

/** Files are found beside the source that names them, wherever the bundler puts its code. */
const located = (code, path) => {
  const source = relative('.', path).replaceAll('\\', '/');
  return code.replaceAll(
    'import.meta.url',
    `new URL('${source}', import.meta.resolve('maas/package.json')).href`,
  );
};

/** The same for esbuild. */
export const sourceUrls = {
  name: 'source-urls',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: located(await readFile(path, 'utf8'), path),
    }));
  },
};

/** Finds and translates sources. */
const sources = (esbuild, { format, target }) => ({
  name: 'sources',
  resolveId(id, importer) {
    if (!importer || !id.startsWith('.')) return undefined;
    const path = resolve(dirname(importer), id).replace(/\.js$/, '.ts');
    if (!existsSync(path)) throw new Error(`${importer} imports ${id}, which is not there`);
    return path;
  },
  async load(path) {
    const code = located(await readFile(path, 'utf8'), path);
    return esbuild.transform(code, { format, target, loader: 'ts', sourcemap: true, sourcefile: path });
  },
});

/** Names the file of a module, which Rollup asks for once it knows all of them; none for what it may put where it likes. */
function filesOf(groups) {
  let files;
  const withImports = (path, file, getModuleInfo) => {
    const info = getModuleInfo(path);
    if (!info || info.isExternal || info.isEntry || files.has(path)) return;
    files.set(path, file);
    for (const imported of info.importedIds) withImports(imported, file, getModuleInfo);
  };
  return (path, { getModuleInfo }) => {
    if (!files) {
      files = new Map();
      for (const [file, modules] of Object.entries(groups))
        for (const module of modules) withImports(resolve(`src/${module}.ts`), file, getModuleInfo);
    }
    return files.get(path);
  };
}

/** Writes the bundles over `dist/`. */
export async function bundle(esbuild, options) {
  const plugins = [sources(esbuild, options)];
  await write(entries, plugins, {
    hoistTransitiveImports: false,
    manualChunks: filesOf(together),
  });
  for (const entry of alone) await write([entry], plugins, {});
}

async function write(started, plugins, output) {
  // not there where development dependencies are left out
  const { rollup } = await import('@rollup/wasm-node');
  const bundled = await rollup({
    input: Object.fromEntries(started.map((entry) => [entry, resolve(`src/${entry}.ts`)])),
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    // what is built into Node is loaded where it is used
    treeshake: { moduleSideEffects: (id) => !id.startsWith('node:') },
    plugins,
    onwarn(warning) {
      throw new Error(warning.message);
    },
  });
  await bundled.write({
    dir: 'dist',
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    ...output,
  });
  await bundled.close();
}
