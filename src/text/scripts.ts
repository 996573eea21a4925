/** Scripts by their names in Unicode, in which most of what is written is written. */
const scripts = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Oriya',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Thai',
  'Lao',
  'Khmer',
  'Myanmar',
  'Tibetan',
  'Georgian',
  'Armenian',
  'Ethiopic',
  'Hangul',
  'Han',
] as const;

/** How the script of a text is told: that of most of its letters, `Japanese` for Han with kana, `none` without letters. */
export const scriptNames = [...scripts, 'Japanese', 'other', 'none'] as const;

const HAN = scripts.indexOf('Han');
const KANA = scripts.length;
const OTHER = KANA + 1;
const NONE = OTHER + 1;
/** Of Japanese, at least so much is kana; Chinese may hold a の, too. */
const KANA_SHARE = 0.1;

const patterns = [...scripts.map((name) => new RegExp(`\\p{sc=${name}}`, 'u')), /[\p{sc=Hira}\p{sc=Kana}]/u];

/** The script of each character that was met, by one more than its place; 0 for characters that were not. */
const known = new Uint8Array(0x110000);
const counts = new Uint32Array(NONE + 1);

/** The script that most letters of a text are of, as a place in `scriptNames`; of several the first. */
export function scriptOf(text: string): number {
  counts.fill(0);
  for (let u = 0; u < text.length; u++) {
    const point = text.codePointAt(u)!;
    if (point > 0xffff) u++;
    const script = known[point]! || learn(point);
    counts[script - 1]!++;
  }
  const kana = counts[KANA]!;
  const han = counts[HAN]!;
  counts[HAN] = han + kana;
  let best = NONE;
  let most = 0;
  for (let script = 0; script < NONE; script++) {
    if (script === KANA || counts[script]! <= most) continue;
    best = script;
    most = counts[script]!;
  }
  return best === HAN && kana > KANA_SHARE * (han + kana) ? KANA : best;
}

function learn(point: number): number {
  const character = String.fromCodePoint(point);
  const letter = /\p{L}/u.test(character);
  const found = letter ? patterns.findIndex((pattern) => pattern.test(character)) : NONE;
  known[point] = (found < 0 ? OTHER : found) + 1;
  return known[point]!;
}
