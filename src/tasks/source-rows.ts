import { stat } from 'node:fs/promises';
import { digestOf } from '../data/bytes.js';
import { type Example, readExamples } from '../data/examples.js';
import type { Places } from '../data/places.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import type { Predictions } from '../store/predictions.js';
import type { ModelManifest } from '../store/store.js';
import { trainedColumns } from './predict.js';

type Version = Artifact<ModelManifest>;

/** Bytes of files that are read again without being asked. */
const LITTLE = 1 << 24;

/**
 * Reads a version's held-out rows from their files again, in their order, and hands them to `visit`. Answers with the reason
 * where that cannot be, in one sentence: files that are gone or have changed, or, where it is `unasked`, that are large.
 * Throws `data` for a column that is not there.
 */
export async function readAgain(
  version: Version,
  rows: Predictions,
  others: readonly string[],
  unasked: boolean,
  visit: (example: Example) => void,
  listener: Listener,
): Promise<string | undefined> {
  const problem = await problemOf(version, rows.files, unasked);
  if (problem) return problem;
  const { manifest } = version;
  const { file, row } = rows.places;
  const runs = runsOf(rows.places);
  const { delimiter } = manifest.config as { delimiter?: string };
  let next = 0;
  await readExamples(
    runs.map((from) => rows.files[file[from]!]!),
    { preferred: trainedColumns(manifest), delimiter, onBadRow: 'skip', others },
    (example) => {
      // the run that is being read ends where the next one begins
      if (next === (runs[example.file + 1] ?? row.length) || example.row !== row[next]) return;
      visit({ ...example, file: file[next]! });
      next++;
    },
    // bad rows were told when they were read first
    { step: (step) => listener.step?.(step) },
  );
  return next === row.length
    ? undefined
    : `${rows.files.join(', ')} holds ${next} of the ${row.length} held-out rows`;
}

async function problemOf({ manifest }: Version, files: readonly string[], unasked: boolean) {
  const digests = new Map(manifest.data.files.map(({ path, sha256 }) => [path, sha256]));
  let bytes = 0;
  for (const path of files) {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return `${path}, which the held-out rows come from, is not there`;
    bytes += found.size;
  }
  if (unasked && bytes > LITTLE) return `${files.join(', ')}: it takes --slice to read so much again`;
  for (const path of files) {
    if ((await digestOf(path)) === digests.get(path)) continue;
    return `${path}, which the held-out rows come from, has changed since ${manifest.model}@${manifest.version} was trained`;
  }
  return undefined;
}

/** Where a file begins among rows that stand in the order in which they were read; a file may have been read twice. */
function runsOf({ file, row }: Places): number[] {
  const runs: number[] = [];
  for (let r = 0; r < row.length; r++) {
    if (r === 0 || file[r] !== file[r - 1] || row[r]! <= row[r - 1]!) runs.push(r);
  }
  return runs;
}
