import { type Terms, type TermUnits, unitsOf } from './terms.js';

const [BACKSLASH, QUOTE] = [0x5c, 0x22];

/** Terms as they were stored, a JSON array of strings in UTF-8; parsed when somebody asks for one. */
export function storedTerms(json: Buffer): Terms {
  const length = countOf(json);
  let parsed: readonly string[] | undefined;
  const list = () => {
    parsed ??= JSON.parse(json.toString('utf8')) as string[];
    return parsed;
  };
  return {
    length,
    list,
    toJSON: list,
    encode: () => json,
    units: () => (json.includes(BACKSLASH) ? unitsOf(list()) : unitsBetweenQuotes(json, length)),
  };
}

/** How many strings there are, where no quote is escaped by counting quotes. */
function countOf(json: Buffer): number {
  if (json.includes(BACKSLASH)) return JSON.parse(json.toString('utf8')).length;
  let quotes = 0;
  for (let i = 0; i < json.length; i++) if (json[i] === QUOTE) quotes++;
  return quotes / 2;
}

/** The strings of JSON without escapes, in which every quote begins or ends one. */
function unitsBetweenQuotes(json: Buffer, length: number): TermUnits {
  const bytes = Buffer.from(json.toString('utf8'), 'utf16le');
  const text = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const units = new Uint16Array(text.length);
  const ends = new Uint32Array(length);
  let [at, term, inside] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const unit = text[i]!;
    if (unit === QUOTE) {
      if (inside) ends[term++] = at;
      inside = !inside;
    } else if (inside) {
      units[at++] = unit;
    }
  }
  return { units: units.subarray(0, at), ends };
}
