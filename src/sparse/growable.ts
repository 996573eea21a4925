type Numbers = Uint32Array | Float32Array;

/** Numbers of one kind in an array that grows by half when full. */
class Growable<T extends Numbers> {
  #items: T;
  length = 0;

  constructor(private readonly make: new (length: number) => T) {
    this.#items = new make(1024);
  }

  push(value: number): void {
    if (this.length === this.#items.length) {
      const grown = new this.make(Math.ceil(this.length * 1.5));
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.length++] = value;
  }

  get(i: number): number {
    return this.#items[i]!;
  }

  /** The numbers so far; valid until the next push. */
  view(): T {
    return this.#items.subarray(0, this.length) as T;
  }
}

export class GrowableU32 extends Growable<Uint32Array> {
  constructor() {
    super(Uint32Array);
  }
}

export class GrowableF32 extends Growable<Float32Array> {
  constructor() {
    super(Float32Array);
  }
}
