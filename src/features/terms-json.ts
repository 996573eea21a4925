import { type CountedTerms, NONE } from './term-counter.js';

const [SPACE, QUOTE, COMMA, OPEN, BACKSLASH, CLOSE] = [0x20, 0x22, 0x2c, 0x5b, 0x5c, 0x5d];

/** The terms of nodes as JSON in UTF-8: no string is made but of those that JSON writes otherwise than they are. */
export function encodeTerms(counted: Pick<CountedTerms, 'nodes' | 'words'>, of: Uint32Array): Uint8Array {
  const term = new TermUnits(counted);
  let out = Buffer.allocUnsafe(16 * of.length + 64);
  let at = 0;
  out[at++] = OPEN;
  for (let i = 0; i < of.length; i++) {
    term.read(of[i]!);
    const most = 6 * term.length + 4;
    if (at + most > out.length) {
      const larger = Buffer.allocUnsafe(2 * (at + most));
      out.copy(larger, 0, 0, at);
      out = larger;
    }
    if (i > 0) out[at++] = COMMA;
    const end = writePlain(term, out, at + 1);
    if (end < 0) {
      at += out.write(JSON.stringify(term.text()), at);
    } else {
      out[at] = QUOTE;
      out[end] = QUOTE;
      at = end + 1;
    }
  }
  out[at++] = CLOSE;
  return out.subarray(0, at);
}

/** The UTF-16 units of one term at a time: its words with a space between them, or its code points. */
class TermUnits {
  /** They stand at its end, since a node knows the one before it. */
  units = new Uint16Array(1024);
  start = 1024;

  constructor(private readonly counted: Pick<CountedTerms, 'nodes' | 'words'>) {}

  get length(): number {
    return this.units.length - this.start;
  }

  read(last: number): void {
    const { nodes, words } = this.counted;
    this.start = this.units.length;
    for (let node = last; node !== NONE; node = nodes.parents[node]!) {
      const symbol = nodes.symbols[node]!;
      if (words) {
        if (node !== last) this.#put(SPACE);
        const from = words.starts[symbol]!;
        for (let at = words.starts[symbol + 1]! - 1; at >= from; at--) this.#put(words.units[at]!);
      } else if (symbol > 0xffff) {
        this.#put(0xdc00 + (symbol & 0x3ff));
        this.#put(0xd7c0 + (symbol >> 10));
      } else {
        this.#put(symbol);
      }
    }
  }

  text(): string {
    let text = '';
    for (let u = this.start; u < this.units.length; u++) text += String.fromCharCode(this.units[u]!);
    return text;
  }

  #put(unit: number): void {
    if (this.start === 0) {
      this.start = this.units.length;
      const larger = new Uint16Array(2 * this.start);
      larger.set(this.units, this.start);
      this.units = larger;
    }
    this.units[--this.start] = unit;
  }
}

/** Writes units as UTF-8 and says where they end; -1 where JSON writes one of them otherwise. */
function writePlain({ units, start }: TermUnits, out: Uint8Array, from: number): number {
  let at = from;
  for (let u = start; u < units.length; u++) {
    const unit = units[u]!;
    if (unit < 0x80) {
      if (unit < 0x20 || unit === QUOTE || unit === BACKSLASH) return -1;
      out[at++] = unit;
    } else if (unit < 0x800) {
      out[at++] = 0xc0 | (unit >> 6);
      out[at++] = 0x80 | (unit & 0x3f);
    } else {
      // surrogates, which may stand alone
      if (unit >= 0xd800 && unit <= 0xdfff) return -1;
      out[at++] = 0xe0 | (unit >> 12);
      out[at++] = 0x80 | ((unit >> 6) & 0x3f);
      out[at++] = 0x80 | (unit & 0x3f);
    }
  }
  return at;
}
