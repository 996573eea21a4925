/** Bounds of the latency buckets, in seconds. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What a metric has counted, as plain data that processes send each other: numbers by labels, as Prometheus writes these. */
export interface Family {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  /** One number each; of a histogram a number for each bucket, that above all bounds last, and the sum. */
  values: [labels: string, numbers: number[]][];
}

/** Numbers by labels. Labels are one text (`model="a",version="1"`), so that counting makes no object. */
export class Counter {
  readonly #values = new Map<string, number>();

  constructor(
    readonly name: string,
    readonly help: string,
    readonly type: 'counter' | 'gauge' = 'counter',
  ) {}

  add(labels: string, by = 1): void {
    this.#values.set(labels, (this.#values.get(labels) ?? 0) + by);
  }

  set(labels: string, value: number): void {
    this.#values.set(labels, value);
  }

  clear(): void {
    this.#values.clear();
  }

  family(): Family {
    const { name, help, type } = this;
    return { name, help, type, values: [...this.#values].map(([labels, value]) => [labels, [value]]) };
  }
}

/** How often seconds fell into which bucket, by labels. */
export class Histogram {
  readonly #values = new Map<string, Float64Array>();

  constructor(
    readonly name: string,
    readonly help: string,
  ) {}

  observe(labels: string, seconds: number): void {
    let numbers = this.#values.get(labels);
    if (!numbers) {
      numbers = new Float64Array(BOUNDS.length + 2);
      this.#values.set(labels, numbers);
    }
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket++;
    numbers[bucket]!++;
    numbers[BOUNDS.length + 1]! += seconds;
  }

  family(): Family {
    const { name, help } = this;
    const values = [...this.#values].map(([labels, numbers]): [string, number[]] => [labels, [...numbers]]);
    return { name, help, type: 'histogram', values };
  }
}

/** One label as Prometheus writes it. */
export const label = (name: string, value: string | number): string =>
  `${name}="${String(value).replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`;

/** What several processes have counted, together. */
export function merged(parts: readonly Family[][]): Family[] {
  const families = new Map<string, { family: Family; values: Map<string, number[]> }>();
  for (const family of parts.flat()) {
    const found = families.get(family.name) ?? { family, values: new Map<string, number[]>() };
    families.set(family.name, found);
    for (const [labels, numbers] of family.values) {
      const before = found.values.get(labels);
      found.values.set(labels, before ? before.map((n, i) => n + numbers[i]!) : numbers);
    }
  }
  return [...families.values()].map(({ family, values }) => ({ ...family, values: [...values] }));
}

/** Prometheus's text format, version 0.0.4. */
export function exposition(families: readonly Family[]): string {
  let text = '';
  for (const { name, help, type, values } of families) {
    text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const [labels, numbers] of values) {
      text += type === 'histogram' ? histogramLines(name, labels, numbers) : line(name, labels, numbers[0]!);
    }
  }
  return text;
}

function histogramLines(name: string, labels: string, numbers: readonly number[]): string {
  let text = '';
  let count = 0;
  [...BOUNDS.map(String), '+Inf'].forEach((bound, bucket) => {
    count += numbers[bucket]!;
    text += line(`${name}_bucket`, `${labels}${labels && ','}le="${bound}"`, count);
  });
  return text + line(`${name}_sum`, labels, numbers.at(-1)!) + line(`${name}_count`, labels, count);
}

const line = (name: string, labels: string, value: number) =>
  `${name}${labels && `{${labels}}`} ${Number.isNaN(value) ? 'NaN' : value}\n`;
