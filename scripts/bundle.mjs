// Joins what the command line and its threads load into few files, in the place of those that were translated one by one: a
// process then starts by reading some thirty files and not a hundred.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';

/** What is started or imported from outside: the command line, the library, threads, and the process that tries devices. */
const entries = [
  'cli/run',
  'index',
  'compute/probe',
  'tasks/scoring-worker',
  'tasks/serving-worker',
  'tasks/tuning/trial-worker',
];

/** What threads load that need little: each is a file by itself. */
const alone = ['compute/wasm/serve', 'features/counting-worker', 'tasks/aside-jobs', 'threads/job-worker'];

/**
 * Modules that stand in one file, which most commands load: to read a file takes longer than to pass over what a command has no use
 * for. What loads large packages is not among them, nor what `maas --version` takes.
 */
const together = [
  [/^(threads\/ahead|version)\.ts$/, 'ahead'],
  [/(-worker|-thread)\.ts$|^features\/sentence/, undefined],
  [/^cli\/(?!run\.ts)[^/]+\.ts$|^tasks\/(settings?|presets|installable)\.ts$|^report\/format\.ts$/, 'cli'],
  [
    /^tasks\/(aliases|answers|dataset|gate-results|golden-rows|prepare|rows|same-rows|train|who)\.ts$/,
    'tasks',
  ],
  [
    /^(errors|random|progress|predictions|pipeline)\.ts$|^(sparse|metrics|data|text|store|features|models)\//,
    'core',
  ],
];

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

/** Writes the bundles over `dist/`. */
export async function bundle(esbuild, options) {
  const plugins = [sources(esbuild, options)];
  await write(entries, plugins, {
    chunkFileNames: 'chunks/[name]-[hash].js',
    hoistTransitiveImports: false,
    manualChunks(path) {
      const module = relative('src', path).replaceAll('\\', '/');
      return together.find(([pattern]) => pattern.test(module))?.[1];
    },
  });
  for (const entry of alone) await write([entry], plugins, { inlineDynamicImports: true });
}

async function write(entries, plugins, output) {
  // not there where development dependencies are left out
  const { rollup } = await import('@rollup/wasm-node');
  const bundled = await rollup({
    input: Object.fromEntries(entries.map((entry) => [entry, resolve(`src/${entry}.ts`)])),
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
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
    ...output,
  });
  await bundled.close();
}
