import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What is too large to come with maas: each of these packages is looked for in a folder of its own, which
 * `maas doctor --install` fills, then beside maas.
 */
const devicePackages = {
  tensorflow: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'],
  webgpu: ['webgpu'],
  sentence: ['onnxruntime-node', '@huggingface/tokenizers'],
  onnx: ['onnxruntime-web', 'onnxruntime-node'],
} as const;

/** A kind of libraries: TensorFlow for `cuda` and `native`, Dawn for `webgpu`, ONNX Runtime for sentence embeddings and for exports. */
export type PackageKind = keyof typeof devicePackages;

/** Where devices are installed unless something else is asked for. */
export const defaultDeviceFolder = () => join(homedir(), '.maas', 'devices');

/** A package that was found, and how to load from where it stands. */
export interface FoundPackage {
  name: string;
  /** "unknown" where its package.json cannot be read. */
  version: string;
  /** The folder of the package. */
  path: string;
  require: NodeJS.Require;
}

/** The packages of a kind that are installed, the ones in the folder of devices first. */
export function findPackages(folder: string, kind: PackageKind): FoundPackage[] {
  const own = createRequire(join(resolve(folder), kind, 'package.json'));
  const beside = createRequire(fileURLToPath(import.meta.url));
  const places = [
    { require: own, folders: [join(resolve(folder), kind, 'node_modules')] },
    { require: beside, folders: beside.resolve.paths('webgpu') ?? [] },
  ];
  return places.flatMap(({ require, folders }) =>
    devicePackages[kind].flatMap((name) => {
      const path = folderOf(name, folders);
      return path === undefined ? [] : [{ name, path, require, version: versionIn(path, require) }];
    }),
  );
}

const folderOf = (name: string, folders: readonly string[]) =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(join(path, 'package.json')));

function versionIn(path: string, require: NodeJS.Require): string {
  try {
    return (require(join(path, 'package.json')) as { version: string }).version;
  } catch {
    return 'unknown';
  }
}

/** The version of another package as it is seen from a found one; undefined where it is not there. */
export function versionBeside({ path, require }: FoundPackage, name: string): string | undefined {
  const found = folderOf(name, createRequire(join(path, 'index.js')).resolve.paths(name) ?? []);
  return found && versionIn(found, require);
}
