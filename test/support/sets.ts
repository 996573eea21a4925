import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** The files of a real data set beside the project, or nothing where there are none. */
export function dataSet(name: string): { train: string; test: string } | undefined {
  const files = { train: `${root}${name}/train.csv.gz`, test: `${root}${name}/test.csv.gz` };
  if (existsSync(files.train)) return files;
  console.warn(`skipped: the data set ${name} is not beside the project`);
  return undefined;
}
