import type { Terms } from '../features/terms.js';
import { grouped } from '../report/format.js';

/** The stages of a training, in the order in which one follows from those before it. */
export type StageName = 'data' | 'rows' | 'vocabulary' | 'weights' | 'metrics' | 'files';

/** A stage of two trainings. */
export interface Stage {
  stage: StageName;
  same: boolean;
  /** What differs, in words. */
  what?: string;
  /** How many things differ, which is the first, and by how much numbers do at the most. */
  count?: number;
  first?: string;
  maxAbsDelta?: number | null;
}

export const sameStage = (stage: StageName): Stage => ({ stage, same: true });

/** What differs between two values made of plain data, typed arrays and terms. */
export class Difference {
  /** Things that differ: numbers, texts, terms that one side alone has, sizes. */
  count = 0;
  /** The place of the first of them. */
  first: string | undefined;
  /** Of numbers that both have; null where none of them differs. */
  maxAbsDelta: number | null = null;

  /** Looks at all that is in two values; `path` says where they stand. */
  compare(path: string, a: unknown, b: unknown): void {
    if (Object.is(a, b)) return;
    if (typeof a === 'number' && typeof b === 'number') this.#number(path, a, b);
    else if (isTerms(a) && isTerms(b)) this.#terms(path, a.list(), b.list());
    else if (isList(a) && isList(b)) this.#lists(path, a, b);
    else if (isRecord(a) && isRecord(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        this.compare(path ? `${path}.${key}` : key, a[key], b[key]);
      }
    } else this.#tell(path);
  }

  /** As a stage; `things` names what is compared, in the plural. */
  stage(stage: StageName, things: string): Stage {
    if (this.count === 0) return sameStage(stage);
    const { count, first, maxAbsDelta } = this;
    const by = maxAbsDelta === null ? '' : `, by ${maxAbsDelta.toExponential(1)} at the most`;
    const what = `${grouped(count)} of the ${things} differ, ${first} the first${by}`;
    return { stage, same: false, what, count, first: first!, maxAbsDelta };
  }

  #number(path: string, a: number, b: number): void {
    this.#tell(path);
    this.maxAbsDelta = Math.max(this.maxAbsDelta ?? 0, Math.abs(a - b));
  }

  #lists(path: string, a: ArrayLike<unknown>, b: ArrayLike<unknown>): void {
    const shared = Math.min(a.length, b.length);
    for (let i = 0; i < shared; i++) {
      // a place is put together where there is something to tell of it
      if (!Object.is(a[i], b[i])) this.compare(`${path}[${i}]`, a[i], b[i]);
    }
    if (a.length !== b.length) this.#tell(`${path}[${shared}]`, Math.abs(a.length - b.length));
  }

  /** Terms that one of two vocabularies alone has, and the first place at which they are not the same. */
  #terms(path: string, a: readonly string[], b: readonly string[]): void {
    const place = a.findIndex((term, column) => term !== b[column]);
    if (place < 0 && a.length === b.length) return;
    const [ofA, ofB] = [new Set(a), new Set(b)];
    const alone = a.filter((term) => !ofB.has(term)).length + b.filter((term) => !ofA.has(term)).length;
    this.#tell(`${path}[${place < 0 ? a.length : place}]`, Math.max(1, alone));
  }

  #tell(path: string, count = 1): void {
    this.first ??= path;
    this.count += count;
  }
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !isList(value);
const isTerms = (value: unknown): value is Terms => isRecord(value) && typeof value.list === 'function';
