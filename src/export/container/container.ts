import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Artifact } from '../../store/artifact.js';
import type { ModelManifest } from '../../store/store.js';
import { version as toolVersion } from '../../version.js';
import type { ExportFormat } from '../formats.js';
import { dockerfile, dockerignore } from './image.js';
import { kserve, kubernetes } from './manifests.js';
import { askServer } from './running.js';

/** What the build has made of `maas serve`: everything that it takes, without node_modules. */
const server = fileURLToPath(new URL('../../../dist/server', import.meta.url));

/** A folder for `docker build`: the version, a server for it, and manifests to deploy both. */
export const container: ExportFormat = {
  thresholds: true,
  options: [],

  async files(_pipeline, _name, _options, _listener, artifact) {
    const { model, version } = artifact.manifest;
    const files = await modelFiles(artifact);
    const bytes = Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
    return {
      Dockerfile: dockerfile(model, version, toolVersion),
      '.dockerignore': dockerignore,
      'kubernetes.yaml': kubernetes(model, version, bytes),
      'kserve.yaml': kserve(model, version, bytes),
      ...files,
      ...(await serverFiles()),
    };
  },

  predict: (folder, texts) => askServer(folder, texts),
};

/** The version without what is no part of its answers: reports and scores of its test rows stay where they are. */
async function modelFiles({ manifest, read }: Artifact<ModelManifest>) {
  const { files: all, ...facts } = manifest;
  const names = ['pipeline.json', 'vocabulary.json', 'weights.safetensors'].filter((name) => name in all);
  const files = Object.fromEntries(names.map((name) => [name, all[name]]));
  const contents = await Promise.all(names.map(async (name) => [`model/${name}`, await read(name)] as const));
  return {
    'model/manifest.json': `${JSON.stringify({ ...facts, files }, null, 2)}\n`,
    ...Object.fromEntries(contents),
  };
}

async function serverFiles() {
  const entries = await readdir(server, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = names.sort().map(async (path) => {
    const name = path.slice(server.length + 1).replaceAll(sep, '/');
    return [`server/${name}`, await readFile(path)] as const;
  });
  return Object.fromEntries(await Promise.all(contents));
}
