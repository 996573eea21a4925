import { type Csr, joinedRows } from '../sparse/csr.js';
import { allBelow } from '../sparse/sort.js';
import type { Stem } from '../text/analyzer.js';
import { stringsOf, type Texts } from '../text/batch.js';
import { columnsOf, type FastTextColumns, type FastTextState, FastTextVectorizer } from './fasttext.js';
import { NodeLists } from './node-lists.js';
import { RowWeigher } from './row-weigher.js';
import { TermCounter } from './term-counter.js';
import { type TfidfState, TfidfVectorizer } from './tfidf.js';
import type { AnyVectorizer } from './vectorizer.js';

/** The vectorizer's `transform`, made for many texts where there is a faster way. */
export function bulkTransform(vectorizer: AnyVectorizer): (texts: Texts) => Csr | Promise<Csr> {
  const bulk =
    vectorizer instanceof TfidfVectorizer
      ? new BulkTfidf(vectorizer.state(), vectorizer.stem)
      : vectorizer instanceof FastTextVectorizer
        ? new BulkFastText(vectorizer.state(), vectorizer.stem)
        : undefined;
  return (texts) => bulk?.transform(texts) ?? vectorizer.transform(stringsOf(texts));
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

/** The same of `FastTextVectorizer`: what a word or a run of words stands for is found out when it is first met. */
class BulkFastText {
  readonly #columns: FastTextColumns;
  readonly #weigher: RowWeigher;
  readonly #features: number;
  #counter!: TermCounter;
  #lists!: NodeLists;
  #nodes = 0;
  #words = 0;
  /** Entries of all rows since the counter began. */
  #entries = 0;

  constructor(
    private readonly learned: FastTextState,
    private readonly stem?: Stem,
  ) {
    const { idf, weights, terms, kept } = learned;
    this.#features = terms.length + kept.length;
    this.#columns = columnsOf(learned);
    this.#weigher = new RowWeigher(idf.length > 0 ? idf : new Float64Array(this.#features).fill(1), weights);
    this.#weigher.setColumns(0, allBelow(this.#features));
    this.#begin();
  }

  transform(texts: Texts): Csr {
    if (this.#nodes > MOST_TERMS || this.#entries > MOST_ENTRIES) this.#begin();
    this.#counter.addAll(texts);
    const counted = this.#counter.takeRows();
    for (const { nodes } of counted.chunks) this.#entries += nodes.length;
    const nodes = this.#counter.nodesFrom(this.#nodes);
    const words = this.#counter.wordsFrom(this.#words);
    this.#lists.add(nodes, words);
    this.#nodes += nodes.parents.length;
    this.#words += words.length;
    const pieces: Csr[] = [];
    for (const rows of this.#lists.spread(counted, allBelow(texts.ends.length), this.#features)) {
      pieces.push(this.#weigher.weigh(rows, allBelow(rows.rows.length.length)));
    }
    return joinedRows(pieces, this.#features);
  }

  #begin(): void {
    const { analyzer, layout } = this.learned;
    this.#counter = new TermCounter({ ...analyzer, ngramRange: [1, layout.wordNgrams] }, this.stem);
    this.#lists = new NodeLists(layout, this.#columns);
    this.#nodes = 0;
    this.#words = 0;
    this.#entries = 0;
  }
}
