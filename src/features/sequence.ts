import type { Csr } from '../sparse/csr.js';
import { type Analyzer, type AnalyzerOptions, createAnalyzer, type Stem } from '../text/analyzer.js';
import { listedTerms, type Terms } from './terms.js';
import type { Vectorizer } from './vectorizer.js';

/** What fitting learned. */
export interface SequenceState {
  kind: 'sequence';
  analyzer: AnalyzerOptions;
  /** Term i has the number i + `FIRST`: those of most rows first, the earlier met where they are equal. */
  terms: Terms;
  /** Terms of a text that count, from the first on. */
  maxLength: number;
}

/** The same, read from where it was stored. */
type StoredSequenceState = Omit<SequenceState, 'terms'> & { terms: Terms | readonly string[] };

/** Any unknown term, and the first known one, as Keras's TextVectorization numbers them: 0 is what it fills texts up with. */
export const UNKNOWN = 1;
export const FIRST = 2;

/**
 * A text as the numbers of its terms in their order, up to a length. A row of the matrix holds them as its columns, which
 * neither rise nor differ then; its values are 1, and padding is left to who needs it.
 */
export class SequenceVectorizer implements Vectorizer {
  readonly kind = 'sequence';
  readonly features: number;
  readonly #analyze: Analyzer;
  /** Made when the first text is transformed: training never does that. */
  #numbers: Map<string, number> | undefined;

  constructor(
    private readonly learned: SequenceState,
    stem?: Stem,
  ) {
    this.features = learned.terms.length + FIRST;
    this.#analyze = createAnalyzer(learned.analyzer, stem);
  }

  /** The vectorizer whose state was stored as JSON. */
  static revive(state: StoredSequenceState, stem?: Stem): SequenceVectorizer {
    const { terms } = state;
    return new SequenceVectorizer({ ...state, terms: 'list' in terms ? terms : listedTerms(terms) }, stem);
  }

  transform(texts: readonly string[]): Csr {
    this.#numbers ??= new Map(this.learned.terms.list().map((term, i) => [term, i + FIRST]));
    const numbers = this.#numbers;
    const rows = texts.map((text) => {
      const terms = this.#analyze(text);
      const length = Math.min(terms.length, this.learned.maxLength);
      return Uint32Array.from({ length }, (_, i) => numbers.get(terms[i]!) ?? UNKNOWN);
    });
    const indptr = new Uint32Array(rows.length + 1);
    for (let r = 0; r < rows.length; r++) indptr[r + 1] = indptr[r]! + rows[r]!.length;
    const indices = new Uint32Array(indptr[rows.length]!);
    rows.forEach((row, r) => {
      indices.set(row, indptr[r]);
    });
    const values = new Float32Array(indices.length).fill(1);
    return { rows: rows.length, cols: this.features, indptr, indices, values };
  }

  state(): SequenceState {
    return this.learned;
  }
}
