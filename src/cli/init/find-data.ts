import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { findColumns } from '../../data/columns.js';
import { openCsv } from '../../data/csv.js';
import { MaasError } from '../../errors.js';
import { modelNameFor } from '../../store/store.js';

/** Labelled rows that a folder has for a model. Paths are relative to it, with "/". */
export interface FoundData {
  name: string;
  train?: string;
  test?: string;
  textColumn?: string;
  labelColumn?: string;
  /** Other files that could have been it. */
  others: string[];
}

interface Candidate {
  path: string;
  bytes: number;
  columns: string[];
  textColumn: string;
  labelColumn: string;
}

/** Where data files are looked for: the folder itself and `data`. */
const folders = ['.', 'data'];
const isTable = /\.(csv|tsv)(\.gz)?$/i;
/** Characters that a pattern of a CI would read as more than themselves. */
const special = /[*?[\]{}!\p{Cc}]/u;

const called = (...words: string[]) => new RegExp(`(^|[^a-z])(${words.join('|')})([^a-z]|$)`, 'i');
const [forTraining, forTests, setAside] = [
  called('train', 'training'),
  called('test'),
  called('dev', 'valid', 'validation', 'predictions'),
];

/**
 * The CSV file that a model would be trained on, by its columns: one that is called so, else the largest; and the test set
 * beside it, if there is one with the same columns.
 */
export async function findData(folder: string): Promise<FoundData> {
  const tables = (await Promise.all((await paths(folder)).map((path) => candidate(folder, path)))).filter(
    (found) => found !== undefined,
  );
  const stem = ({ path }: Candidate) => basename(path);
  const usable = tables.filter((each) => !forTests.test(stem(each)) && !setAside.test(stem(each)));
  const order = (each: Candidate) => (forTraining.test(stem(each)) ? 0 : 1);
  const [train, ...others] = usable.sort((a, b) => order(a) - order(b) || b.bytes - a.bytes);
  const home = basename(resolve(folder));
  if (!train) return { name: modelNameFor(home), others: [] };
  const alike = (each: Candidate) =>
    forTests.test(stem(each)) && each.columns.join('\0') === train.columns.join('\0');
  const test = tables.find(alike);
  const { path, textColumn, labelColumn } = train;
  const generic = forTraining.test(stem(train)) || /^data\./i.test(stem(train));
  return {
    ...{ name: modelNameFor(generic ? home : path), train: path, textColumn, labelColumn },
    ...(test && { test: test.path }),
    others: others.map((other) => other.path),
  };
}

async function paths(folder: string): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (inside) => {
      const names = await readdir(join(folder, inside)).catch(() => []);
      return names.sort().map((name) => (inside === '.' ? name : `${inside}/${name}`));
    }),
  );
  return found.flat().filter((path) => isTable.test(path) && !special.test(path));
}

/** What a file is, if its columns hold a text and a label. */
async function candidate(folder: string, path: string): Promise<Candidate | undefined> {
  try {
    const table = await openCsv(join(folder, path));
    await table.close();
    const { text, label } = findColumns(path, table.columns, {});
    const { size } = await stat(join(folder, path));
    const { columns } = table;
    return { path, bytes: size, columns, textColumn: columns[text]!, labelColumn: columns[label]! };
  } catch (error) {
    if (error instanceof MaasError) return undefined;
    throw error;
  }
}
