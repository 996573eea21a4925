/** Names by number, in the order in which they are first met. */
export class Numbered {
  readonly names: string[];
  readonly #numbers: Map<string, number>;

  /** @param first names that are numbered already */
  constructor(first: readonly string[] = []) {
    this.names = [...first];
    this.#numbers = new Map(first.map((name, i) => [name, i]));
  }

  /** The number of a name, from 0; a name that is new gets the next one. */
  of(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.names.length;
      this.#numbers.set(name, number);
      this.names.push(name);
    }
    return number;
  }
}
