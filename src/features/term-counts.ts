import { growableU32 } from '../sparse/growable.js';
import type { Analyzer } from '../text/analyzer.js';
import { TermTable } from './term-table.js';

/**
 * Counts of terms by document, collected one text at a time so that no text needs to be kept. Terms are numbered
 * as they first appear.
 */
export class TermCounts {
  readonly vocabulary = new TermTable();
  readonly #indptr = growableU32();
  readonly #terms = growableU32();
  readonly #counts = growableU32();
  /** Where in the current document's entries a term stands, valid from `#rowStart` on. */
  readonly #position = growableU32();

  constructor(private readonly analyze: Analyzer) {
    this.#indptr.push(0);
  }

  /** Number of documents so far. */
  get rows(): number {
    return this.#indptr.length - 1;
  }

  add(text: string): void {
    const rowStart = this.#terms.length;
    for (const term of this.analyze(text)) {
      const id = this.vocabulary.intern(term);
      if (id === this.#position.length) this.#position.push(0);
      // positions are stored + 1, so that 0 means never seen
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
