import { MaasError } from '../errors.js';
import { largestDelta } from '../export/certificate.js';
import { goldenTextsFor } from '../features/golden-texts.js';
import type { AnyPipeline } from '../pipeline.js';
import type { Artifact } from '../store/artifact.js';
import type { ModelManifest } from '../store/store.js';

/** The file of a version that says what it answers to a few texts, which are made up of its own terms. */
export const GOLDEN = 'golden.json';

/** What a version answers to a text: probabilities in the order of its classes. */
interface GoldenRow {
  text: string;
  label: string;
  scores: number[];
}

/** Texts made of the model's terms, beside the odd ones. */
const MADE = 8;
/** Probabilities that are kept at the most, where that leaves rows enough. */
const MOST_SCORES = 1 << 12;
const FEWEST_ROWS = 4;

/** Golden rows of a pipeline that was fitted just now, as the file that its version has. */
export async function encodeGoldenRows(pipeline: AnyPipeline): Promise<Record<string, string>> {
  const count = Math.max(FEWEST_ROWS, Math.floor(MOST_SCORES / pipeline.labels.length));
  const texts = goldenTextsFor(pipeline.vectorizer, MADE).slice(-count);
  const predictions = await pipeline.predict(texts);
  const rows = predictions.map(({ label, scores }, r) =>
    JSON.stringify({ text: texts[r]!, label, scores: pipeline.labels.map((name) => scores[name]!) }),
  );
  return { [GOLDEN]: `[\n${rows.join(',\n')}\n]\n` };
}

/** How a pipeline that was loaded answers the golden rows of its version. */
export interface GoldenCheck {
  rows: number;
  /** Largest difference of a class's probability in any row; null where there is no number to compare. */
  maxAbsDelta: number | null;
  tolerance: number;
  /** Rows that have another label. */
  changed: number;
  passed: boolean;
}

/** Largest difference of a probability that a processor or a library may account for. */
const TOLERANCE = 1e-5;
/** The same where a library embeds the texts, in float32 and in an order of its own. */
const TOLERANCE_OF_SENTENCES = 1e-3;

/** Asks a version's pipeline its golden rows again; null where it has none. Throws `artifact` where they cannot be read. */
export async function checkGoldenRows(
  artifact: Artifact<ModelManifest>,
  pipeline: AnyPipeline,
): Promise<GoldenCheck | null> {
  const { files, classes } = artifact.manifest;
  if (!(GOLDEN in files)) return null;
  const rows = decodeGoldenRows((await artifact.read(GOLDEN)).toString('utf8'), artifact.folder);
  const found = await pipeline.predict(rows.map(({ text }) => text));
  const maxAbsDelta = largestDelta({ labels: classes, scores: rows.map(({ scores }) => scores) }, found);
  const tolerance = pipeline.vectorizer.kind === 'sentence' ? TOLERANCE_OF_SENTENCES : TOLERANCE;
  // a tie may be decided by what is tolerated
  const changed = rows.filter(({ label }, r) => found[r]!.label !== label).length;
  return {
    ...{ rows: rows.length, tolerance, changed },
    maxAbsDelta: Number.isNaN(maxAbsDelta) ? null : maxAbsDelta,
    passed: maxAbsDelta <= tolerance && (changed === 0 || maxAbsDelta > 0),
  };
}

function decodeGoldenRows(json: string, folder: string): GoldenRow[] {
  const rows: unknown = JSON.parse(json);
  const isRow = (row: Partial<GoldenRow> | null) =>
    typeof row?.text === 'string' && typeof row.label === 'string' && Array.isArray(row.scores);
  if (Array.isArray(rows) && rows.every(isRow)) return rows;
  throw new MaasError('artifact', `${folder}/${GOLDEN} is no list of texts with their labels and scores`);
}
