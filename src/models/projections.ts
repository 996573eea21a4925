/** Numbers that are remembered at the most, of all terms together. */
const MOST = 1 << 25;

/** Embeddings [terms, dim] times a kernel [dim, columns], plus a bias: each computed when it is first asked for. */
export class Projections {
  readonly #known = new Map<number, Float32Array>();
  readonly #sums: Float64Array;

  constructor(
    private readonly embedding: Float32Array,
    private readonly kernel: Float32Array,
    private readonly bias: Float32Array,
  ) {
    this.#sums = new Float64Array(bias.length);
  }

  /** Of a term; rare ones are not remembered once there are many. */
  of(term: number): Float32Array {
    const known = this.#known.get(term);
    if (known) return known;
    const columns = this.bias.length;
    const dim = this.kernel.length / columns;
    this.#sums.set(this.bias);
    addProduct(this.embedding.subarray(term * dim, (term + 1) * dim), this.kernel, this.#sums);
    const made = Float32Array.from(this.#sums);
    if ((this.#known.size + 1) * columns <= MOST) this.#known.set(term, made);
    return made;
  }
}

/** out += inputs · kernel, row-major [inputs, outputs]; four rows of it at a time. */
export function addProduct(
  inputs: Float32Array | Float64Array,
  kernel: Float32Array,
  out: Float64Array,
): void {
  const columns = out.length;
  let i = 0;
  for (; i + 4 <= inputs.length; i += 4) {
    const [a, b, c, d] = [inputs[i]!, inputs[i + 1]!, inputs[i + 2]!, inputs[i + 3]!];
    const row = i * columns;
    for (let u = 0; u < columns; u++) {
      out[u]! +=
        a * kernel[row + u]! +
        b * kernel[row + columns + u]! +
        (c * kernel[row + 2 * columns + u]! + d * kernel[row + 3 * columns + u]!);
    }
  }
  for (; i < inputs.length; i++) {
    for (let u = 0; u < columns; u++) out[u]! += inputs[i]! * kernel[i * columns + u]!;
  }
}
