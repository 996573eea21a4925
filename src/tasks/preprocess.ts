import { MaasError } from '../errors.js';
import type { EmbeddingReport } from '../features/embedding-fit.js';
import type { SentenceReport } from '../features/sentence/encoder.js';
import { type Listener, Stopwatch } from '../progress.js';
import { checkDatasetFolder, datasetFolder, writeDataset } from '../store/dataset.js';
import { checkName } from '../store/names.js';
import { modelNameFor } from '../store/store.js';
import { version } from '../version.js';
import { storedForm } from './dataset.js';
import { type Prepared, type PrepareInput, prepare, rowCounts } from './prepare.js';
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
  /** The word vectors that features are made of, where they are, and how many words have one. */
  embeddings?: EmbeddingReport;
  /** The model that embeds the texts, where one does. */
  sentence?: SentenceReport;
  nonZeros: number;
  skipped: Prepared['skipped'];
  /** What the run was expected to need. */
  needs: Prepared['needs'];
  timings: Record<'read' | 'vectorize' | 'total', number>;
}

/** Reads, checks, divides and vectorizes CSV files, and writes the result as a dataset that `train` takes. */
export async function preprocess(
  options: PreprocessOptions,
  listener: Listener = {},
): Promise<PreprocessResult> {
  const stopwatch = new Stopwatch();
  const name = options.name ?? modelNameFor(options.data[0]!);
  checkName(name);
  const { vectorizer, embeddings } = options.settings;
  if (vectorizer === 'sequence' && embeddings !== null) {
    throw new MaasError(
      'usage',
      'a dataset of sequences holds no word vectors for embeddings to begin with, expected no embeddings',
      { hint: 'train from the CSV file with --embeddings' },
    );
  }
  const path = options.output ?? datasetFolder(options.store, name);
  // told before an hour of reading, not after
  await checkDatasetFolder(path);
  const prepared = await prepare(options, options.settings, stopwatch, listener);
  const rows = rowCounts(prepared);
  listener.step?.({ stage: 'write' });
  await writeDataset(path, storedForm(prepared), {
    tool: { name: 'maas', version },
    name,
    created: new Date().toISOString(),
    command: options.command ?? [],
    config: decidedSettings({ ...options.settings, ...prepared.decided }),
    rows,
  });
  return {
    path,
    name,
    rows,
    classes: prepared.labels.slice(0, prepared.classes),
    features: prepared.vectorizer.features,
    ...(prepared.embeddings && { embeddings: prepared.embeddings }),
    ...(prepared.sentence && { sentence: prepared.sentence }),
    nonZeros: prepared.parts.train.features.values.length,
    skipped: prepared.skipped,
    needs: prepared.needs,
    timings: stopwatch.timings(['read', 'vectorize']),
  };
}

/** The settings that a dataset decides: those of its rows and features. */
function decidedSettings(settings: DataSettings & FeatureSettings): Record<string, unknown> {
  const names = Object.keys({ ...dataSettings, ...featureSettings });
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name)));
}
