import { createHash } from 'node:crypto';
import { access, constants, mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MaasError } from '../errors.js';
import { asidePath, discard, fillFolder, replaceFolder, writeDurably } from './aside.js';

/** Every folder that maas writes names its format and all its files in `manifest.json`. */
export interface ArtifactManifest {
  format: string;
  formatVersion: number;
  files: Record<string, { sha256: string; size: number }>;
}

export const MANIFEST = 'manifest.json';

/** Writes the files, whose names may have folders in them (with /), into a new folder and returns what the manifest says of them. */
export async function writeFiles(
  folder: string,
  files: Record<string, string | Uint8Array>,
): Promise<ArtifactManifest['files']> {
  const entries = Object.entries(files);
  const folders = new Set([folder, ...entries.map(([name]) => dirname(join(folder, name)))]);
  for (const each of folders) await mkdir(each, { recursive: true });
  await Promise.all(entries.map(([name, content]) => writeDurably(join(folder, name), content)));
  return Object.fromEntries(
    entries.map(([name, content]) => [name, { sha256: sha256(content), size: Buffer.byteLength(content) }]),
  );
}

export async function writeManifest(folder: string, manifest: ArtifactManifest): Promise<void> {
  await writeDurably(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Makes the folder `target` of a format, in the place of an older one of that format. `fill` writes into a folder
 * aside and answers with the manifest; the target changes only once all of it stands. A folder that holds anything
 * else is left alone: throws `usage`.
 */
export async function publishFolder<M extends ArtifactManifest>(
  target: string,
  format: string,
  fill: (aside: string) => Promise<M>,
): Promise<M> {
  const path = await realpath(target).catch(() => resolve(target));
  const empty = await checkReplaceable(path, format);
  await makeFolder(dirname(path));
  await checkWritable(empty ? path : dirname(path));
  // into an empty folder from inside: it may be a mount point, across which nothing can be renamed
  const aside = asidePath(empty ? join(path, 'new') : path);
  try {
    const manifest = await fill(aside);
    await writeManifest(aside, manifest);
    // somebody's working folder stays the same folder
    if (empty) await fillFolder(aside, path, MANIFEST);
    else await replaceFolder(aside, path);
    return manifest;
  } catch (error) {
    await discard(aside);
    throw error;
  }
}

/** Throws `usage` for a folder that `publishFolder` would leave alone; to be asked before long work. */
export async function checkFolder(target: string, format: string): Promise<void> {
  await checkReplaceable(await realpath(target).catch(() => resolve(target)), format);
}

/** True for an empty folder, false for nothing or an older artifact of the format; throws for anything else. */
async function checkReplaceable(path: string, format: string): Promise<boolean> {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw notWritable(path, error);
  });
  if (entries === undefined) return false;
  if (entries.length === 0) return true;
  const manifest = await readFile(join(path, MANIFEST), 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
  if (manifest?.format !== format) {
    throw new MaasError(
      'usage',
      `${path} holds other files, expected an empty folder or an older ${format}`,
      {
        hint: 'name another folder with --output',
      },
    );
  }
  return false;
}

/** Makes a folder and those above it. Throws `usage` where that cannot be. */
export async function makeFolder(path: string): Promise<void> {
  await makeAll(resolve(path)).catch((error: NodeJS.ErrnoException) => {
    throw notWritable(path, error);
  });
}

/** As Node's own recursive `mkdir`, which never ends under /proc on Node 20, since what cannot be made there is "not found". */
async function makeAll(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path) throw error;
    await makeAll(above);
    await makeOne(path);
  }
}

/** Makes a folder whose parent is there, unless it is there itself. */
async function makeOne(path: string): Promise<void> {
  await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isDirectory()) throw error;
  });
}

/** Throws `usage` for a folder that is there and in which nothing can be made; to be asked before long work. */
export async function checkWritable(folder: string): Promise<void> {
  await access(folder, constants.W_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw notWritable(folder, error);
  });
}

const notWritable = (path: string, cause: NodeJS.ErrnoException) =>
  new MaasError('usage', `${path} cannot be written as a folder (${cause.code})`, { cause });

/** A folder written by maas, opened: its manifest, and its files by name, each checked against its digest. */
export interface Artifact<M extends ArtifactManifest> {
  readonly folder: string;
  readonly manifest: M;
  read(name: string): Promise<Buffer>;
}

/**
 * Opens a folder of the given format. Throws `artifact` when the manifest is missing, broken, of another format or
 * of a version that is not known; `read` throws it for a missing file and for one that was changed.
 */
export async function openArtifact<M extends ArtifactManifest>(
  folder: string,
  format: string,
  formatVersion: number,
  complete: (manifest: Partial<M>) => boolean = () => true,
): Promise<Artifact<M>> {
  const path = join(folder, MANIFEST);
  const manifest = parseManifest(
    path,
    await readOr(path, `${folder} holds no ${MANIFEST}, expected a ${format} folder`),
  );
  if (manifest.format !== format) {
    throw new MaasError('artifact', `${path} is of the format "${manifest.format}", expected "${format}"`);
  }
  if (manifest.formatVersion !== formatVersion) {
    throw new MaasError(
      'artifact',
      `${path} has the format version ${manifest.formatVersion}, this maas reads version ${formatVersion}`,
      { hint: 'use the version of maas that wrote it, or train again' },
    );
  }
  if (!complete(manifest as Partial<M>)) {
    throw new MaasError('artifact', `${path} is damaged: it lacks what a ${format} says of itself`);
  }
  return {
    folder,
    manifest: manifest as M,
    read: async (name) => {
      const file = join(folder, name);
      const listed = manifest.files[name];
      if (!listed) throw new MaasError('artifact', `${path} does not list ${name}`);
      const bytes = await readOr(file, `${file} is missing although ${MANIFEST} lists it`);
      const found = sha256(bytes);
      if (found !== listed.sha256) {
        throw new MaasError(
          'artifact',
          `${file} was changed: its sha256 is ${found}, expected ${listed.sha256}`,
          {
            hint: 'restore the file, or make the folder anew',
          },
        );
      }
      return bytes;
    },
  };
}

function parseManifest(path: string, bytes: Buffer): ArtifactManifest {
  let manifest: Partial<ArtifactManifest> | null;
  try {
    manifest = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new MaasError('artifact', `${path} is not JSON`, { cause });
  }
  if (typeof manifest?.format !== 'string' || !manifest.files || typeof manifest.files !== 'object') {
    throw new MaasError('artifact', `${path} is not a manifest: it lacks "format" or "files"`);
  }
  return manifest as ArtifactManifest;
}

async function readOr(path: string, message: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
      throw new MaasError('artifact', message, { cause });
    throw new MaasError('artifact', `${path} cannot be read (${cause.code})`, { cause });
  });
}

export const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
