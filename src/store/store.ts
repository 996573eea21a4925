import { readdir, realpath, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MaasError } from '../errors.js';
import type { EmbeddingReport } from '../features/embedding-fit.js';
import type { SentenceReport } from '../features/sentence/encoder.js';
import type { Listener } from '../progress.js';
import { Aliases } from './aliases.js';
import {
  type Artifact,
  type ArtifactManifest,
  checkWritable,
  MANIFEST,
  makeFolder,
  openArtifact,
  writeFiles,
  writeManifest,
} from './artifact.js';
import { asidePath, discard, settled } from './aside.js';
import { checkName, splitReference } from './names.js';
import { REMOVED } from './removal.js';

const FORMAT = 'maas-model';
const FORMAT_VERSION = 1;

/** What a version says of itself; everything beside `files` comes from the training that published it. */
export interface ModelManifest extends ArtifactManifest {
  tool: { name: 'maas'; version: string };
  model: string;
  version: number;
  /** ISO 8601, UTC. */
  created: string;
  command: string[];
  config: Record<string, unknown>;
  seed: number;
  device: {
    name: string;
    /** What was asked for, and why it came to this device. */
    requested: string;
    reason: string;
    /** The processor or GPU by name, its driver's version, and whether it is a GPU imitated by the processor. */
    adapter: string;
    driver: string | null;
    software: boolean;
    memoryBytes: number | null;
    libraries: Record<string, string>;
    node: string;
    platform: string;
  };
  /** The files in the order in which they were read; those of a test set say so. */
  data: { sha256: string; files: { path: string; sha256: string; rows: number; test?: true }[] };
  /** The dataset that it was trained from, where `preprocess` made one. */
  dataset: { path: string; sha256: string } | null;
  git: { commit: string } | null;
  rows: { train: number; validation: number; test: number };
  classes: string[];
  /** How many of the training rows each class has; absent in versions of before. */
  classCounts?: readonly number[];
  features: number;
  /** The word vectors that features are made of, where they are. */
  embeddings?: EmbeddingReport;
  /** The model that embeds the texts, where one does. It stands where it stood: it is no part of the version. */
  sentence?: SentenceReport;
  fit: object;
  metrics: object;
  /** Metrics of the most frequent class and of naive Bayes on the same rows; absent in versions of before. */
  baselines?: object;
  /** The temperature that logits are divided by, and what that changed; absent where none was asked for. */
  calibration?: { temperature: number };
  /** The thresholds that the version decides by; absent where it decides for the most probable class. */
  thresholds?: object;
  /** What cross-validation found of the recipe, where it was asked for. */
  cv?: object;
  /** The search that found the recipe, where there was one. */
  tune?: object;
  timings: Record<string, number>;
}

/** Published versions: `<root>/models/<name>/<version>/`. */
export class Store {
  readonly #models: string;

  constructor(readonly root: string) {
    this.#models = join(root, 'models');
  }

  /** Throws `usage` where a version of this model could not be published; better known before a long training. */
  async prepare(model: string): Promise<void> {
    checkName(model);
    await makeFolder(this.#models);
    await checkWritable(this.#models);
    await checkWritable(join(this.#models, model));
  }

  /**
   * Publishes files as the next version of a model. They are written aside and renamed, so that a version is there
   * whole or not at all; of two trainings that publish at once each gets its own number.
   */
  async publish(
    model: string,
    files: Record<string, string | Uint8Array>,
    facts: Omit<ModelManifest, keyof ArtifactManifest | 'model' | 'version'>,
  ): Promise<{ version: number; path: string; manifest: ModelManifest }> {
    await this.prepare(model);
    const home = join(this.#models, model);
    await makeFolder(home);
    const aside = asidePath(join(home, 'version'));
    try {
      const listed = await writeFiles(aside, files);
      for (;;) {
        const version = Math.max(0, ...(await this.#numbers(model))) + 1;
        const manifest = {
          format: FORMAT,
          formatVersion: FORMAT_VERSION,
          model,
          version,
          ...facts,
          files: listed,
        };
        await writeManifest(aside, manifest);
        const path = join(home, String(version));
        if (await renameUnlessThere(aside, path)) {
          settled(aside);
          return { version, path, manifest };
        }
      }
    } catch (error) {
      await discard(aside);
      throw error;
    }
  }

  /** The names of the models that have a version, sorted. */
  async models(): Promise<string[]> {
    const names = (await list(this.#models)).filter((name) => !name.startsWith('.')).sort();
    const versions = await Promise.all(names.map((name) => this.#versions(name)));
    return names.filter((_, i) => versions[i]!.length > 0);
  }

  /**
   * Manifests of every version of every model, or of one: model by model, oldest version first. One that is damaged is
   * left out and told. Throws `artifact` for a model that is not there.
   */
  async manifests(model?: string, listener: Listener = {}): Promise<ModelManifest[]> {
    if (model !== undefined) await this.requireModel(model);
    const artifacts = await this.#readable(model === undefined ? await this.models() : [model], listener);
    return artifacts.map(({ manifest }) => manifest);
  }

  /** Every version of these models that is not damaged, model by model, oldest version first. */
  async #readable(models: string[], listener: Listener): Promise<Artifact<ModelManifest>[]> {
    const found: Artifact<ModelManifest>[] = [];
    for (const name of models) {
      for (const version of await this.#versions(name)) {
        try {
          found.push(await Store.version(join(this.#models, name, String(version))));
        } catch (error) {
          if (!(error instanceof MaasError)) throw error;
          listener.warn?.(`${error.message}; the version is left out`);
        }
      }
    }
    return found;
  }

  /**
   * Opens what a reference names: `name` (its newest version), `name@7`, `name@champion` (an alias), the path of a version's
   * folder, or without one the version that was published last. Throws `artifact` where there is no such version.
   */
  async open(reference?: string, listener: Listener = {}): Promise<Artifact<ModelManifest>> {
    return reference === undefined
      ? this.#openNewest(listener)
      : Store.version(await this.folderOf(reference));
  }

  /** The folder that a reference names, whatever is in it. Throws `artifact` where there is no such version. */
  async folderOf(reference: string): Promise<string> {
    if (/[\\/]/.test(reference) || reference.startsWith('.')) return resolve(reference);
    const [name, version] = splitReference(reference);
    const versions = await this.#versions(name);
    if (versions.length === 0) {
      if (await isFile(join(reference, MANIFEST))) return resolve(reference);
      throw this.#noModel(name, await this.models());
    }
    const number =
      version === undefined ? versions.at(-1)! : await this.aliases(name).resolve(name, version, versions);
    return join(this.#models, name, String(number));
  }

  /** The folders of all versions, of such that have lost their manifest, too: model by model, oldest version first. */
  async folders(): Promise<string[]> {
    const names = (await list(this.#models)).filter((name) => !name.startsWith('.')).sort();
    const numbers = await Promise.all(names.map((name) => this.#numbers(name)));
    const all = names.flatMap((name, i) =>
      numbers[i]!.sort((a, b) => a - b).map((version) => join(this.#models, name, String(version))),
    );
    const removed = await Promise.all(all.map((folder) => isFile(join(folder, REMOVED))));
    return all.filter((_, i) => !removed[i]);
  }

  /** The aliases of a model. */
  aliases(model: string): Aliases {
    return new Aliases(join(this.#models, model));
  }

  /** What a reference names, which must be in this store. Throws `artifact`, and `usage` for a version of another store. */
  async own(reference: string | undefined): Promise<{ model: string; version: number }> {
    const { manifest, folder } = await this.open(reference);
    const { model, version } = manifest;
    const [home, here] = await Promise.all([
      realpath(dirname(folder)),
      realpath(join(this.#models, model)).catch(() => ''),
    ]);
    if (home !== here) {
      throw new MaasError('usage', `${folder} is not in the store ${this.root}`, {
        hint: 'name its store with --store',
      });
    }
    return { model, version };
  }

  /** Throws `artifact` for a model that is not there. */
  async requireModel(model: string): Promise<void> {
    const models = await this.models();
    if (!models.includes(model)) throw this.#noModel(model, models);
  }

  /** Opens the folder of a version. Throws `artifact`. */
  static version(folder: string): Promise<Artifact<ModelManifest>> {
    return openArtifact<ModelManifest>(
      folder,
      FORMAT,
      FORMAT_VERSION,
      ({ model, version, created, classes, rows, config, metrics }) =>
        Boolean(model && version && created && Array.isArray(classes) && rows && config && metrics),
    );
  }

  async #openNewest(listener: Listener): Promise<Artifact<ModelManifest>> {
    let newest: Artifact<ModelManifest> | undefined;
    for (const artifact of await this.#readable(await this.models(), listener)) {
      if (!newest || artifact.manifest.created >= newest.manifest.created) newest = artifact;
    }
    if (newest) return newest;
    throw new MaasError('artifact', `there is no model in ${this.root}`, {
      hint: 'train one with `maas train <csv>`, or name another store with --store',
    });
  }

  #noModel(name: string, models: string[]): MaasError {
    return new MaasError('artifact', `there is no model "${name}" in ${this.root}`, {
      hint: models.length > 0 ? `the models are ${models.join(', ')}` : 'train one with `maas train <csv>`',
    });
  }

  /** Numbers that are taken, by a version or by the remains of one. */
  async #numbers(model: string): Promise<number[]> {
    return (await list(join(this.#models, model))).filter((entry) => /^[1-9][0-9]*$/.test(entry)).map(Number);
  }

  /** Numbers of a model's versions, rising. */
  async #versions(model: string): Promise<number[]> {
    const home = join(this.#models, model);
    const numbers = await this.#numbers(model);
    const published = await Promise.all(
      numbers.map((version) => isFile(join(home, String(version), MANIFEST))),
    );
    return numbers.filter((_, i) => published[i]).sort((a, b) => a - b);
  }
}

/** A model's name for a data file: its base name without endings such as `.csv.gz`. */
export function modelNameFor(path: string): string {
  const stem = basename(path).replace(/(\.(gz|csv|tsv|txt))+$/i, '');
  const name = stem.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '');
  return Array.from(name).slice(0, 60).join('') || 'model';
}

async function renameUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    // an empty folder would be replaced silently, and a version is never empty
    await rename(from, to);
    return true;
  } catch (error) {
    if (await stat(to).catch(() => undefined)) return false;
    throw error;
  }
}

const isFile = async (path: string) => (await stat(path).catch(() => undefined))?.isFile() ?? false;

async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}
