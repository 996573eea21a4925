import { MOST_BYTES, writeJsonUnits } from './json-units.js';
import { type CountedTerms, NONE } from './term-counter.js';
import type { Terms } from './terms.js';
import { type Words, wordText } from './words.js';

/** The terms of nodes: words with a space between them, or code points. */
export function termsOfNodes({ nodes, words }: CountedTerms, of: Uint32Array): Terms {
  const { parents, symbols } = nodes;
  const own = (node: number) =>
    words ? wordText(words, symbols[node]!) : String.fromCodePoint(symbols[node]!);
  const textOf = (node: number): string => {
    const parent = parents[node]!;
    if (parent === NONE) return own(node);
    return words ? `${textOf(parent)} ${own(node)}` : textOf(parent) + own(node);
  };
  let listed: readonly string[] | undefined;
  const list = () => {
    listed ??= Array.from(of, textOf);
    return listed;
  };
  return {
    length: of.length,
    list,
    toJSON: list,
    encode: () => encode({ parents, symbols }, words, of),
  };
}

const [QUOTE, COMMA, SPACE, OPEN, CLOSE] = [0x22, 0x2c, 0x20, 0x5b, 0x5d];

/** JSON of the terms without making strings of them: the bytes of each symbol are made once and copied. */
function encode(
  { parents, symbols }: CountedTerms['nodes'],
  words: Words | null,
  of: Uint32Array,
): Uint8Array {
  const { bytes, starts, ends } = symbolBytes(words, of, parents, symbols);
  const path = new Uint32Array(256);
  let out = Buffer.allocUnsafe(1 << 20);
  let length = 0;
  out[length++] = OPEN;
  for (let i = 0; i < of.length; i++) {
    let depth = 0;
    let needed = 4;
    for (let node = of[i]!; node !== NONE; node = parents[node]!) {
      const symbol = symbols[node]!;
      path[depth++] = symbol;
      needed += ends[symbol]! - starts[symbol]! + 1;
    }
    if (length + needed > out.length) out = grown(out, length + needed);
    if (i > 0) out[length++] = COMMA;
    out[length++] = QUOTE;
    for (let d = depth - 1; d >= 0; d--) {
      const end = ends[path[d]!]!;
      for (let b = starts[path[d]!]!; b < end; b++) out[length++] = bytes[b]!;
      if (words && d > 0) out[length++] = SPACE;
    }
    out[length++] = QUOTE;
  }
  out[length++] = CLOSE;
  return out.subarray(0, length);
}

/** What the symbols of these nodes are within a JSON string, in UTF-8: where in `bytes` each begins and ends. */
function symbolBytes(words: Words | null, of: Uint32Array, parents: Uint32Array, symbols: Uint32Array) {
  const count = words ? words.starts.length - 1 : 0x110000;
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const point = new Uint16Array(2);
  let bytes = Buffer.allocUnsafe(1 << 20);
  let length = 0;
  for (let i = 0; i < of.length; i++) {
    for (let node = of[i]!; node !== NONE; node = parents[node]!) {
      const symbol = symbols[node]!;
      if (ends[symbol]! > 0) continue;
      const from = words ? words.starts[symbol]! : 0;
      const to = words ? words.starts[symbol + 1]! : encodePoint(symbol, point);
      const needed = length + MOST_BYTES * (to - from);
      if (needed > bytes.length) bytes = grown(bytes, needed);
      starts[symbol] = length;
      length = writeJsonUnits(words ? words.units : point, from, to, bytes, length);
      ends[symbol] = length;
    }
  }
  return { bytes, starts, ends };
}

/** Writes the UTF-16 units of a code point; answers with how many there are. */
function encodePoint(point: number, units: Uint16Array): number {
  if (point < 0x10000) {
    units[0] = point;
    return 1;
  }
  units[0] = 0xd800 + ((point - 0x10000) >> 10);
  units[1] = 0xdc00 + ((point - 0x10000) & 0x3ff);
  return 2;
}

const grown = (bytes: Buffer, least: number) => {
  const larger = Buffer.allocUnsafe(Math.max(least, 2 * bytes.length));
  bytes.copy(larger);
  return larger;
};
