// Builds dist/: src/ translated file by file, and bundled for the command line; the WebAssembly kernels; and the one-file
// runtime of the js export.
// Runs on `npm ci` (prepare) with what npm installed in pure JavaScript and WebAssembly, so that neither a C
// compiler nor the platform packages that `--omit=optional` leaves out are needed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { bundleServer } from './bundle-server.mjs';
import { compileKernel, kernels } from './kernels.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

let esbuild;
let asc;
try {
  esbuild = await import('esbuild-wasm');
  asc = (await import('assemblyscript/asc')).default;
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  if (existsSync('dist/cli/run.js')) process.exit(0);
  console.error(
    'maas is not built and cannot be: its development dependencies are not installed (run `npm ci`).',
  );
  process.exit(1);
}

await rm('dist', { recursive: true, force: true });
await mkdir('dist/compute/wasm', { recursive: true });
await mkdir('dist/features', { recursive: true });

for (const kernel of kernels) await compileKernel(asc, kernel);

const charts = join('src', 'report', 'charts', 'echarts.ts');
const sources = (await readdir('src', { recursive: true, withFileTypes: true }))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => file.endsWith('.ts') && !file.includes('assembly') && file !== charts);
const common = { format: 'esm', target: 'es2024', logLevel: 'warning' };
await esbuild.build({
  ...common,
  entryPoints: sources,
  outdir: 'dist',
  outbase: 'src',
  platform: 'node',
  sourcemap: 'linked',
});
await bundle(esbuild, common);
// What draws the pictures of reports, with the part of ECharts that it takes.
const licenses = await Promise.all(
  ['echarts/NOTICE', 'echarts/LICENSE', 'zrender/LICENSE'].map((name) =>
    readFile(`node_modules/${name}`, 'utf8'),
  ),
);
await esbuild.build({
  ...common,
  entryPoints: [charts],
  outfile: 'dist/report/charts/echarts.js',
  bundle: true,
  minify: true,
  banner: { js: `/* ${licenses.join('\n').replaceAll('*/', '')}*/` },
  platform: 'node',
  define: { 'process.env.NODE_ENV': '"production"' },
});
await cp('src/serve/page', 'dist/serve/page', { recursive: true });
await bundleServer(esbuild, common);
// What exported models carry: the runtime as a script that defines `maas`, each stemmer as one that defines `natural`.
const script = { ...common, bundle: true, format: 'iife', platform: 'neutral', mainFields: ['main'] };
await esbuild.build({
  ...script,
  entryPoints: ['src/export/js/runtime.ts'],
  outfile: 'dist/export/js/runtime.bundle.js',
  globalName: 'maas',
});
const { stemmerPaths } = await import('../dist/text/stemmers.js');
const license = await readFile('node_modules/natural/LICENSE.txt', 'utf8');
for (const [name, path] of Object.entries(stemmerPaths)) {
  await esbuild.build({
    ...script,
    stdin: { contents: `export { default as stemmer } from '${path}';`, resolveDir: '.' },
    outfile: `dist/export/js/stemmers/${name}.js`,
    globalName: 'natural',
    banner: { js: `/* From the package natural:\n${license.replaceAll('*/', '')}*/` },
  });
}

// Declarations are for those who install the package. TypeScript's compiler is a platform binary, which a clone that
// left optional packages out does without.
if (['pack', 'publish'].includes(process.env.npm_command)) {
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
