import { MaasError } from '../../errors.js';

/** Bytes that come in pieces, read from the start to the end, as many as are asked for at a time. */
export class ByteReader {
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Bytes of the file before the buffer. */
  #before = 0;
  #ended = false;

  constructor(
    readonly name: string,
    private readonly pieces: AsyncGenerator<Buffer>,
  ) {}

  /** Bytes that were taken. */
  get offset(): number {
    return this.#before + this.#at;
  }

  /** What is there without waiting; valid until the next wait. */
  get ready(): Buffer {
    return this.#buffer.subarray(this.#at);
  }

  /** Waits for a piece behind what is ready; false at the end. */
  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const { value, done } = await this.pieces.next();
    if (done) {
      this.#ended = true;
      return false;
    }
    const rest = this.ready;
    this.#before += this.#at;
    this.#buffer = rest.length > 0 ? Buffer.concat([rest, value]) : value;
    this.#at = 0;
    return true;
  }

  /** Waits until so many bytes are ready; false where the file has fewer. */
  async has(count: number): Promise<boolean> {
    while (this.#buffer.length - this.#at < count) if (!(await this.more())) return false;
    return true;
  }

  /** Goes on behind so many of the ready bytes. */
  skip(count: number): void {
    this.#at += count;
  }

  /** The next bytes; valid until the next wait. Throws `data` where the file ends before. `what` says what they are. */
  async take(count: number, what: string): Promise<Buffer> {
    if (this.#buffer.length - this.#at < count && !(await this.has(count))) throw this.cutOff(what);
    this.#at += count;
    return this.#buffer.subarray(this.#at - count, this.#at);
  }

  /** The bytes up to the next one of this value, which is passed over, too. Throws `data` where there is none, or after `most`. */
  async until(byte: number, most: number, what: string): Promise<Buffer> {
    let from = 0;
    for (;;) {
      const end = this.#buffer.indexOf(byte, this.#at + from);
      if (end >= 0 && end - this.#at <= most) {
        const found = this.#buffer.subarray(this.#at, end);
        this.#at = end + 1;
        return found;
      }
      from = this.#buffer.length - this.#at;
      if (end >= 0 || from > most) {
        throw this.fault(`${what} at byte ${this.offset} is longer than ${most} bytes`);
      }
      if (!(await this.more())) throw this.cutOff(what);
    }
  }

  /** Reads what is left, for the digest. */
  async drain(): Promise<void> {
    do this.#at = this.#buffer.length;
    while (await this.more());
  }

  close(): Promise<unknown> {
    return this.pieces.return(undefined);
  }

  /** Something is wrong with this file. */
  fault(problem: string, hint?: string): MaasError {
    return new MaasError('data', `${this.name}: ${problem}`, {
      ...(hint && { hint }),
      details: { file: this.name },
    });
  }

  cutOff(what: string): MaasError {
    const end = this.#before + this.#buffer.length;
    return this.fault(
      `it is cut off: it ends at byte ${end}, inside ${what} that begins at byte ${this.offset}`,
    );
  }
}
