/** The part of JSON Schema (draft 7) that settings are described in. */
export interface JsonSchema {
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'object' | 'array';
  enum?: readonly (string | null)[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  pattern?: string;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  anyOf?: readonly JsonSchema[];
  /** For whoever writes a value. */
  description?: string;
  default?: unknown;
  examples?: readonly unknown[];
}

/** Whether the schema holds of a value as JSON or YAML has it. */
export function conforms(schema: JsonSchema, value: unknown): boolean {
  const { type, items, anyOf } = schema;
  if (type !== undefined && !types[type](value)) return false;
  if (schema.enum && !schema.enum.includes(value as string | null)) return false;
  if (anyOf && !anyOf.some((each) => conforms(each, value))) return false;
  if (typeof value === 'number') return within(schema, value);
  if (typeof value === 'string') {
    const { minLength = 0, pattern } = schema;
    return value.length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(value));
  }
  if (Array.isArray(value)) {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
    return (
      value.length >= minItems &&
      value.length <= maxItems &&
      (!items || value.every((item) => conforms(items, item)))
    );
  }
  return true;
}

const within = (schema: JsonSchema, value: number) =>
  value >= (schema.minimum ?? value) &&
  value > (schema.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
  value <= (schema.maximum ?? value) &&
  value < (schema.exclusiveMaximum ?? Number.POSITIVE_INFINITY);

const types: Record<NonNullable<JsonSchema['type']>, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  number: (value) => Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
};
