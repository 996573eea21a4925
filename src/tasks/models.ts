import type { Listener } from '../progress.js';
import type { ModelManifest } from '../store/store.js';
import { Store } from '../store/store.js';

/** Every version in a store, or those of one model: model by model, oldest first. */
export const listModels = (
  store: string,
  model?: string,
  listener: Listener = {},
): Promise<ModelManifest[]> => new Store(store).manifests(model, listener);

/** What one version says of itself, and the folder that it is in. */
export async function showModel(
  store: string,
  reference?: string,
): Promise<ModelManifest & { path: string }> {
  const { manifest, folder } = await new Store(store).open(reference);
  return { ...manifest, path: folder };
}
