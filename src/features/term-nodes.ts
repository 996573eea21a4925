import type { CountedTerms } from './term-counter.js';
import { NONE } from './word-map.js';
import { wordText } from './words.js';

/** Some terms as nodes: words with a space between them, or code points. Plain data that can be sent from thread to thread. */
export interface TermNodes extends Pick<CountedTerms, 'nodes' | 'words'> {
  /** The node of each term. */
  of: Uint32Array;
}

/** What makes the text of a node. */
export function nodeText({ nodes, words }: Pick<TermNodes, 'nodes' | 'words'>): (node: number) => string {
  const { parents, symbols } = nodes;
  const own = (node: number) =>
    words ? wordText(words, symbols[node]!) : String.fromCodePoint(symbols[node]!);
  const textOf = (node: number): string => {
    const parent = parents[node]!;
    if (parent === NONE) return own(node);
    return words ? `${textOf(parent)} ${own(node)}` : textOf(parent) + own(node);
  };
  return textOf;
}
