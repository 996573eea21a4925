import { GrowableU32 } from '../sparse/growable.js';
import { storedTerms } from './stored-terms.js';
import type { Terms } from './terms.js';

const [BACKSLASH, QUOTE] = [0x5c, 0x22];

/**
 * Terms as they were stored, for who asks for a few of them: these are found in the JSON, and the others not parsed. A
 * vectorizer that is to transform more than a few texts is better off with `storedTerms`, which it numbers once.
 */
export function scannedTerms(json: Buffer): Terms {
  const all = storedTerms(json);
  let known: Uint32Array | undefined;
  const places = () => {
    known ??= placesOf(json);
    return known;
  };
  const at = (column: number): string => {
    const end = places()[column + 1] ?? json.length;
    // a comma, or the end of the list, stands behind it
    return JSON.parse(json.toString('utf8', places()[column]!, json.lastIndexOf(QUOTE, end - 1) + 1));
  };
  return {
    get length() {
      return places().length;
    },
    list: all.list,
    toJSON: all.toJSON,
    encode: all.encode,
    texts: all.texts,
    at,
    columnsOf(terms) {
      const wanted = new Set(terms);
      const hashes = new Set(
        Array.from(wanted, (term) => {
          const bytes = Buffer.from(JSON.stringify(term));
          return hashOf(bytes, 1, bytes.length - 1);
        }),
      );
      const found = new Map<string, number>();
      const starts = places();
      for (let column = 0; column < starts.length; column++) {
        // behind the quote, and before the quote and the comma
        const end = column + 1 < starts.length ? starts[column + 1]! - 2 : json.lastIndexOf(QUOTE);
        if (!hashes.has(hashOf(json, starts[column]! + 1, end))) continue;
        const term = at(column);
        if (wanted.has(term)) found.set(term, column);
      }
      return found;
    },
  };
}

function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x9e3779b1) + 1;
  return hash;
}

/** Where each string of a list in JSON begins, at its quote. */
function placesOf(json: Uint8Array): Uint32Array {
  const places = new GrowableU32();
  let inside = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]!;
    if (byte === BACKSLASH) i++;
    else if (byte === QUOTE) {
      inside = !inside;
      if (inside) places.push(i);
    }
  }
  return places.view().slice();
}
