import { percentile } from './bootstrap.js';

/** Rows divided into groups: each row is in one. */
export interface Groups {
  /** What they are divided by: a column, `text_length` or `script`. */
  by: string;
  /** How: each value is a group, the most frequent ones are and the others are one, or numbers by their quartiles. */
  how: 'values' | 'most frequent values' | 'quartiles';
  /** How many different values the rows have. */
  distinct: number;
  /** Names of the groups; each has a row. */
  names: string[];
  /** The group of each row, as a place in `names`. */
  of: Uint32Array;
}

/** Values that are groups of their own. */
const MOST_VALUES = 20;
const QUARTILES = 4;

const EMPTY = '(empty)';

/**
 * Divides rows by their values, which are given as places in `names`: by each value where there are few, numbers by
 * quartiles, else by the most frequent values and those that are `needed`, with one group for the others. Empty values are a
 * group. A number that is needed by itself makes numbers values, too.
 */
export function groupsOfValues(
  by: string,
  names: readonly string[],
  values: Uint32Array,
  needed: readonly string[] = [],
): Groups {
  const distinct = names.length;
  if (distinct <= MOST_VALUES) {
    return { by, how: 'values', distinct, names: names.map(named), of: values };
  }
  const isNeeded = (value: number) => needed.includes(named(names[value]!));
  const numbers = names.some((_, value) => isNeeded(value)) ? undefined : numbersOf(names);
  if (numbers) {
    const ofRows = Float64Array.from(values, (value) => numbers[value]!);
    return groupsOfNumbers(by, ofRows, distinct);
  }
  const counts = new Uint32Array(distinct);
  for (const value of values) counts[value]!++;
  const frequent = Array.from(names.keys())
    .sort((a, b) => counts[b]! - counts[a]! || (names[a]! < names[b]! ? -1 : 1))
    .filter((value, rank) => rank < MOST_VALUES || isNeeded(value));
  const groupOf = new Uint32Array(distinct).fill(frequent.length);
  frequent.forEach((value, group) => {
    groupOf[value] = group;
  });
  return {
    ...{ by, how: 'most frequent values', distinct },
    ...occupied(
      [...frequent.map((value) => named(names[value]!)), `(others: ${distinct - frequent.length})`],
      values.map((value) => groupOf[value]!),
    ),
  };
}

/**
 * Divides rows into quarters by a number, as pandas's `qcut(…, 4, duplicates="drop")`: quartiles are linear between the two
 * values beside, and belong to the lower group; equal ones make fewer groups. Groups are named by their least and greatest
 * number; NaN is a group of its own.
 */
export function groupsOfNumbers(by: string, numbers: Float64Array, distinct?: number): Groups {
  const sorted = numbers.filter((number) => !Number.isNaN(number)).sort();
  const edges = [
    ...new Set(Array.from({ length: QUARTILES }, (_, i) => percentile(sorted, (i + 1) / QUARTILES))),
  ]
    // all that is not above the least number is no group of its own
    .filter((edge, i, all) => edge > sorted[0]! || i === all.length - 1);
  const groups = edges.length;
  const bounds = edges.map((): [number, number] => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  const of = Uint32Array.from(numbers, (number) => {
    if (Number.isNaN(number)) return groups;
    const group = Math.max(
      0,
      edges.findIndex((edge) => number <= edge),
    );
    const bound = bounds[group]!;
    if (number < bound[0]) bound[0] = number;
    if (number > bound[1]) bound[1] = number;
    return group;
  });
  const names = bounds.map(([low, high]) => (low === high ? short(low) : `${short(low)} to ${short(high)}`));
  const missing = sorted.length < numbers.length;
  return {
    ...{ by, how: 'quartiles', distinct: distinct ?? new Set(numbers).size },
    ...occupied([...names, ...(missing ? [EMPTY] : [])], of),
  };
}

/** Leaves out groups without rows. */
function occupied(names: string[], of: Uint32Array): { names: string[]; of: Uint32Array } {
  const there = new Set(of);
  const kept = names.flatMap((_, group) => (there.has(group) ? [group] : []));
  const place = new Map(kept.map((group, i) => [group, i]));
  return { names: kept.map((group) => names[group]!), of: of.map((group) => place.get(group)!) };
}

const named = (value: string) => (value === '' ? EMPTY : value);
const short = (number: number) => String(Number(number.toPrecision(6)));

/** As numbers, where all values that are not empty are such; NaN for the empty one. */
function numbersOf(names: readonly string[]): Float64Array | undefined {
  const numbers = Float64Array.from(names, (name) => (name === '' ? Number.NaN : Number(name)));
  return numbers.every((number, i) => Number.isFinite(number) || names[i] === '') ? numbers : undefined;
}
