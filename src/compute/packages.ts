import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Devices whose libraries are too large to come with maas: each of these packages is looked for in a folder of its
 * own, which `maas doctor --install` fills, then beside maas.
 */
export const devicePackages = {
  tensorflow: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'],
  webgpu: ['webgpu'],
} as const;

/** A kind of libraries that devices need: TensorFlow for `cuda` and `native`, Dawn for `webgpu`. */
export type PackageKind = keyof typeof devicePackages;

/** Where devices are installed unless something else is asked for. */
export const defaultDeviceFolder = () => join(homedir(), '.maas', 'devices');

/** A package that was found, and how to load from where it stands. */
export interface FoundPackage {
  name: string;
  version: string;
  /** The folder of the package. */
  path: string;
  require: NodeJS.Require;
}

/** The first package of a kind that is installed. */
export function findPackage(folder: string, kind: PackageKind): FoundPackage | undefined {
  const places = [join(folder, kind, 'package.json'), fileURLToPath(import.meta.url)];
  for (const place of places) {
    const require = createRequire(place);
    for (const name of devicePackages[kind]) {
      const path = folderOf(require, name);
      if (path === undefined) continue;
      const { version } = require(join(path, 'package.json')) as { version: string };
      return { name, version, path, require };
    }
  }
  return undefined;
}

/** Looks where Node would, without asking the package what it exports. */
function folderOf(require: NodeJS.Require, name: string): string | undefined {
  const folders = require.resolve.paths(name) ?? [];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(join(path, 'package.json')));
}

/** The version of another package as it is seen from a found one; undefined where it is not there. */
export function versionBeside(found: FoundPackage, name: string): string | undefined {
  const path = folderOf(createRequire(join(found.path, 'package.json')), name);
  return path && (found.require(join(path, 'package.json')) as { version: string }).version;
}
