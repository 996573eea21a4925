import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { MaasError } from '../errors.js';
import { accepts, configKeys, expectedBy, SCHEMA_KEY } from './config-schema.js';

/** Names under which a config file is found by itself. */
export const configNames = ['maas.config.yaml', 'maas.config.yml', 'maas.config.json'];

/**
 * The flags of a config file by their camelCase names, all of them checked. Without a name, the file of the working folder, if
 * any. Throws `usage`.
 */
export async function readConfig(
  named: string | undefined,
): Promise<{ file: string; values: Record<string, unknown> } | undefined> {
  const file = named ?? configNames.find((name) => existsSync(name));
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
  const keys = new Map(configKeys().map((key) => [key.key, key]));
  for (const [name, value] of Object.entries(values)) {
    const key = keys.get(name);
    if (!key && name === SCHEMA_KEY && typeof value === 'string') continue;
    if (!key) throw unknown(file, name, [...keys.keys()]);
    if (accepts(key, value)) continue;
    throw new MaasError(
      'usage',
      `${name} in ${file} is ${JSON.stringify(value)}, expected ${expectedBy(key)}`,
    );
  }
  return { file, values: values as Record<string, unknown> };
}

function unknown(file: string, name: string, keys: readonly string[]): MaasError {
  const alike = keys.find((key) => key.toLowerCase() === name.replaceAll(/[-_]/g, '').toLowerCase());
  return new MaasError(
    'usage',
    `${file} sets "${name}", which is no flag`,
    alike ? { hint: `did you mean ${alike}?` } : {},
  );
}
