import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST } from '../store/artifact.js';
import { readDatasetManifest } from '../store/dataset.js';
import { presets, resolveSettings } from './presets.js';
import { featureSettings, type TrainSettings } from './settings.js';

/** Whether this is a folder that `preprocess` may have written. */
export const isDataset = async (path: string): Promise<boolean> =>
  (await stat(join(path, MANIFEST)).catch(() => undefined))?.isFile() ?? false;

/**
 * The settings of a training on such data, and the names of those that were asked for, as against defaults. What suits a
 * vectorizer suits one that a dataset brings, too. Throws `usage`, and `artifact` for a dataset that cannot be read.
 */
export async function trainingSettings(
  data: readonly string[],
  given: Record<string, unknown>,
  preset?: keyof typeof presets,
): Promise<{ settings: TrainSettings; asked: ReadonlySet<string> }> {
  const [first] = data;
  const manifest =
    data.length === 1 && (await isDataset(first!)) ? await readDatasetManifest(first!) : undefined;
  const { vectorizer, embeddings } = (manifest?.config ?? {}) as Partial<TrainSettings>;
  const ofPreset = preset ? Object.keys(presets[preset]).filter((name) => name in featureSettings) : [];
  return {
    settings: resolveSettings({ vectorizer, embeddings, ...given }, preset),
    asked: new Set([...Object.keys(given), ...ofPreset]),
  };
}
