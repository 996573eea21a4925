import { readdir } from 'node:fs/promises';
import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import { type Artifact, MANIFEST } from '../store/artifact.js';
import type { Beside } from '../store/state-files.js';
import { type ModelManifest, Store } from '../store/store.js';
import { checkGoldenRows, GOLDEN, type GoldenCheck } from './golden-rows.js';

export interface VerifyOptions extends Beside {
  store: string;
  /** References of versions; every version in the store if there is none. */
  models?: readonly string[] | undefined;
}

/** How a version was found. */
export interface VerifiedVersion {
  /** Null where the manifest cannot be read. */
  model: string | null;
  version: number | null;
  path: string;
  ok: boolean;
  /** Every file that the manifest lists; what is wrong with it is among `problems`. */
  files: { name: string; ok: boolean }[];
  /** How it answers its golden rows; null where it was not asked. */
  golden: GoldenCheck | null;
  problems: string[];
  /** What was not looked at, and files that are none of the version's. */
  notes: string[];
}

export interface VerifyResult {
  ok: boolean;
  versions: VerifiedVersion[];
}

/**
 * Holds versions to what they say of themselves: each file to its digest, and the answers to the golden rows to those that
 * the model gave when it was trained. What is damaged is told in the answer; throws `artifact` for a reference to nothing.
 */
export async function verifyModels(
  { store, models = [], ...beside }: VerifyOptions,
  listener: Listener = {},
): Promise<VerifyResult> {
  const opened = new Store(store);
  const folders =
    models.length > 0
      ? await Promise.all(models.map((reference) => opened.folderOf(reference)))
      : await opened.folders();
  if (folders.length === 0) {
    throw new MaasError('artifact', `there is no model in ${store}`, {
      hint: 'train one with `maas train <csv>`, or name another store with --store',
    });
  }
  const versions: VerifiedVersion[] = [];
  for (const folder of folders) {
    listener.step?.({ stage: 'verify', done: versions.length, total: folders.length, unit: 'versions' });
    versions.push(await verifyVersion(folder, beside));
  }
  return { ok: versions.every(({ ok }) => ok), versions };
}

async function verifyVersion(path: string, beside: Beside): Promise<VerifiedVersion> {
  const problems: string[] = [];
  const notes: string[] = [];
  const artifact = await found(() => Store.version(path), problems);
  if (!artifact) {
    const unknown = { model: null, version: null, path, ok: false, files: [] };
    return { ...unknown, golden: null, problems, notes };
  }
  const { model, version, files: listed } = artifact.manifest;
  const files: VerifiedVersion['files'] = [];
  for (const name of Object.keys(listed)) {
    const bytes = await found(() => artifact.read(name), problems);
    files.push({ name, ok: bytes !== undefined });
  }
  const others = (await readdir(path)).filter((name) => name !== MANIFEST && !Object.hasOwn(listed, name));
  if (others.length > 0) notes.push(`no files of the version: ${others.join(', ')}`);
  const golden = problems.length === 0 ? await ask(artifact, beside, problems, notes) : null;
  return { model, version, path, ok: problems.length === 0, files, golden, problems, notes };
}

/** Asks the golden rows, where that can be done. */
async function ask(
  artifact: Artifact<ModelManifest>,
  beside: Beside,
  problems: string[],
  notes: string[],
): Promise<GoldenCheck | null> {
  const { sentence, files } = artifact.manifest;
  if (!Object.hasOwn(files, GOLDEN)) {
    notes.push('it has no golden rows: its digests alone were checked');
    return null;
  }
  const { readPipeline } = await import('../store/state-files.js');
  const mayLack: string[] = [];
  // the model of sentences is no part of the version: that it is not there is no damage
  const pipeline = await found(
    () => readPipeline(artifact, sentence ? beside : {}),
    sentence ? mayLack : problems,
  );
  notes.push(...mayLack.map((problem) => `its golden rows were not asked: ${problem}`));
  if (!pipeline) return null;
  const golden = await found(() => checkGoldenRows(artifact, pipeline), problems);
  if (golden && !golden.passed) {
    const { rows, changed, maxAbsDelta, tolerance } = golden;
    const by = maxAbsDelta === null ? 'no number' : maxAbsDelta.toExponential(1);
    problems.push(
      `${artifact.folder} does not answer its golden rows as it did when it was trained: ${changed} of ${rows} have another label, and probabilities differ by ${by}, allowed is ${tolerance}`,
    );
  }
  return golden ?? null;
}

/** What there is, or why there is none, among the problems. */
async function found<T>(look: () => Promise<T>, problems: string[]): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    // whatever a damaged file leads to is a problem of the version
    problems.push(error instanceof MaasError ? error.message : String(error));
    return undefined;
  }
}
