import { pythonSpaces } from './words.js';

/** Smallest and largest n, both inclusive. */
export type NgramRange = readonly [min: number, max: number];

const manySpaces = new RegExp(`[${pythonSpaces}]{2,}`, 'g');
const spaces = new RegExp(`[${pythonSpaces}]+`);

/** Every run of n words, joined by a space, for each n of the range (scikit-learn's analyzer `word`). */
export function wordNgrams(words: string[], [min, max]: NgramRange): string[] {
  if (max === 1) return words;
  const grams = min === 1 ? words.slice() : [];
  for (let n = Math.max(min, 2); n <= max; n++) {
    for (let i = 0; i + n <= words.length; i++) {
      let gram = words[i]!;
      for (let j = i + 1; j < i + n; j++) gram += ` ${words[j]}`;
      grams.push(gram);
    }
  }
  return grams;
}

/** Every run of n characters (code points) of the text, white space runs counted as one space (`char`). */
export function charNgrams(text: string, [min, max]: NgramRange): string[] {
  const characters = Array.from(text.replace(manySpaces, ' '));
  const grams: string[] = [];
  for (let n = min; n <= Math.min(max, characters.length); n++) pushRuns(characters, n, grams);
  return grams;
}

/**
 * Runs of n characters inside each white-space-separated word, which is padded with a space on both sides
 * (`char_wb`). A padded word shorter than n counts once, whole.
 */
export function charWordNgrams(text: string, [min, max]: NgramRange): string[] {
  const grams: string[] = [];
  for (const word of text.split(spaces)) {
    if (word === '') continue;
    const characters = [' ', ...word, ' '];
    for (let n = min; n <= max; n++) {
      if (characters.length <= n) {
        grams.push(characters.join(''));
        break;
      }
      pushRuns(characters, n, grams);
    }
  }
  return grams;
}

function pushRuns(characters: string[], n: number, grams: string[]): void {
  for (let i = 0; i + n <= characters.length; i++) {
    let gram = characters[i]!;
    for (let j = i + 1; j < i + n; j++) gram += characters[j];
    grams.push(gram);
  }
}
