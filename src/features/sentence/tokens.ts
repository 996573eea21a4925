import type { ModelFolder } from './folder.js';

/** What maas uses of @huggingface/tokenizers. */
export interface TokenizersPackage {
  Tokenizer: new (
    tokenizer: object,
    config: object,
  ) => { encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] } };
}

/** The numbers of a text's tokens as the model takes them: no more than it reads, with what stands around each text. */
export function createTokens(
  { Tokenizer }: TokenizersPackage,
  { tokenizer, tokenizerConfig, maxLength, lowercase }: ModelFolder,
): (text: string) => number[] {
  const loaded = new Tokenizer(tokenizer, tokenizerConfig);
  return (given) => {
    const text = (lowercase ? given.toLowerCase() : given).toWellFormed();
    const { ids } = loaded.encode(text, { add_special_tokens: true });
    if (ids.length <= maxLength) return ids;
    // the end is cut off the text, not what stands behind it
    const own = loaded.encode(text, { add_special_tokens: false }).ids;
    const around = ids.length - own.length;
    const before = startOf(own, ids);
    const left = Math.max(0, maxLength - around);
    return [...ids.slice(0, before), ...own.slice(0, left), ...ids.slice(before + own.length)];
  };
}

/** Where a list stands within one that has a few more at both ends. */
function startOf(part: readonly number[], whole: readonly number[]): number {
  for (let at = 0; at <= whole.length - part.length; at++) {
    if (part.every((id, i) => whole[at + i] === id)) return at;
  }
  return 0;
}
