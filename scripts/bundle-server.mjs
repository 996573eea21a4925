// Joins `maas serve` with the packages that it takes into dist/server/, which runs without node_modules: a package of the name of
// maas, in whose folder files are found where they are in maas's own. Beside it, what it is made of: a bill of materials, and licences.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { sourceUrls } from './bundle.mjs';
import { billOfMaterials, bundledPackages, licensesOf } from './materials.mjs';

const folder = 'dist/server';

/** What an exported version never asks for: training, and models of sentences, which are not exported. */
const never = ['@tensorflow/*', 'onnxruntime-*', '@huggingface/*', 'webgpu', 'node-gyp*'];

/** What is read from files while the server runs. */
const files = [
  'dist/serve/page',
  'dist/compute/wasm/jobs.wasm',
  'dist/features/rows.wasm',
  'data/open_inference.proto',
  'data/grpc_health.proto',
];

/** Stemmers are named by the paths of their modules, which a bundle does not have: it imports each by need. */
async function stemmersBy() {
  const { stemmerPaths } = await import('../dist/text/stemmers.js');
  const imports = Object.entries(stemmerPaths).map(([name, path]) => `${name}: () => import('${path}')`);
  const [asked, given] = ['import(stemmerPaths[name])', `({ ${imports.join(', ')} })[name]()`];
  return {
    name: 'stemmers',
    setup(build) {
      build.onLoad({ filter: /[\\/]text[\\/]stemmers\.ts$/ }, async ({ path }) => {
        const code = await readFile(path, 'utf8');
        if (!code.includes(asked)) throw new Error(`${path} does not say ${asked}`);
        return { loader: 'ts', contents: code.replace(asked, given) };
      });
    },
  };
}

export async function bundleServer(esbuild, options) {
  const { metafile } = await esbuild.build({
    ...options,
    entryPoints: {
      server: 'src/cli/container.ts',
      health: 'src/cli/container-health.ts',
      'dist/tasks/serving-worker': 'src/tasks/serving-worker.ts',
    },
    outdir: folder,
    chunkNames: 'dist/chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    external: never,
    metafile: true,
    legalComments: 'none',
    // packages of CommonJS call it for what is built into Node
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    plugins: [await stemmersBy(), sourceUrls],
  });
  for (const file of files) await cp(file, `${folder}/${file}`, { recursive: true });
  const { packages, maas } = await bundledPackages(Object.keys(metafile.inputs));
  const about = {
    'package.json': {
      name: 'maas',
      version: maas.version,
      type: 'module',
      exports: { './package.json': './package.json' },
    },
    'sbom.cdx.json': billOfMaterials(maas, packages),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(about)) {
    await writeFile(`${folder}/${name}`, `${JSON.stringify(content, null, 2)}\n`);
  }
  await writeFile(`${folder}/LICENSES.txt`, await licensesOf(packages));
}
