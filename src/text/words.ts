/**
 * How a text falls into words:
 * - `unicode`: letters, digits and `_` with their combining marks and joiners, so that Hindi and Thai words stay
 *   whole; a Han, Hiragana or Katakana character is a word of its own, since those scripts put no space between
 *   words (n-grams of them do the rest); a pictograph is a word.
 * - `sklearn`: scikit-learn's default pattern `(?u)\b\w\w+\b`: runs of two or more letters, digits and `_`, without
 *   combining marks, as Python's `\w` has it.
 */
export const tokenizers = {
  unicode: (text: string): string[] => text.match(wordPattern('unicode', text)) ?? [],
  sklearn: (text: string): string[] => text.match(wordPattern('sklearn', text)) ?? [],
} as const satisfies Record<string, (text: string) => string[]>;

export type TokenizerName = keyof typeof tokenizers;

/** What a word of this text looks like. */
export const wordPattern = (tokenizer: TokenizerName, text: string): RegExp =>
  patterns[tokenizer][isAscii(text) ? 'ascii' : 'any'];

const isAscii = (text: string) => !/[^\0-\x7f]/.test(text);

// On ASCII text these find the same words as the Unicode patterns, several times faster.
const asciiWords = /[A-Za-z0-9_]+/g;
const asciiPairs = /[A-Za-z0-9_]{2,}/g;

const pythonWords = /[\p{L}\p{N}_]{2,}/gu;

const unicodeWords =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]\p{M}*|[[\p{L}\p{N}_]--[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]][[\p{L}\p{M}\p{N}_\u200c\u200d]--[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]]*|\p{Extended_Pictographic}/gv;

const patterns = {
  unicode: { ascii: asciiWords, any: unicodeWords },
  sklearn: { ascii: asciiPairs, any: pythonWords },
};

/** The characters that Python's `\s` and `str.split()` take for white space (JavaScript's `\s` is another set). */
export const pythonSpaces =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
