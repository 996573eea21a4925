import type { JsonSchema } from './json-schema.js';

/** One hyper-parameter or choice: how a value is read from a flag (text), a config file or a call, and its help. */
export interface Setting<T> {
  /** The value, or undefined where it is not one. */
  parse(value: unknown): T | undefined;
  /**
   * What a value in a config file must be, for editors; `parse` takes all of these, and texts of the command line. Where it is
   * absent, `parse` alone decides, and a test asks for it.
   */
  schema?: JsonSchema;
  /** What a value must be, to follow "expected". */
  expected: string;
  /** How help writes the value; absent for an on/off switch. */
  metavar?: string;
  help: string;
}

export const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Any text but the empty one. */
export const someText: JsonSchema = { type: 'string', minLength: 1 };

/** Any text, such as a path or a name. */
export const freeText = (metavar: string, help: string): Setting<string> => ({
  parse: text,
  schema: someText,
  expected: 'a text',
  metavar,
  help,
});

export const number = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
  return typeof value === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)
    ? Number(value)
    : undefined;
};

export const where = (holds: (n: number) => boolean) => (value: unknown) => {
  const n = number(value);
  return n !== undefined && Number.isFinite(n) && holds(n) ? n : undefined;
};

export const oneOf = <T extends string>(names: readonly T[], help: string): Setting<T> => ({
  parse: (value) => names.find((name) => name === value),
  schema: { enum: names },
  expected: `one of ${names.join(', ')}`,
  metavar: '<name>',
  help: `${help}: ${names.join(', ')}`,
});

export const orNone = <T>(setting: Setting<T>): Setting<T | null> => ({
  ...setting,
  parse: (value) => (value === null || value === 'none' ? null : setting.parse(value)),
  schema: { anyOf: [setting.schema ?? {}, { enum: ['none', null] }] },
  expected: `${setting.expected}, or none`,
});

/** What is chosen from the data, unless it is said. */
export const orAuto = <T>(setting: Setting<T>): Setting<T | 'auto'> => ({
  ...setting,
  parse: (value) => (value === 'auto' ? 'auto' : setting.parse(value)),
  schema: { anyOf: [setting.schema ?? {}, { enum: ['auto'] }] },
  expected: `${setting.expected}, or auto`,
});

export const onOff = (help: string): Setting<boolean> => ({
  parse: (value) => (typeof value === 'boolean' ? value : undefined),
  schema: { type: 'boolean' },
  expected: 'true or false',
  help,
});

/** A whole number from `least` to `most`. */
export const integer = (
  least: number,
  metavar: string,
  help: string,
  most = Number.POSITIVE_INFINITY,
): Setting<number> => ({
  parse: where((n) => Number.isInteger(n) && n >= least && n <= most),
  schema: { type: 'integer', minimum: least, ...(most < Number.POSITIVE_INFINITY && { maximum: most }) },
  expected:
    most < Number.POSITIVE_INFINITY
      ? `a whole number from ${least} to ${most}`
      : `a whole number, ${least} or more`,
  metavar,
  help,
});

/** A number above 0. */
export const positive = (help: string): Setting<number> => ({
  parse: where((n) => n > 0),
  schema: { type: 'number', exclusiveMinimum: 0 },
  expected: 'a number above 0',
  metavar: '<x>',
  help,
});

/** A number, 0 or more. */
export const nonNegative = (help: string): Setting<number> => ({
  parse: where((n) => n >= 0),
  schema: { type: 'number', minimum: 0 },
  expected: 'a number, 0 or more',
  metavar: '<x>',
  help,
});

const belowOne: JsonSchema = { type: 'number', minimum: 0, exclusiveMaximum: 1 };

export const share = (help: string): Setting<number> => ({
  parse: where((n) => n >= 0 && n < 1),
  schema: belowOne,
  expected: 'a share of the rows from 0 to below 1',
  metavar: '<share>',
  help,
});

export const fraction = (help: string): Setting<number> => ({
  parse: where((n) => n >= 0 && n < 1),
  schema: belowOne,
  expected: 'a share from 0 to below 1',
  metavar: '<share>',
  help,
});
