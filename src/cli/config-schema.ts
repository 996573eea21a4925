import { conforms, type JsonSchema } from '../tasks/json-schema.js';
import { presets } from '../tasks/presets.js';
import type { Setting } from '../tasks/setting.js';
import { type FlagName, flags, publicName } from './flags.js';

/** A key of the config file: the flags that it is the name of, more than one where commands mean different things by it. */
export interface ConfigKey {
  key: string;
  flags: readonly FlagName[];
  /** What holds where nothing is said; undefined where that depends. */
  default: unknown;
}

/** The keys of the config file, in the order of the flags: every flag but the one that names the file. */
export function configKeys(): ConfigKey[] {
  const found = new Map<string, FlagName[]>();
  for (const flag of Object.keys(flags) as FlagName[]) {
    if (flag === 'config') continue;
    found.set(publicName(flag), [...(found.get(publicName(flag)) ?? []), flag]);
  }
  return Array.from(found, ([key, names]) => ({
    ...{ key, flags: names },
    default: defaultOf((presets.default as Partial<Record<string, unknown>>)[names[0]!]),
  }));
}

const defaultOf = (preset: unknown) => (preset === null ? 'none' : preset);

/** What a value of a key must be. */
export function schemaOf({ flags: names }: ConfigKey): JsonSchema {
  const schemas = names.map((flag) => (flags[flag] as Setting<unknown>).schema ?? {});
  return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
}

/** Whether the config file may hold this value: what the schema says and every check of the program that it cannot say. */
export const accepts = (key: ConfigKey, value: unknown): boolean =>
  key.flags.some((flag) => {
    const { schema = {}, parse } = flags[flag] as Setting<unknown>;
    return conforms(schema, value) && parse(value) !== undefined;
  });

/** What a key takes, to follow "expected". */
export const expectedBy = ({ flags: names }: ConfigKey): string =>
  names.map((flag) => flags[flag].expected).join('; or ');

/** What a key is for. */
export const helpOf = ({ flags: names }: ConfigKey): string =>
  [...new Set(names.map((flag) => (flags[flag] as Setting<unknown>).help))].join('; or ');

/** The config file as a JSON Schema (draft 7), which editors complete and check by. */
export function configSchema(): object {
  const properties = configKeys().map((key) => [
    key.key,
    {
      description: helpOf(key),
      ...(key.default !== undefined && { default: key.default }),
      ...schemaOf(key),
    },
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of maas',
    type: 'object',
    additionalProperties: false,
    properties: { [SCHEMA_KEY]: { type: 'string' }, ...Object.fromEntries(properties) },
  };
}

/** With which a JSON file names its schema. */
export const SCHEMA_KEY = '$schema';
