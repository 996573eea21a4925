import { stat } from 'node:fs/promises';
import { digestOf } from '../data/bytes.js';
import { type Example, readExamples } from '../data/examples.js';
import { MaasError } from '../errors.js';
import type { Artifact } from '../store/artifact.js';
import type { Predictions } from '../store/predictions.js';
import type { ModelManifest } from '../store/store.js';
import { trainedColumns } from './predict.js';

type Version = Artifact<ModelManifest>;

/** Bytes of files that are read again without being asked. */
const LITTLE = 1 << 26;

/**
 * Why the files that a version's held-out rows come from cannot be read again: one sentence; undefined where they are what
 * they were. `unasked`: also where that would take long.
 */
export async function whyNotAgain(
  { manifest }: Version,
  { files }: Predictions,
  unasked: boolean,
): Promise<string | undefined> {
  const digests = new Map(manifest.data.files.map(({ path, sha256 }) => [path, sha256]));
  let bytes = 0;
  for (const path of files) {
    const file = await stat(path).catch(() => undefined);
    if (!file?.isFile()) return `${path}, which the held-out rows come from, is not there`;
    bytes += file.size;
  }
  if (unasked && bytes > LITTLE)
    return `${files.join(', ')}: reading so much again is to be asked for with --slice`;
  for (const path of files) {
    if ((await digestOf(path)) === digests.get(path)) continue;
    return `${path}, which the held-out rows come from, has changed since ${manifest.model}@${manifest.version} was trained`;
  }
  return undefined;
}

/**
 * Reads held-out rows from their files again, in their order; `whyNotAgain` has nothing against it. Throws `data` for a column
 * that is not there.
 */
export async function readAgain(
  { manifest }: Version,
  { files, places }: Predictions,
  others: readonly string[],
  visit: (example: Example) => void,
): Promise<void> {
  const { file, row } = places;
  const { delimiter } = manifest.config as { delimiter?: string };
  // rows are held out in the order in which they are read
  let next = 0;
  await readExamples(
    files,
    { preferred: trainedColumns(manifest), delimiter, onBadRow: 'skip', others },
    (example) => {
      if (example.file !== file[next] || example.row !== row[next]) return;
      visit(example);
      next++;
    },
  );
  if (next === row.length) return;
  throw new MaasError('data', `${files.join(', ')} holds ${next} of the ${row.length} held-out rows`, {
    hint: 'give labelled rows with --data',
  });
}
