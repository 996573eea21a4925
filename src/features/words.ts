import { textsOf } from '../text/batch.js';

/** Words by number: the UTF-16 units of all, one after the other. Plain data that can be sent from thread to thread. */
export interface Words {
  units: Uint16Array;
  /** Where the units of each word start; one more than there are words. */
  starts: Uint32Array;
}

export function wordsOf(texts: readonly string[]): Words {
  const { units, ends } = textsOf(texts);
  const starts = new Uint32Array(texts.length + 1);
  starts.set(ends, 1);
  return { units, starts };
}

export function wordText({ units, starts }: Words, word: number): string {
  let text = '';
  for (let at = starts[word]!; at < starts[word + 1]!; at++) text += String.fromCharCode(units[at]!);
  return text;
}
