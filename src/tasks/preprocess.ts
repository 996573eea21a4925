import type { VectorizerState } from '../features/vectorizer.js';
import { loadVectorizer } from '../features/vectorizer.js';
import { type Listener, Stopwatch } from '../progress.js';
import { datasetFolder, readDataset, writeDataset } from '../store/dataset.js';
import { checkName, modelNameFor } from '../store/store.js';
import { loadStemmer } from '../text/stemmers.js';
import { version } from '../version.js';
import { type Prepared, type PrepareInput, prepare } from './prepare.js';
import { type DataSettings, dataSettings, type FeatureSettings, featureSettings } from './settings.js';

export interface PreprocessOptions extends PrepareInput {
  store: string;
  /** Folder to write; `<store>/datasets/<name>` if absent. */
  output?: string | undefined;
  name?: string | undefined;
  settings: DataSettings & FeatureSettings;
  command?: string[];
}

export interface PreprocessResult {
  path: string;
  name: string;
  rows: { train: number; validation: number; test: number };
  classes: string[];
  features: number;
  nonZeros: number;
  skipped: Prepared['skipped'];
  timings: Record<'read' | 'vectorize' | 'total', number>;
}

/** `Prepared` as it is stored: the vectorizer as its state. */
interface StoredDataset extends Omit<Prepared, 'vectorizer'> {
  vectorizer: VectorizerState;
}

/** Reads, checks, divides and vectorizes CSV files, and writes the result as a dataset that `train` takes. */
export async function preprocess(
  options: PreprocessOptions,
  listener: Listener = {},
): Promise<PreprocessResult> {
  const stopwatch = new Stopwatch();
  const name = options.name ?? modelNameFor(options.data[0]!);
  checkName(name);
  const prepared = await prepare(options, options.settings, stopwatch, listener);
  const path = options.output ?? datasetFolder(options.store, name);
  const rows = rowCounts(prepared);
  const state: StoredDataset = { ...prepared, vectorizer: prepared.vectorizer.state() };
  listener.step?.({ stage: 'write' });
  await writeDataset(path, state, {
    tool: { name: 'maas', version },
    name,
    created: new Date().toISOString(),
    command: options.command ?? [],
    config: decidedSettings(options.settings),
    rows,
  });
  return {
    path,
    name,
    rows,
    classes: prepared.labels.slice(0, prepared.classes),
    features: prepared.vectorizer.features,
    nonZeros: prepared.parts.train.features.values.length,
    skipped: prepared.skipped,
    timings: stopwatch.timings(['read', 'vectorize']),
  };
}

/** A dataset that `preprocess` wrote. */
export async function openDataset(path: string) {
  const { manifest, digest, state } = await readDataset<StoredDataset>(path);
  const { stemmer } = state.vectorizer.analyzer;
  const vectorizer = loadVectorizer(state.vectorizer, stemmer ? await loadStemmer(stemmer) : undefined);
  return { manifest, digest, prepared: { ...state, vectorizer } as Prepared };
}

/** The settings that a dataset decides: those of its rows and features. */
function decidedSettings(settings: DataSettings & FeatureSettings): Record<string, unknown> {
  const names = Object.keys({ ...dataSettings, ...featureSettings });
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name)));
}

export const rowCounts = ({ parts }: Prepared) => ({
  train: parts.train.labels.length,
  validation: parts.validation.labels.length,
  test: parts.test.labels.length,
});
