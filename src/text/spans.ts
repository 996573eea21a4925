import { type AnalyzerName, type AnalyzerOptions, createAnalyzer, type Stem } from './analyzer.js';
import { pythonSpaces, wordPattern } from './words.js';

/** A part of a text: from `start` to before `end`, in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

/** A term of a text, made of its tokens `from` to before `to`. */
export interface TermSpan {
  term: string;
  from: number;
  to: number;
}

/** What an analyzer finds in a text, and where. */
export interface AnalyzedSpans {
  /** Words without stop words, or for `char` and `char_wb` characters, in the order of the text. */
  tokens: Span[];
  /** The analyzer's terms, in its order. */
  terms: TermSpan[];
}

/** A code point, or white space that counts as one. */
const characters = new RegExp(`[${pythonSpaces}]{2,}|[^]`, 'gu');
const spacedWords = new RegExp(`[^${pythonSpaces}]+`, 'gu');

/** Where the symbols stand whose runs are terms, in the text as the analyzer sees it: those of the whole text, or word by word. */
type FindSymbols = (text: string, options: AnalyzerOptions) => Span[][];

const symbols: Record<AnalyzerName, FindSymbols> = {
  word: (text, { tokenizer, stopWords }) => {
    const stopped = new Set(stopWords);
    const words = matches(text, wordPattern(tokenizer, text));
    return [words.filter(({ start, end }) => !stopped.has(text.slice(start, end)))];
  },
  char: (text) => [matches(text, characters)],
  char_wb: (text) =>
    matches(text, spacedWords).map(({ start, end }) => matches(text.slice(start, end), characters, start)),
};

/**
 * The analyzer of these options, which also says where in the text each term stands. A space that `char_wb` puts around a word
 * stands where the word's first or last character does; characters that lower-casing makes of one (İ) are one token.
 */
export function createSpanAnalyzer(options: AnalyzerOptions, stem?: Stem): (text: string) => AnalyzedSpans {
  const analyze = createAnalyzer(options, stem);
  const padded = options.analyzer === 'char_wb';
  return (text) => {
    const seen = options.lowercase ? lowered(text) : { text, spanOf: (span: Span) => span };
    const terms = analyze(text);
    const tokens: Span[] = [];
    const spans: TermSpan[] = [];
    for (const found of symbols[options.analyzer](seen.text, options)) {
      const own = found.map((symbol) => {
        const span = seen.spanOf(symbol);
        if (span.start !== tokens.at(-1)?.start) tokens.push(span);
        return tokens.length - 1;
      });
      const places = padded ? [own[0]!, ...own, own.at(-1)!] : own;
      for (const [from, to] of runs(places.length, options.ngramRange, padded)) {
        spans.push({ term: terms[spans.length]!, from: places[from]!, to: places[to - 1]! + 1 });
      }
    }
    return { tokens, terms: spans };
  };
}

/** The words of a text as the tokenizer `unicode` finds them. */
export const wordSpans = (text: string): Span[] => matches(text, wordPattern('unicode', text));

const matches = (text: string, pattern: RegExp, from = 0): Span[] =>
  [...text.matchAll(pattern)].map(({ 0: match, index }) => ({
    start: from + index,
    end: from + index + match.length,
  }));

/** Runs of so many symbols, by length and place, as `ngrams.ts` has them; with `whole`, all of them where there are too few. */
function* runs(count: number, [min, max]: AnalyzerOptions['ngramRange'], whole: boolean) {
  for (let n = min; n <= max; n++) {
    if (n >= count) {
      if (count > 0 && (n === count || whole)) yield [0, count] as const;
      return;
    }
    for (let i = 0; i + n <= count; i++) yield [i, i + n] as const;
  }
}

/** A text in lower case, and what part of the text itself a part of it comes from. */
function lowered(text: string): { text: string; spanOf(span: Span): Span } {
  const lower = text.toLowerCase();
  const starts = new Uint32Array(lower.length);
  const ends = new Uint32Array(lower.length);
  let [at, start] = [0, 0];
  for (const character of text) {
    const end = start + character.length;
    // what surrounds a character may change its lower case (Σ), but not the length of that
    const to = at + character.toLowerCase().length;
    starts.fill(start, at, to);
    ends.fill(end, at, to);
    [at, start] = [to, end];
  }
  return { text: lower, spanOf: (span) => ({ start: starts[span.start]!, end: ends[span.end - 1]! }) };
}
