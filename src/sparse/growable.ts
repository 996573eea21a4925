/** A typed array that grows by half when full. `view()` is valid until the next push. */
export class Growable<T extends Uint32Array | Float32Array | Int32Array> {
  #items: T;
  length = 0;

  constructor(private readonly make: (size: number) => T) {
    this.#items = make(1024);
  }

  push(value: number): void {
    if (this.length === this.#items.length) {
      const grown = this.make(Math.ceil(this.length * 1.5));
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.length++] = value;
  }

  get(i: number): number {
    return this.#items[i]!;
  }

  set(i: number, value: number): void {
    this.#items[i] = value;
  }

  increment(i: number): void {
    this.#items[i]!++;
  }

  view(): T {
    return this.#items.subarray(0, this.length) as T;
  }
}

export const growableU32 = () => new Growable((n) => new Uint32Array(n));
