import type { Stem } from '../text/analyzer.js';

/** The symbol that stands for none: the parent of the first symbol of an n-gram, the symbol of a stop word. */
export const NONE = 0xffffffff;

/** Numbers what words count as; NONE for stop words. */
export function wordMap(stopWords: readonly string[] | null, stem: Stem | undefined) {
  const stopped = new Set(stopWords);
  const symbols: string[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (own: string): number => {
    const known = numbers.get(own);
    if (known !== undefined) return known;
    numbers.set(own, symbols.length);
    symbols.push(own);
    return symbols.length - 1;
  };
  const symbolOf = (word: string): number => {
    if (stopped.has(word)) return NONE;
    return numberOf(stem ? stem(word) : word);
  };
  return { symbols, symbolOf };
}
