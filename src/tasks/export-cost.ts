import { readExamples } from '../data/examples.js';
import { MaasError } from '../errors.js';
import type { ExportFormat } from '../export/formats.js';
import { bulkTransform } from '../features/bulk.js';
import type { Pipeline } from '../pipeline.js';
import { type Prediction, predictionsOf } from '../predictions.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import type { ModelManifest } from '../store/store.js';
import { textsOf } from '../text/batch.js';
import { heldOut } from './answers.js';
import { trainedColumns } from './predict.js';
import { readAgain } from './source-rows.js';

export interface CostOptions {
  /** Labelled CSV files to measure what a smaller export loses on; the version's own held-out rows if absent. */
  data?: readonly string[] | undefined;
}

/** What an export that was made smaller saves and loses. */
export interface ExportCost {
  /** Of all its files but the certificate and the manifest, and of those of the export as it is, where there can be one. */
  bytes: { before: number | null; after: number };
  measured?: {
    rows: number;
    accuracy: { before: number; after: number };
    /** Rows that get another label. */
    changed: number;
    /** Largest difference of a probability of any class. */
    maxAbsDelta: number;
  };
  /** Why there is no such measurement. */
  unmeasured?: string;
}

interface Exported {
  artifact: Artifact<ModelManifest>;
  pipeline: Pipeline;
  format: ExportFormat;
  folder: string;
  /** What was written, but for the certificate. */
  written: Record<string, { size: number }>;
}

/** Rows of the held-out ones that are asked about at the most, every so many-th. */
const MOST_ROWS = 50_000;
/** Rows that are asked about at a time. */
const AT_ONCE = 512;

/** Asks a version and an export of it, in its own runtime, about labelled rows. Throws `data` for files that cannot be used. */
export async function measureCost(
  exported: Exported,
  { data, devices }: CostOptions & { devices?: string | undefined },
  listener: Listener,
): Promise<ExportCost> {
  const { artifact, pipeline, format, folder, written } = exported;
  const { manifest } = artifact;
  const name = `${manifest.model}@${manifest.version}`;
  const asItIs = await format.files(pipeline, name, {}, {}, artifact).catch((error) => {
    if (error instanceof MaasError && error.code === 'usage') return null;
    throw error;
  });
  const sum = (sizes: number[]) => sizes.reduce((total, size) => total + size, 0);
  const bytes = {
    before: asItIs && sum(Object.values(asItIs).map((content) => Buffer.byteLength(content))),
    after: sum(Object.keys(written).map((name) => written[name]!.size)),
  };
  const { texts, labels, problem } = await labelledRows(artifact, data, listener);
  if (problem !== undefined) return { bytes, unmeasured: problem };
  const transform = bulkTransform(pipeline.vectorizer);
  const hits = { before: 0, after: 0 };
  let [changed, maxAbsDelta] = [0, 0];
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    listener.step?.({ stage: 'check', done: from, total: texts.length });
    const some = texts.slice(from, from + AT_ONCE);
    const probabilities = pipeline.classifier.probabilities(await transform(textsOf(some)));
    const before = predictionsOf(pipeline.labels, probabilities, pipeline.thresholds);
    const after = await format.predict(folder, some, devices);
    for (let i = 0; i < some.length; i++) {
      const label = labels[from + i]!;
      if (before[i]!.label === label) hits.before++;
      if (after[i]!.label === label) hits.after++;
      if (before[i]!.label !== after[i]!.label) changed++;
      maxAbsDelta = Math.max(maxAbsDelta, difference(before[i]!, after[i]!));
    }
  }
  const rows = texts.length;
  const accuracy = { before: hits.before / rows, after: hits.after / rows };
  return { bytes, measured: { rows, accuracy, changed, maxAbsDelta } };
}

const difference = (before: Prediction, after: Prediction) =>
  Object.entries(before.scores).reduce(
    (largest, [label, p]) => Math.max(largest, Math.abs(p - after.scores[label]!)),
    0,
  );

/** The rows to measure on; and, where there are none, why. */
async function labelledRows(
  artifact: Artifact<ModelManifest>,
  data: readonly string[] | undefined,
  listener: Listener,
): Promise<{ texts: string[]; labels: string[]; problem?: string }> {
  const texts: string[] = [];
  const labels: string[] = [];
  let row = 0;
  let every = 1;
  const visit = ({ text, label }: { text: string; label: string }) => {
    if (row++ % every !== 0) return;
    texts.push(text);
    labels.push(label);
  };
  if (data) {
    const { delimiter } = artifact.manifest.config as { delimiter?: string };
    const preferred = trainedColumns(artifact.manifest);
    await readExamples(data, { preferred, delimiter, onBadRow: 'skip' }, visit, listener);
    return texts.length > 0
      ? { texts, labels }
      : { texts, labels, problem: `${data.join(', ')} holds no rows` };
  }
  try {
    const rows = await heldOut(artifact);
    every = Math.ceil(rows.outcomes.truth.length / MOST_ROWS);
    const problem = await readAgain(artifact, rows, [], false, visit, listener);
    return { texts, labels, ...(problem !== undefined && { problem }) };
  } catch (error) {
    if (!(error instanceof MaasError && error.code === 'data')) throw error;
    return { texts, labels, problem: error.message };
  }
}
