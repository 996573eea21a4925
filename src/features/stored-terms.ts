import { GrowableU32 } from '../sparse/growable.js';
import { type Texts, textsOf } from '../text/batch.js';
import type { Terms } from './terms.js';

const [BACKSLASH, QUOTE] = [0x5c, 0x22];

/** Terms as they were stored, a JSON array of strings in UTF-8; parsed when somebody asks for one. */
export function storedTerms(json: Buffer): Terms {
  let parsed: readonly string[] | undefined;
  const list = () => {
    parsed ??= JSON.parse(json.toString('utf8')) as string[];
    return parsed;
  };
  return {
    get length() {
      return list().length;
    },
    list,
    toJSON: list,
    encode: () => json,
    texts: () => (json.includes(BACKSLASH) ? textsOf(list()) : textsBetweenQuotes(json)),
  };
}

/** The strings of JSON without escapes, in which every quote begins or ends one. */
function textsBetweenQuotes(json: Buffer): Texts {
  // no character takes more units than bytes
  const units = new Uint16Array(json.length);
  const ends = new GrowableU32();
  let at = 0;
  for (let i = json.indexOf(QUOTE) + 1; i > 0 && i < json.length; i++) {
    const byte = json[i]!;
    if (byte === QUOTE) {
      ends.push(at);
      // a comma and a quote, or the end
      i += 2;
    } else if (byte < 0x80) {
      units[at++] = byte;
    } else if (byte < 0xe0) {
      units[at++] = ((byte & 0x1f) << 6) | (json[++i]! & 0x3f);
    } else if (byte < 0xf0) {
      units[at++] = ((byte & 0x0f) << 12) | ((json[++i]! & 0x3f) << 6) | (json[++i]! & 0x3f);
    } else {
      const high = ((byte & 0x07) << 18) | ((json[++i]! & 0x3f) << 12);
      const point = high | ((json[++i]! & 0x3f) << 6) | (json[++i]! & 0x3f);
      units[at++] = 0xd7c0 + (point >> 10);
      units[at++] = 0xdc00 + (point & 0x3ff);
    }
  }
  return { units: units.subarray(0, at), ends: ends.view().slice() };
}
