import type { Listener } from '../progress.js';
import { aliasesOf } from '../store/aliases.js';
import type { ModelManifest } from '../store/store.js';
import { Store } from '../store/store.js';

/** A manifest with the aliases that name its version now. */
export type ListedModel = ModelManifest & { aliases: string[] };

/** Every version in a store, or those of one model: model by model, oldest first. */
export async function listModels(
  store: string,
  model?: string,
  listener: Listener = {},
): Promise<ListedModel[]> {
  const opened = new Store(store);
  const manifests = await opened.manifests(model, listener);
  const names = new Set(manifests.map((manifest) => manifest.model));
  const files = new Map(
    await Promise.all([...names].map(async (name) => [name, await opened.aliases(name).read()] as const)),
  );
  return manifests.map((each) => ({ ...each, aliases: aliasesOf(files.get(each.model)!, each.version) }));
}

/** What one version says of itself, the aliases that name it, and the folder that it is in. */
export async function showModel(store: string, reference?: string): Promise<ListedModel & { path: string }> {
  const opened = new Store(store);
  const { manifest, folder } = await opened.open(reference);
  const { model, version } = manifest;
  const own = await opened.own(folder).then(
    () => true,
    () => false,
  );
  const aliases = own ? aliasesOf(await opened.aliases(model).read(), version) : [];
  return { ...manifest, aliases, path: folder };
}
