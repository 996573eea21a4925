import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { scannedTerms } from '../features/scanned-terms.js';
import {
  type ArtifactManifest,
  checkFolder,
  MANIFEST,
  openArtifact,
  publishFolder,
  sha256,
  writeFiles,
} from './artifact.js';
import { decodeState, encodeState } from './state-files.js';

const FORMAT = 'maas-dataset';
const FORMAT_VERSION = 1;

/** What a dataset says of itself. */
export interface DatasetManifest extends ArtifactManifest {
  tool: { name: 'maas'; version: string };
  name: string;
  created: string;
  command: string[];
  config: Record<string, unknown>;
  rows: { train: number; validation: number; test: number };
}

/** Whether this is a folder that `preprocess` may have written. */
export const isDataset = async (path: string): Promise<boolean> =>
  (await stat(join(path, MANIFEST)).catch(() => undefined))?.isFile() ?? false;

/** Throws `usage` where no dataset can be written. */
export const checkDatasetFolder = (folder: string): Promise<void> => checkFolder(folder, FORMAT);

/**
 * Writes a dataset folder, in the place of an older one if there is one. `state` is plain data and typed arrays and
 * comes back from `readDataset` as it was.
 */
export async function writeDataset(
  folder: string,
  state: object,
  facts: Omit<DatasetManifest, keyof ArtifactManifest>,
): Promise<DatasetManifest> {
  return publishFolder(folder, FORMAT, async (aside) => {
    const files = await writeFiles(aside, encodeState(state));
    return { format: FORMAT, formatVersion: FORMAT_VERSION, ...facts, files };
  });
}

/** Reads a dataset folder: its manifest, the digest of that, and its state. Throws `artifact`. */
export async function readDataset<S extends object>(
  folder: string,
): Promise<{ manifest: DatasetManifest; digest: string; state: S }> {
  const artifact = await openArtifact<DatasetManifest>(folder, FORMAT, FORMAT_VERSION);
  const state = await decodeState<S>(artifact, scannedTerms);
  return { manifest: artifact.manifest, digest: sha256(JSON.stringify(artifact.manifest.files)), state };
}

/** What a dataset folder says of itself; its files are not looked at. Throws `artifact`. */
export async function readDatasetManifest(folder: string): Promise<DatasetManifest> {
  return (await openArtifact<DatasetManifest>(folder, FORMAT, FORMAT_VERSION)).manifest;
}

/** Where a dataset goes when nobody says: beside the models. */
export const datasetFolder = (store: string, name: string) => join(store, 'datasets', name);
