import type { AnyPipeline } from '../pipeline.js';
import { createSpanAnalyzer } from '../text/spans.js';

/** Texts that are kept until somebody asks, texts that a figure stands on, and words of a text that are looked at. */
const [KEPT, WINDOW, WORDS] = [64, 256, 100];
/** A text that is longer is not kept. */
const LONG = 1 << 14;

/** The number that `sequence` gives to words that it does not know. */
const UNKNOWN = 1;

/**
 * How many words of late the vocabulary of a model lacks. Predictions note their texts, which costs nothing, and the words of
 * the last ones are looked up when somebody asks.
 */
export class UnknownWords {
  readonly #noted: string[] = [];
  #at = 0;
  /** Of the last texts that were looked at. */
  readonly #window: { words: number; unknown: number }[] = [];
  readonly #lookUp: ((text: string) => { words: number; unknown: number }) | undefined;

  constructor(pipeline: AnyPipeline) {
    this.#lookUp = lookUpOf(pipeline);
  }

  note(text: string): void {
    if (this.#lookUp && text.length <= LONG) this.#noted[this.#at++ % KEPT] = text;
  }

  /** Words of the last texts, and those of them that are unknown; nothing for a model without a vocabulary. */
  recent(): { words: number; unknown: number } | undefined {
    if (!this.#lookUp) return undefined;
    for (const text of this.#noted.splice(0)) this.#window.push(this.#lookUp(text));
    this.#at = 0;
    this.#window.splice(0, this.#window.length - WINDOW);
    const sum = { words: 0, unknown: 0 };
    for (const { words, unknown } of this.#window) {
      sum.words += words;
      sum.unknown += unknown;
    }
    return sum;
  }
}

/** A word is known where a text of it alone has a feature. */
function lookUpOf({ vectorizer }: AnyPipeline) {
  const { kind } = vectorizer;
  if (kind === 'sentence' || kind === 'hashing' || kind === 'fasttext') return undefined;
  const { analyzer } = vectorizer.state();
  const [shortest] = analyzer.ngramRange;
  if (analyzer.analyzer !== 'word' || shortest > 1) return undefined;
  const tokensOf = createSpanAnalyzer({ ...analyzer, ngramRange: [1, 1] });
  return (text: string) => {
    const words = tokensOf(text)
      .tokens.slice(0, WORDS)
      .map(({ start, end }) => text.slice(start, end));
    const { indptr, indices } = vectorizer.transform(words);
    let unknown = 0;
    for (let w = 0; w < words.length; w++) {
      const from = indptr[w]!;
      if (from === indptr[w + 1]! || (kind === 'sequence' && indices[from] === UNKNOWN)) unknown++;
    }
    return { words: words.length, unknown };
  };
}
