import type { Listener } from '../progress.js';
import type { Csr } from '../sparse/csr.js';
import { GrowableU32 } from '../sparse/growable.js';
import { byFallingKey } from '../sparse/sort.js';
import { type Analyzer, type AnalyzerOptions, createAnalyzer, type Stem } from '../text/analyzer.js';
import { compareCodePoints } from '../text/code-points.js';
import { noWordKnown, type VectorCoverage } from './embedding-fit.js';
import type { FeatureCollector, FeatureFit, FittedFeatures, FitWith } from './fits.js';
import { FIRST, SequenceVectorizer, UNKNOWN } from './sequence.js';
import { type StartingVectors, VectorSource } from './starting-vectors.js';
import { listedTerms } from './terms.js';
import type { VectorFile } from './vectors/vector-file.js';
import { keptRows, noTerms, type VocabularyOptions } from './vocabulary.js';

export interface SequenceOptions extends AnalyzerOptions, VocabularyOptions {
  /** Terms of a text that count, from the first on. */
  maxLength: number;
  /** Where the vectors are read from that embeddings begin with. */
  vectors?: VectorFile | undefined;
}

/** Keeps texts as the numbers of their terms, in the order in which they are met. */
export class SequenceCollector implements FeatureCollector {
  readonly #analyze: Analyzer;
  readonly #numbers = new Map<string, number>();
  readonly #indptr = new GrowableU32();
  readonly #terms = new GrowableU32();

  constructor(
    private readonly options: SequenceOptions,
    private readonly stem?: Stem,
  ) {
    this.#analyze = createAnalyzer(options, stem);
    this.#indptr.push(0);
  }

  add(text: string): void {
    const terms = this.#analyze(text);
    const length = Math.min(terms.length, this.options.maxLength);
    for (let i = 0; i < length; i++) {
      const known = this.#numbers.get(terms[i]!);
      if (known === undefined) this.#numbers.set(terms[i]!, this.#numbers.size);
      this.#terms.push(known ?? this.#numbers.size - 1);
    }
    this.#indptr.push(this.#terms.length);
  }

  async caughtUp(): Promise<void> {}

  async finish(): Promise<FeatureFit> {
    const { vectors } = this.options;
    const source = vectors && new VectorSource(vectors, new Set(this.#numbers.keys()));
    return {
      fit: async (trainRows, beside) =>
        this.#withVectors(this.#fit(trainRows, beside?.listener), source, beside),
    };
  }

  async stop(): Promise<void> {}

  #fit(trainRows: Uint32Array, listener: Listener | undefined): FittedFeatures {
    const { analyzer, ngramRange, lowercase, tokenizer, stopWords, stemmer, maxLength } = this.options;
    const found = [...this.#numbers.keys()];
    const kept = this.#choose(trainRows, found, listener);
    const columns = new Uint32Array(found.length).fill(UNKNOWN);
    kept.forEach((term, i) => {
      columns[term] = i + FIRST;
    });
    const vectorizer = new SequenceVectorizer(
      {
        kind: 'sequence',
        analyzer: { analyzer, ngramRange, lowercase, tokenizer, stopWords, stemmer },
        terms: listedTerms(Array.from(kept, (term) => found[term]!)),
        maxLength,
      },
      this.stem,
    );
    return {
      vectorizer,
      trainNonZeros: this.#length(trainRows),
      nonZeros: this.#terms.length,
      parameters: vectorizer.features,
      vectorize: (rows) => this.#vectorize(rows, columns, vectorizer.features),
    };
  }

  async #withVectors(
    fitted: FittedFeatures,
    source: VectorSource | undefined,
    beside?: FitWith,
  ): Promise<FittedFeatures> {
    if (!source) return fitted;
    const terms = (fitted.vectorizer as SequenceVectorizer).state().terms.list();
    const { vectors, facts } = await source.of(terms, FIRST, beside);
    if (!vectors.known.includes(1)) throw noWordKnown(facts.path);
    const coverage = (rows: Uint32Array) => coverageOf(fitted.vectorize(rows), vectors);
    return { ...fitted, startingVectors: vectors, embeddings: { facts, coverage } };
  }

  /** The terms kept, those of most rows first and the earlier met where they are equal. */
  #choose(rows: Uint32Array, found: readonly string[], listener: Listener | undefined): Uint32Array {
    const documents = new Uint32Array(found.length);
    const totals = new Uint32Array(found.length);
    /** One more than the row that a term was last seen in. */
    const seen = new Uint32Array(found.length);
    // terms as these rows meet them
    const met = new Uint32Array(found.length);
    let count = 0;
    for (const r of rows) {
      for (let p = this.#indptr.get(r); p < this.#indptr.get(r + 1); p++) {
        const term = this.#terms.get(p);
        totals[term]!++;
        if (seen[term] === r + 1) continue;
        seen[term] = r + 1;
        if (documents[term]!++ === 0) met[count++] = term;
      }
    }
    const { atLeast, atMost } = keptRows(this.options, rows.length);
    const from = (least: number) =>
      met.subarray(0, count).filter((term) => documents[term]! >= least && documents[term]! <= atMost);
    const auto = this.options.minDf === 'auto';
    let within = from(auto ? 2 : atLeast);
    if (within.length === 0 && auto && count > 0) {
      listener?.warn?.('no term is in two training rows, so that those of one are kept (--min-df 1)');
      within = from(atLeast);
    }
    if (within.length === 0) throw noTerms(count > 0, this.options);
    return byFallingKey(
      mostFrequent(within, totals, found, this.options.maxFeatures),
      documents,
      rows.length,
    );
  }

  #length(rows: Uint32Array): number {
    return rows.reduce((sum, r) => sum + this.#indptr.get(r + 1) - this.#indptr.get(r), 0);
  }

  #vectorize(rows: Uint32Array, columns: Uint32Array, cols: number): Csr {
    const indptr = new Uint32Array(rows.length + 1);
    const indices = new Uint32Array(this.#length(rows));
    let at = 0;
    rows.forEach((r, i) => {
      for (let p = this.#indptr.get(r); p < this.#indptr.get(r + 1); p++)
        indices[at++] = columns[this.#terms.get(p)]!;
      indptr[i + 1] = at;
    });
    return { rows: rows.length, cols, indptr, indices, values: new Float32Array(at).fill(1) };
  }
}

/** How many words of rows have a vector; those that are unknown have none. */
function coverageOf({ indices }: Csr, { known }: StartingVectors): VectorCoverage {
  const met = new Uint8Array(known.length);
  let [words, covered, coveredTokens] = [0, 0, 0];
  let tokens = 0;
  for (const feature of indices) {
    if (feature === UNKNOWN) continue;
    tokens++;
    coveredTokens += known[feature]!;
    if (met[feature] === 1) continue;
    met[feature] = 1;
    words++;
    covered += known[feature]!;
  }
  if (words === 0) return { words: null, tokens: null };
  return { words: covered / words, tokens: coveredTokens / tokens };
}

/** So many of the terms, those of the largest totals, and of equal ones those that sort first; null: all. */
function mostFrequent(
  terms: Uint32Array,
  totals: Uint32Array,
  texts: readonly string[],
  limit: number | null,
): Uint32Array {
  if (limit === null || terms.length <= limit) return terms;
  const order = terms
    .slice()
    .sort((a, b) => totals[b]! - totals[a]! || compareCodePoints(texts[a]!, texts[b]!));
  const most = new Set(order.subarray(0, limit));
  return terms.filter((term) => most.has(term));
}
