import { type Texts, textsOf } from '../text/batch.js';
import type { TermNodes } from './term-nodes.js';

/** The terms of a vocabulary by column. Text is made of them only where somebody asks for it. */
export interface Terms {
  readonly length: number;
  list(): readonly string[];
  /** As `list`, for JSON.stringify. */
  toJSON(): readonly string[];
  /** Their JSON, an array of strings, in UTF-8. */
  encode(): Uint8Array;
  /** What `encodeTerms` makes the same of, also in another thread; absent where there is text already. */
  readonly asNodes?: TermNodes;
  /** Their UTF-16 units, one term behind the other, and where each ends. */
  texts(): Texts;
  /** The term of a column, where no other has to be made for that. */
  at?(column: number): string;
  /** The columns of those of these terms that are there, likewise. */
  columnsOf?(terms: Iterable<string>): ReadonlyMap<string, number>;
}

/** Terms that are there already. */
export const listedTerms = (list: readonly string[]): Terms => ({
  length: list.length,
  list: () => list,
  toJSON: () => list,
  encode: () => new TextEncoder().encode(JSON.stringify(list)),
  texts: () => textsOf(list),
});
