import { nodeText, type TermNodes } from './term-nodes.js';
import { NONE } from './word-map.js';
import type { Words } from './words.js';

const [SPACE, QUOTE, COMMA, OPEN, BACKSLASH, CLOSE] = [0x20, 0x22, 0x2c, 0x5b, 0x5c, 0x5d];

/**
 * The terms of nodes as JSON in UTF-8, in memory of its own, which can be moved to another thread. No string is made but of those
 * that JSON writes otherwise than they are.
 */
export function encodeTerms(terms: TermNodes): Uint8Array {
  const { nodes, words, of } = terms;
  const { parents, symbols } = nodes;
  const textOf = nodeText(terms);
  const known = words ? encodedWords(words) : undefined;
  let path = new Uint32Array(16);
  let out = Buffer.allocUnsafeSlow(16 * of.length + 16);
  let at = 0;
  out[at++] = OPEN;
  for (let i = 0; i < of.length; i++) {
    let depth = 0;
    let bytes = 0;
    let plain = true;
    for (let node = of[i]!; node !== NONE; node = parents[node]!) {
      const symbol = symbols[node]!;
      if (depth === path.length) path = grown(path);
      path[depth++] = symbol;
      if (known) {
        bytes += known.ends[symbol]! - (symbol === 0 ? 0 : known.ends[symbol - 1]!) + 1;
        if (known.odd[symbol] === 1) plain = false;
      } else {
        bytes += 4;
        if (isOdd(symbol)) plain = false;
      }
    }
    // of what is not plain, each unit may become six
    const most = (plain ? 1 : 6) * bytes + 4;
    if (at + most > out.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (at + most));
      out.copy(larger);
      out = larger;
    }
    if (i > 0) out[at++] = COMMA;
    if (!plain) {
      at += out.write(JSON.stringify(textOf(of[i]!)), at);
      continue;
    }
    out[at++] = QUOTE;
    while (depth > 0) {
      const symbol = path[--depth]!;
      if (known) {
        const end = known.ends[symbol]!;
        for (let b = symbol === 0 ? 0 : known.ends[symbol - 1]!; b < end; b++) out[at++] = known.bytes[b]!;
        if (depth > 0) out[at++] = SPACE;
      } else {
        at = writePoint(symbol, out, at);
      }
    }
    out[at++] = QUOTE;
  }
  out[at++] = CLOSE;
  return out.subarray(0, at);
}

/** The UTF-8 of words one behind the other, and where each ends. */
function encodedWords({ units, starts }: Words) {
  const words = starts.length - 1;
  const bytes = new Uint8Array(3 * starts[words]!);
  const ends = new Uint32Array(words);
  /** 1 where JSON writes a word otherwise. */
  const odd = new Uint8Array(words);
  let at = 0;
  for (let word = 0; word < words; word++) {
    const end = starts[word + 1]!;
    for (let u = starts[word]!; u < end; u++) {
      const unit = units[u]!;
      if (isOdd(unit)) odd[word] = 1;
      at = writePoint(unit, bytes, at);
    }
    ends[word] = at;
  }
  return { bytes, ends, odd };
}

/** Whether JSON may write it otherwise: quotes, control characters, and surrogates, which may stand alone. */
const isOdd = (point: number) =>
  point < 0x20 || point === QUOTE || point === BACKSLASH || (point >= 0xd800 && point <= 0xdfff);

/** Writes a code point as UTF-8 and says where it ends. */
function writePoint(point: number, out: Uint8Array, from: number): number {
  let at = from;
  if (point < 0x80) {
    out[at++] = point;
    return at;
  }
  if (point < 0x800) {
    out[at++] = 0xc0 | (point >> 6);
  } else if (point < 0x10000) {
    out[at++] = 0xe0 | (point >> 12);
    out[at++] = 0x80 | ((point >> 6) & 0x3f);
  } else {
    out[at++] = 0xf0 | (point >> 18);
    out[at++] = 0x80 | ((point >> 12) & 0x3f);
    out[at++] = 0x80 | ((point >> 6) & 0x3f);
  }
  out[at++] = 0x80 | (point & 0x3f);
  return at;
}

function grown(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
