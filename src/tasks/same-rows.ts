import type { Places } from '../data/places.js';
import { MaasError } from '../errors.js';
import type { Outcomes } from '../metrics/outcomes.js';
import { firstUnlike, type Paired, paired } from '../metrics/paired.js';
import type { Listener } from '../progress.js';
import { grouped } from '../report/format.js';
import type { Artifact } from '../store/artifact.js';
import type { Predictions } from '../store/predictions.js';
import type { ModelManifest } from '../store/store.js';
import { type AnswerOptions, answers, heldOut } from './answers.js';

type Version = Artifact<ModelManifest>;

export interface SameRows {
  /** What both versions say, row by row in the same order. */
  pairs: Paired;
  outcomes: readonly [Outcomes, Outcomes];
  data: { kind: 'held-out' } | { kind: 'file'; files: { path: string; sha256: string; rows: number }[] };
}

/**
 * What two versions say of the same rows: of labelled files, or of those that were held out from both, where these are the
 * same. `known` is what `b` says of the files, where that is known. Throws `data` where the rows are not the same, `usage`,
 * `artifact`.
 */
export async function sameRows(
  a: Version,
  b: Version,
  files: readonly string[] | undefined,
  options: AnswerOptions,
  listener: Listener,
  known?: Outcomes,
): Promise<SameRows> {
  checkReadTwice(files);
  if (files) {
    const { outcomes: ofA, data } = await answers(a, files, options, listener);
    const outcomes = [ofA, known ?? (await answers(b, files, options, listener)).outcomes] as const;
    return { pairs: pairsOf(a, b, outcomes, files.join(', ')), outcomes, data };
  }
  const [ofA, ofB] = await Promise.all([heldOut(a), heldOut(b)]);
  const outcomes = [inOrder(a, ofA, b, ofB), ofB.outcomes] as const;
  return { pairs: pairsOf(a, b, outcomes, 'the held-out rows'), outcomes, data: { kind: 'held-out' } };
}

/** Throws `data` where a version was tested on other rows than those that a training holds out. */
export async function checkHeldOut(
  version: Version,
  { files, test }: { files: readonly { sha256: string }[]; test: Places },
): Promise<void> {
  const known = new Set(rowNamesOf(version, await heldOut(version)));
  const own = rowNames(
    files.map(({ sha256 }) => sha256),
    test,
  );
  const same = own.filter((name) => known.has(name)).length;
  if (same === own.length && same === known.size) return;
  throw new MaasError(
    'data',
    `${nameOf(version)} was tested on other rows than this training holds out: ${grouped(known.size)} and ${grouped(own.length)}, of which ${grouped(same)} are the same`,
    {
      hint: 'train both with the same --test, or hold the new version to numbers',
      details: { rows: [known.size, own.length], same },
    },
  );
}

/** Throws `usage` for standard input, which two versions cannot both read. */
export function checkReadTwice(files: readonly string[] | undefined): void {
  if (!files?.includes('-')) return;
  throw new MaasError('usage', 'standard input can be read once, and two versions answer, expected a file');
}

/** "reviews@3". */
export const nameOf = ({ manifest: { model, version } }: Version): string => `${model}@${version}`;

function pairsOf(a: Version, b: Version, outcomes: readonly [Outcomes, Outcomes], where: string): Paired {
  const unlike = firstUnlike(...outcomes);
  if (unlike === undefined) return paired(...outcomes);
  throw new MaasError('data', `${nameOf(a)} and ${nameOf(b)} do not read the same labels from ${where}`, {
    hint: 'name the columns with --text-column and --label-column',
    details: { row: unlike + 1 },
  });
}

/** The outcomes of `a` in the order in which `b` has the rows: they are known by the file's content and their number there. */
function inOrder(a: Version, ofA: Predictions, b: Version, ofB: Predictions): Outcomes {
  const placeOf = new Map(rowNamesOf(a, ofA).map((name, r) => [name, r]));
  const order = rowNamesOf(b, ofB).flatMap((name) => placeOf.get(name) ?? []);
  const [rowsA, rowsB] = [ofA.outcomes.truth.length, ofB.outcomes.truth.length];
  if (order.length !== rowsB || placeOf.size !== rowsB) {
    throw new MaasError(
      'data',
      `${nameOf(a)} and ${nameOf(b)} were tested on different rows: ${grouped(rowsA)} and ${grouped(rowsB)}, of which ${grouped(order.length)} are the same`,
      {
        hint: 'give labelled rows that neither was trained on with --data, or train both with the same --test',
        details: { rows: [rowsA, rowsB], same: order.length },
      },
    );
  }
  const { labels, classes, truth, predicted, score, labelScore, probabilities } = ofA.outcomes;
  const sorted = probabilities && new Float64Array(probabilities.length);
  order.forEach((r, at) => {
    sorted?.set(probabilities!.subarray(r * classes, (r + 1) * classes), at * classes);
  });
  return {
    labels,
    classes,
    truth: Uint32Array.from(order, (r) => truth[r]!),
    predicted: Uint32Array.from(order, (r) => predicted[r]!),
    score: Float64Array.from(order, (r) => score[r]!),
    labelScore: Float64Array.from(order, (r) => labelScore[r]!),
    probabilities: sorted,
  };
}

function rowNamesOf({ manifest }: Version, { files, places }: Predictions): string[] {
  const digests = new Map(manifest.data.files.map(({ path, sha256 }) => [path, sha256]));
  return rowNames(
    files.map((path) => digests.get(path) ?? path),
    places,
  );
}

const rowNames = (files: readonly string[], { file, row }: Places): string[] =>
  Array.from(row, (number, r) => `${files[file[r]!]}:${number}`);
