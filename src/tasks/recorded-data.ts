import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { STDIN } from '../data/bytes.js';
import { MaasError } from '../errors.js';
import { sha256 } from '../store/artifact.js';
import { isDataset, readDatasetManifest } from '../store/dataset.js';
import type { ModelManifest } from '../store/store.js';
import { type Stage, sameStage } from './difference.js';
import type { RowsInput } from './rows.js';

/** Where the data of a version is. Throws `usage` where nobody knows. */
export function recordedInputs(
  manifest: ModelManifest,
  { data, test }: { [K in keyof RowsInput]?: RowsInput[K] | undefined },
): RowsInput {
  const { model, version, dataset } = manifest;
  const named = `${model}@${version}`;
  if (dataset) {
    if (test) throw new MaasError('usage', `${named} was trained from a dataset, expected no --test`);
    return { data: data ?? [dataset.path] };
  }
  const { files } = manifest.data;
  const paths = (ofTest: boolean) =>
    files.filter((file) => (file.test ?? false) === ofTest).map(({ path }) => path);
  const own = data ?? paths(false);
  const tested = test ?? (paths(true).length > 0 ? paths(true) : undefined);
  // versions of before do not say which files the test rows were in
  if (!tested && manifest.command.includes('--test') && data === undefined) {
    throw new MaasError(
      'usage',
      `${named} does not say which of its files held the test rows, expected --data and --test`,
    );
  }
  if (own.includes(STDIN) || own.includes('standard input')) {
    throw new MaasError('usage', `${named} was trained from standard input, expected --data with a file`, {
      hint: 'what was piped is known by its digest',
    });
  }
  return { data: own, ...(tested && { test: tested }) };
}

/** Holds files to the digests that were recorded. Throws `data` where one is not there. */
export async function compareData(
  { data, dataset, embeddings, sentence }: ModelManifest,
  inputs: RowsInput,
  vectors: string | null,
): Promise<Stage> {
  const paths = [...inputs.data, ...(inputs.test ?? [])];
  // a dataset holds what was made of them
  const outside = dataset ? null : vectors;
  for (const path of [...paths, ...(outside === null ? [] : [outside])]) {
    if (existsSync(path)) continue;
    const flag = path === outside ? '--embeddings' : inputs.test?.includes(path) ? '--test' : '--data';
    throw new MaasError('data', `${path} is not there, which the version was trained with`, {
      hint: `name where it is now with ${flag}`,
    });
  }
  const expected = dataset ? [dataset.sha256] : data.files.map((file) => file.sha256);
  const found = await Promise.all(paths.map(dataset ? datasetDigest : fileDigest));
  const others = paths.filter((_, i) => found[i] !== expected[i]);
  if (outside !== null) {
    const digest = sentence ? await folderDigest(outside) : await fileDigest(outside);
    if (digest !== (sentence ?? embeddings)?.sha256) others.push(outside);
  }
  const missing = Math.max(0, expected.length - paths.length);
  if (others.length + missing === 0) return sameStage('data');
  const what =
    others.length > 0
      ? `${others.join(', ')} ${others.length === 1 ? 'holds' : 'hold'} other data than the version was trained with`
      : `the version was trained with ${expected.length} files, found ${paths.length}`;
  return {
    stage: 'data',
    same: false,
    what,
    count: others.length + missing,
    ...(others[0] && { first: others[0] }),
  };
}

async function datasetDigest(path: string): Promise<string | undefined> {
  if (!(await isDataset(path))) return undefined;
  return sha256(JSON.stringify((await readDatasetManifest(path)).files));
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function folderDigest(path: string): Promise<string> {
  const { openModelFolder } = await import('../features/sentence/folder.js');
  return (await openModelFolder(path)).sha256;
}
