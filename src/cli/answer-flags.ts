import { resolveSettings } from '../tasks/presets.js';
import type { CommandInput } from './command.js';

/** The flags of every command that asks versions about labelled rows. */
export const answerFlags = [
  'data',
  'threads',
  'embeddings',
  'embeddingCache',
  'textColumn',
  'labelColumn',
  'delimiter',
  'onBadRow',
] as const;

/** What such a command hands on to its task as it was given. */
export const answerOptions = ({ values, typed, settings, store, devices, embeddingCache }: CommandInput) => ({
  store,
  data: values.data,
  threads: values.threads,
  devices,
  // what a config file names is what was trained with
  embeddings: typed.has('embeddings') ? (values.embeddings ?? undefined) : undefined,
  embeddingCache,
  settings: resolveSettings({ ...settings, embeddings: undefined }),
});
