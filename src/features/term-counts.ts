import { GrowableU32 } from '../sparse/growable.js';
import type { Analyzer } from '../text/analyzer.js';
import { TermTable } from './term-table.js';

/**
 * Counts of terms by document, collected one text at a time so that no text needs to be kept. Terms are numbered
 * as they first appear.
 */
export class TermCounts {
  readonly vocabulary = new TermTable();
  readonly #indptr = new GrowableU32();
  readonly #terms = new GrowableU32();
  readonly #counts = new GrowableU32();
  /** One past the entry in which a term stands; of the current document if it is past that document's first. */
  readonly #position = new GrowableU32();

  constructor(private readonly analyze: Analyzer) {
    this.#indptr.push(0);
  }

  /** Analyzes a text and counts its terms as the next row. */
  add(text: string): void {
    const rowStart = this.#terms.length;
    for (const term of this.analyze(text)) {
      const id = this.vocabulary.intern(term);
      if (id === this.#position.length) this.#position.push(0);
      const position = this.#position.get(id);
      if (position > rowStart) {
        this.#counts.increment(position - 1);
      } else {
        this.#terms.push(id);
        this.#counts.push(1);
        this.#position.set(id, this.#terms.length);
      }
    }
    this.#indptr.push(this.#terms.length);
  }

  /** Row r's term ids and counts are `terms[indptr[r]..indptr[r+1]]` and `counts[..]`. */
  view(): { indptr: Uint32Array; terms: Uint32Array; counts: Uint32Array } {
    return { indptr: this.#indptr.view(), terms: this.#terms.view(), counts: this.#counts.view() };
  }
}
