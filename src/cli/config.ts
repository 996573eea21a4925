import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { MaasError } from '../errors.js';
import { type FlagName, flags, publicName } from './flags.js';

const defaults = ['maas.config.yaml', 'maas.config.yml', 'maas.config.json'];

/** The flags of a config file by their camelCase names. Without a name, the file of the working folder, if any. */
export async function readConfig(
  named: string | undefined,
): Promise<{ file: string; values: Record<string, unknown> } | undefined> {
  const file = named ?? defaults.find((name) => existsSync(name));
  if (file === undefined) return undefined;
  const source = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new MaasError('usage', `the config file ${file} cannot be read (${cause.code})`, { cause });
  });
  const { parse } = await import('yaml');
  let values: unknown;
  try {
    values = parse(source);
  } catch (cause) {
    throw new MaasError('usage', `${file} is not YAML: ${(cause as Error).message.split('\n')[0]}`, {
      cause,
    });
  }
  if (values === null || values === undefined) return { file, values: {} };
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw new MaasError(
      'usage',
      `${file} holds ${Array.isArray(values) ? 'a list' : 'one value'}, expected flags by name`,
    );
  }
  const known = new Set((Object.keys(flags) as FlagName[]).map(publicName));
  for (const key of Object.keys(values)) {
    if (known.has(key)) continue;
    const alike = [...known].find((name) => name.toLowerCase() === key.replaceAll(/[-_]/g, '').toLowerCase());
    throw new MaasError(
      'usage',
      `${file} sets "${key}", which is no flag`,
      alike ? { hint: `did you mean ${alike}?` } : {},
    );
  }
  return { file, values: values as Record<string, unknown> };
}
