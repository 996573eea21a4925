import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkName } from '../../store/names.js';
import { modelNameFor } from '../../store/store.js';
import { configNames, readConfig } from '../config.js';
import type { FoundData } from './find-data.js';
import type { WorkflowFacts } from './workflows.js';

/** The config file of a folder, if it has one. */
export const configOf = (folder: string): string | undefined =>
  configNames.map((name) => join(folder, name)).find((path) => existsSync(path));

/**
 * What workflows are written about: the model and the data of the config file that is there, else those that were found.
 * Throws `usage` for a config file that cannot be used.
 */
export async function workflowFacts(
  folder: string,
  own: string | undefined,
  { name, train = 'data.csv', test }: FoundData,
): Promise<WorkflowFacts> {
  const lockfile = existsSync(join(folder, 'package-lock.json'));
  if (own === undefined) {
    const files = [configNames[0]!, train, ...(test === undefined ? [] : [test])];
    return { name, files, lockfile };
  }
  const values = (await readConfig(own))?.values ?? {};
  const list = (value: unknown) => (value === undefined ? [] : [value].flat().map(String));
  const learned = list(values.train ?? train);
  const named = values.name === undefined ? modelNameFor(learned[0]!) : String(values.name);
  checkName(named);
  return { name: named, files: [basename(own), ...learned, ...list(values.test)], lockfile };
}
