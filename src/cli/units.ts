import type { Pruning } from '../export/kinds.js';
import { number, type Setting } from '../tasks/setting.js';

const sizes = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** A setting of amounts with a unit, of which `own` is meant where none stands. */
const amounts =
  (units: Readonly<Record<string, number>>, own: string, names: string, expected: string) =>
  (metavar: string, help: string): Setting<number> => ({
    parse: (value) => {
      if (typeof value === 'number') return value > 0 ? value : undefined;
      const [, number, unit = own] = RegExp(`^(\\d+(?:\\.\\d+)?) ?(${names})?$`).exec(String(value)) ?? [];
      const found = Number(number) * units[unit]!;
      return found > 0 ? found : undefined;
    },
    schema: {
      anyOf: [
        { type: 'number', exclusiveMinimum: 0 },
        { type: 'string', pattern: `^(?=.*[1-9])\\d+(\\.\\d+)? ?(${names})?$` },
      ],
    },
    expected,
    metavar,
    help,
  });

/** A size such as "800MB" or "4GB", in bytes. */
export const bytes = amounts(sizes, 'B', '[kKMGT]?B', 'a size such as 800MB or 4GB');

/** A time such as "90s" or "2m", in seconds. */
export const duration = amounts(
  { s: 1, m: 60, min: 60, h: 3600 },
  's',
  's|m|min|h',
  'a time such as 90s, 5m or 1h',
);

/** What is kept of a vocabulary: terms, a share of them, or those that fit into bytes. */
export const pruning = (metavar: string, help: string): Setting<Pruning> => ({
  parse: (value) => {
    const [, amount, unit] = /^(\d*\.?\d+) ?(%|[kKMGT]?B)$/.exec(String(value)) ?? [];
    const found = unit === undefined ? (number(value) ?? 0) : Number(amount);
    if (!(found > 0)) return undefined;
    if (unit === '%') return found <= 100 ? { share: found / 100 } : undefined;
    if (unit !== undefined) return { bytes: found * sizes[unit as keyof typeof sizes] };
    if (found < 1) return { share: found };
    return Number.isInteger(found) ? { terms: found } : undefined;
  },
  schema: {
    anyOf: [
      { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      { type: 'integer', minimum: 1 },
      {
        type: 'string',
        pattern: '^(?=.*[1-9])((100(\\.0+)?|\\d{0,2}(\\.\\d+)?) ?%|\\d*\\.?\\d+ ?[kKMGT]?B)$',
      },
    ],
    examples: ['1MB'],
  },
  expected: 'terms such as 50000, a share such as 20%, or a size such as 1MB',
  metavar,
  help,
});
