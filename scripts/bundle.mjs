// Joins what the command line and its threads load into few files, in the place of those that were translated one by one: a
// process then starts by reading some dozen files and not two hundred.
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';

/** What is started or imported from outside: the command line, the library, threads, and the process that tries devices. */
const entries = [
  'cli/run',
  'index',
  'compute/probe',
  'compute/wasm/serve',
  'features/counting-worker',
  'threads/job-worker',
  'tasks/aside-jobs',
  'tasks/scoring-worker',
  'tasks/serving-worker',
  'tasks/tuning/trial-worker',
];

/** Files are found beside the source that names them, wherever the bundler puts its code. */
export const sourceUrls = {
  name: 'source-urls',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      const source = relative('.', path).replaceAll('\\', '/');
      const url = `new URL('${source}', import.meta.resolve('maas/package.json')).href`;
      return { loader: 'ts', contents: code.replaceAll('import.meta.url', url) };
    });
  },
};

/** Writes the bundles over `dist/`. */
export async function bundle(esbuild, options) {
  await esbuild.build({
    ...options,
    entryPoints: entries.map((entry) => `src/${entry}.ts`),
    outdir: 'dist',
    outbase: 'src',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    packages: 'external',
    sourcemap: 'linked',
    plugins: [sourceUrls],
  });
}
