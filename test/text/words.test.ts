import { describe, expect, test } from 'vitest';
import { pythonSpaces, tokenizers } from '../../src/text/words.js';
import { golden } from '../support/golden.js';

const inRanges = (ranges: [number, number][]) => {
  const set = new Uint8Array(0x110000);
  for (const [first, last] of ranges) set.fill(1, first, last + 1);
  return set;
};

describe("Python's tables", () => {
  const assigned = inRanges(golden.unicode.assigned);
  /** Code points that both Unicode versions know; what either lacks cannot be compared. */
  const known = Array.from({ length: 0x110000 }, (_, cp) => cp).filter(
    (cp) => assigned[cp] && !/\p{Cn}/u.test(String.fromCodePoint(cp)),
  );

  test('a word character of the sklearn tokenizer is one of Python', () => {
    const word = inRanges(golden.unicode.word);
    const wrong = known.filter((cp) => {
      const pair = String.fromCodePoint(cp).repeat(2);
      return (tokenizers.sklearn(pair)[0] === pair) !== (word[cp] === 1);
    });
    expect(known.length).toBeGreaterThan(280_000);
    expect(wrong.map((cp) => cp.toString(16))).toEqual([]);
  });

  test('white space is what Python takes for it', () => {
    const space = inRanges(golden.unicode.space);
    const ours = new RegExp(`[${pythonSpaces}]`);
    expect(known.filter((cp) => ours.test(String.fromCodePoint(cp)) !== (space[cp] === 1))).toEqual([]);
  });

  test('lower case is what Python makes', () => {
    const wrong = known.filter((cp) => {
      const text = String.fromCodePoint(cp);
      return text.toLowerCase() !== (golden.unicode.lower[cp.toString(16)] ?? text);
    });
    expect(wrong.map((cp) => cp.toString(16))).toEqual([]);
  });
});

describe('unicode words', () => {
  const cases: [text: string, words: string[]][] = [
    ["Don't stop_me 3.14", ['Don', 't', 'stop_me', '3', '14']],
    ['हिन्दी में लिखा', ['हिन्दी', 'में', 'लिखा']],
    ['ภาษาไทยที่นี่', ['ภาษาไทยที่นี่']],
    ['می‌خواهم بروم', ['می‌خواهم', 'بروم']],
    ['iPhone手机好', ['iPhone', '手', '机', '好']],
    ['カタカナ', ['カ', 'タ', 'カ', 'ナ']],
    ['한국어 문장', ['한국어', '문장']],
    ['é́ cafe\u0301', ['é́', 'cafe\u0301']],
    ['good 😀❤️!', ['good', '😀', '❤']],
    ['\u0301\u200d', []],
  ];
  test.each(cases)('%s', (text, words) => {
    expect(tokenizers.unicode(text)).toEqual(words);
  });

  test('ASCII texts take a shorter way to the same words', () => {
    for (const text of ['a bc DEF_1 2', '', '__ -- x', 'tab\tnew\nline']) {
      expect(tokenizers.unicode(text)).toEqual(tokenizers.unicode(`${text} é`).slice(0, -1));
      expect(tokenizers.sklearn(text)).toEqual(tokenizers.sklearn(`${text} éé`).slice(0, -1));
    }
  });
});
