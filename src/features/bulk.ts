import type { Csr } from '../sparse/csr.js';
import { allBelow } from '../sparse/sort.js';
import type { Stem } from '../text/analyzer.js';
import { stringsOf, type Texts } from '../text/batch.js';
import { RowWeigher } from './row-weigher.js';
import { TermCounter } from './term-counter.js';
import { type TfidfState, TfidfVectorizer } from './tfidf.js';
import type { AnyVectorizer } from './vectorizer.js';

/** The vectorizer's `transform`, made for many texts where there is a faster way. */
export function bulkTransform(vectorizer: AnyVectorizer): (texts: Texts) => Csr | Promise<Csr> {
  if (!(vectorizer instanceof TfidfVectorizer)) return (texts) => vectorizer.transform(stringsOf(texts));
  const bulk = new BulkTfidf(vectorizer.state(), vectorizer.stem);
  return (texts) => bulk.transform(texts);
}

/** Terms that may pile up before all is forgotten. */
const MOST_TERMS = 1 << 22;
/** A counter numbers the entries of its rows with 32 bits. */
const MOST_ENTRIES = 2 ** 31;

/**
 * `TfidfVectorizer.transform` for many texts, in WebAssembly: the counter meets terms as it does in training, and
 * those that are new are looked up in the vocabulary.
 */
class BulkTfidf {
  #counter!: TermCounter;
  #weigher!: RowWeigher;
  /** Terms that the counter has met and the weigher knows the columns of. */
  #known = 0;
  /** Entries of all rows since the counter began. */
  #entries = 0;

  constructor(
    private readonly learned: TfidfState,
    private readonly stem?: Stem,
  ) {
    this.#begin();
  }

  /** One row for each text, equal to what the vectorizer's `transform` gives. */
  transform(texts: Texts): Csr {
    const full = this.#known > MOST_TERMS || this.#entries > MOST_ENTRIES;
    if (full) this.#begin();
    this.#counter.addAll(texts);
    const counted = this.#counter.takeRows();
    for (const { nodes } of counted.chunks) this.#entries += nodes.length;
    const columns = this.#counter.termsFrom(this.#known);
    this.#weigher.setColumns(this.#known, columns);
    this.#known += columns.length;
    return this.#weigher.weigh(counted, allBelow(texts.ends.length));
  }

  #begin(): void {
    const { analyzer, idf, weights, terms } = this.learned;
    this.#counter = new TermCounter(analyzer, this.stem);
    this.#weigher = new RowWeigher(idf, weights);
    this.#known = 0;
    this.#entries = 0;
    this.#counter.know(terms);
  }
}
