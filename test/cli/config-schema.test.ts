import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accepts, configKeys, configSchema, schemaOf } from '../../src/cli/config-schema.js';
import type { JsonSchema } from '../../src/tasks/json-schema.js';
import { parseTargets } from '../../src/tasks/threshold-targets.js';

const ajv = new Ajv({ strict: true, allErrors: true });
const keys = configKeys();

/** Every name and example that a schema knows. */
const named = ({ enum: names = [], examples = [], anyOf = [], items }: JsonSchema): unknown[] => [
  ...names,
  ...examples,
  ...[...anyOf, ...(items ? [items] : [])].flatMap(named),
];
const texts =
  '1,2 2,1 20,20 21,22 128,64 3,4,65 0 4GB 0MB 4 GB 2% 100% 100.5% .5% 5m 0s 1h logistic,nb tab \\t ; " 😀 3 1e3'
    .split(' ')
    .concat('', '\n', 'a text');
const pool = [
  ...new Set([...keys.flatMap((key) => [key.default, ...named(schemaOf(key))]), ...texts]),
].filter((value) => value !== undefined);

const plain = fc.oneof(
  fc.constantFrom(...pool),
  fc.integer({ min: -2, max: 70 }),
  fc.double(),
  fc.double({ min: 0, max: 1 }),
  fc.string({ maxLength: 3 }),
  fc.constantFrom<unknown>(null, true, false, {}, { C: [1] }, 2 ** 26, 2 ** 26 + 1),
);
const values = fc.oneof(
  { weight: 3, arbitrary: plain },
  { weight: 1, arbitrary: fc.array(plain, { maxLength: 3 }) },
);

const isWhole = (schema: JsonSchema): boolean =>
  Object.keys(schema).length > 0 && (schema.anyOf ?? []).every(isWhole);

const isText = (value: unknown) => typeof value === 'string' && !parseTargets([value]);

test('every setting says what a config file may hold', () => {
  expect(keys.filter((key) => !isWhole(schemaOf(key))).map(({ key }) => key)).toEqual([]);
});

test('what the schema says of a value, the program says', () => {
  const schema = ajv.compile(configSchema());
  let taken = 0;
  for (const key of keys) {
    const property = fc.property(values, (value) => {
      const says = schema({ [key.key]: value });
      const takes = accepts(key, value);
      if (takes) taken++;
      // smallest first is a rule that a schema cannot tell
      if (key.key === 'ngramRange' && says && !takes) {
        const [min, max] = (Array.isArray(value) ? value : String(value).split(',')).map(Number);
        return min! > max!;
      }
      // and so is what a text says
      if (key.key === 'tuneThreshold' && says && !takes) return [value].flat().some(isText);
      return says === takes;
    });
    fc.assert(property, { numRuns: pool.length + 150, seed: 1, examples: pool.map((value) => [value]) });
  }
  expect(taken).toBeGreaterThan(10 * keys.length);
});

test('defaults and examples are taken; a key that is no flag is not', () => {
  const schema = ajv.compile(configSchema());
  for (const key of keys) {
    for (const value of [key.default, ...(schemaOf(key).examples ?? [])]) {
      if (value === undefined) continue;
      expect(accepts(key, value), `${key.key}: ${JSON.stringify(value)}`).toBe(true);
      expect(schema({ [key.key]: value }), key.key).toBe(true);
    }
  }
  expect(schema({ $schema: './maas.schema.json', minDf: 2 })).toBe(true);
  expect(schema({ min_df: 2 })).toBe(false);
  expect(schema({ config: 'other.yaml' })).toBe(false);
});
