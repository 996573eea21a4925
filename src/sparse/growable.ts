/** Unsigned 32-bit numbers in an array that grows by half when full. */
export class GrowableU32 {
  #items = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#items.length) {
      const grown = new Uint32Array(Math.ceil(this.length * 1.5));
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.length++] = value;
  }

  get(i: number): number {
    return this.#items[i]!;
  }

  /** The numbers so far; valid until the next push. */
  view(): Uint32Array {
    return this.#items.subarray(0, this.length);
  }
}

/** The same for float32 numbers. */
export class GrowableF32 {
  #items = new Float32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#items.length) {
      const grown = new Float32Array(Math.ceil(this.length * 1.5));
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.length++] = value;
  }

  /** The numbers so far; valid until the next push. */
  view(): Float32Array {
    return this.#items.subarray(0, this.length);
  }
}
