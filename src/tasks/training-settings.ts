import { isDataset, readDatasetManifest } from '../store/dataset.js';
import { presets, resolveSettings } from './presets.js';
import { featureSettings, type TrainSettings } from './settings.js';

/**
 * The settings of a training on such data, and the names of those that were asked for, as against defaults. What suits a
 * vectorizer suits one that a dataset brings, too, and what a dataset has decided is not left to the data. Throws `usage`, and `artifact` for a dataset that cannot be read.
 */
export async function trainingSettings(
  data: readonly string[],
  given: Record<string, unknown>,
  preset: keyof typeof presets = 'default',
): Promise<{ settings: TrainSettings; asked: ReadonlySet<string>; ofDataset: boolean }> {
  const [first] = data;
  const ofDataset = data.length === 1 && (await isDataset(first!));
  const config: Partial<TrainSettings> = ofDataset ? (await readDatasetManifest(first!)).config : {};
  const { vectorizer, embeddings, analyzer, ngramRange } = config;
  const decided = presets[preset].analyzer === 'auto' ? { analyzer, ngramRange } : {};
  const ofPreset = preset === 'default' ? [] : Object.keys(presets[preset]);
  return {
    settings: resolveSettings({ vectorizer, embeddings, ...decided, ...given }, preset),
    asked: new Set([...Object.keys(given), ...ofPreset.filter((name) => name in featureSettings)]),
    ofDataset,
  };
}
