/** Which words of a file to keep: those of the texts, and the first ones, which are the most frequent of its language. */
export interface Wanted {
  /** Words of the texts. */
  words: ReadonlySet<string>;
  /** How many from the start of the file, whether texts have them or not; Infinity for all. */
  first: number;
  /** Told before memory is taken: how many bytes. It throws where that is too much. */
  reserve(bytes: number): void;
}

/** Words that a table has room for before it grows. */
const MANY = 1 << 16;

/** Words and their vectors as they are read; grows, and keeps the first vector of a word that comes again. */
export class VectorTable {
  readonly words: string[] = [];
  readonly index = new Map<string, number>();
  #values: Float32Array;
  /** Words that came again. */
  repeated = 0;
  /** How many of the words are here because they are among the first of the file; they come first here, too. */
  firsts = 0;

  /** @param limit how many words there may be, at the most */
  constructor(
    readonly dim: number,
    limit: number,
    private readonly wanted: Wanted,
  ) {
    this.#values = this.#room(Math.min(limit, Math.min(wanted.first, MANY) + wanted.words.size));
  }

  #room(words: number): Float32Array {
    this.wanted.reserve(4 * words * this.dim);
    return new Float32Array(words * this.dim);
  }

  /** Adds a word; answers with its vector, to be filled, or undefined where it is there already. */
  add(word: string): Float32Array | undefined {
    if (this.index.has(word)) {
      this.repeated++;
      return undefined;
    }
    const at = this.words.length * this.dim;
    if (at + this.dim > this.#values.length) {
      const grown = this.#room(Math.ceil(1.5 * Math.max(this.words.length, MANY)));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.index.set(word, this.words.length);
    this.words.push(word);
    return this.#values.subarray(at, at + this.dim);
  }

  vector(place: number): Float32Array {
    return this.#values.subarray(place * this.dim, (place + 1) * this.dim);
  }

  /** The vectors of all words, [words, dim]. */
  get values(): Float32Array {
    return this.#values.subarray(0, this.words.length * this.dim);
  }
}
