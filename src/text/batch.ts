/** Texts one behind the other, in UTF-16 units, and where each ends. */
export interface Texts {
  units: Uint16Array;
  ends: Uint32Array;
}

/** Texts on their way to another thread: copied into memory that changes hands and comes back, not made anew. */
export class TextBatch {
  /** Memory that came back. */
  readonly #spare: ArrayBuffer[] = [];
  #bytes: Buffer;
  #units = 0;
  #ends: number[] = [];

  /** @param size UTF-16 units that it has room for; a text that is longer has a batch of its own. */
  constructor(private readonly size: number) {
    this.#bytes = Buffer.alloc(2 * size);
  }

  get isEmpty(): boolean {
    return this.#ends.length === 0;
  }

  /** Whether there is room for this text, too. */
  holds(text: string): boolean {
    return this.isEmpty || 2 * (this.#units + text.length) <= this.#bytes.length;
  }

  add(text: string): void {
    const bytes = 2 * (this.#units + text.length);
    if (bytes > this.#bytes.length) {
      const larger = Buffer.alloc(2 * bytes);
      this.#bytes.copy(larger, 0, 0, 2 * this.#units);
      this.#bytes = larger;
    }
    this.#bytes.write(text, 2 * this.#units, 'utf16le');
    this.#units += text.length;
    this.#ends.push(this.#units);
  }

  /** What was added; the batch is empty then. */
  take(): Texts {
    const { buffer, byteOffset } = this.#bytes;
    const texts = {
      units: new Uint16Array(buffer, byteOffset, this.#units),
      ends: Uint32Array.from(this.#ends),
    };
    const spare = this.#spare.pop();
    this.#bytes = spare ? Buffer.from(spare) : Buffer.alloc(2 * this.size);
    this.#units = 0;
    this.#ends = [];
    return texts;
  }

  /** Takes the memory of texts back that nobody needs any more. */
  reuse({ units }: Pick<Texts, 'units'>): void {
    this.#spare.push(units.buffer as ArrayBuffer);
  }
}

/** In plain JavaScript, which exported models carry, too. */
export function textsOf(texts: readonly string[]): Texts {
  const units = new Uint16Array(texts.reduce((sum, text) => sum + text.length, 0));
  const ends = new Uint32Array(texts.length);
  let at = 0;
  texts.forEach((text, i) => {
    for (let u = 0; u < text.length; u++) units[at++] = text.charCodeAt(u);
    ends[i] = at;
  });
  return { units, ends };
}

export function stringsOf({ units, ends }: Texts): string[] {
  const bytes = Buffer.from(units.buffer, units.byteOffset, units.byteLength);
  return Array.from(ends, (end, i) => bytes.toString('utf16le', i === 0 ? 0 : 2 * ends[i - 1]!, 2 * end));
}
