import { readFileSync } from 'node:fs';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { MaasError } from '../../errors.js';
import { type JobThread, jobThreads } from '../../threads/jobs.js';

/** The functions of assembly/jobs.ts. */
interface Jobs {
  /** 0, or how it failed. */
  run(blocks: number): number;
  end(): void;
  columnOffsets(cols: number, nonZeros: number, indices: number, offsets: number, copy: number): void;
  turnBatch(
    batch: number,
    rows: number,
    indptr: number,
    indices: number,
    values: number,
    place: number,
    touched: number,
    offsets: number,
    outRows: number,
    outValues: number,
  ): number;
  packPanels(depth: number, columns: number, b: number, step: number, column: number, out: number): void;
}

/** What a thread beside is given. */
export interface HeapShare {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Is told why it fails. */
  failure: MessagePort;
}

/** The jobs by number, as assembly/jobs.ts has them. */
export const JOBS = {
  loss: 0,
  gradient: 1,
  dots: 2,
  combine: 3,
  multiply: 4,
  maxAbs: 5,
  transpose: 6,
  rows: 7,
  update: 8,
  matmul: 9,
  lstmForward: 10,
  lstmBackward: 11,
  convolve: 12,
  convolveBack: 13,
  convolveBackTokens: 14,
  updateTable: 15,
} as const;

/** Where the job is described, and where what is allocated begins. */
const KIND = 256;
const ARGS = 320;
const START = 1024;
const PAGE = 65536;
const LINE = 64;
/** Blocks that a job may have. */
export const MOST_BLOCKS = 4094;

/** What threads beside do, found from the sources as well. */
const SCRIPT = new URL('../../../dist/compute/wasm/heap-thread.js', import.meta.url);

let compiled: WebAssembly.Module | undefined;

/**
 * Memory that threads share, and the threads: `run` does a job of assembly/jobs.ts on all of them. They are taken
 * once there is work that is worth it, and work as soon as they are there and have done what they were told before.
 */
export class SharedHeap {
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: PAGE, shared: true });
  readonly jobs: Jobs;
  readonly #free = new Map<number, number[]>();
  readonly #sizes = new Map<number, number>();
  #top = START;
  #threads: { thread: JobThread; failure: MessagePort }[] = [];
  #started = false;

  /** `threads` is how many may compute, this one among them. Throws `device` where there is no address space for it. */
  static open(threads: number): SharedHeap {
    try {
      return new SharedHeap(threads);
    } catch (cause) {
      throw new MaasError('device', 'the device "wasm" is not there: its memory cannot be reserved', {
        hint: 'raise the limit of virtual memory (ulimit -v), or use --device cpu',
        cause,
      });
    }
  }

  private constructor(private readonly count: number) {
    compiled ??= new WebAssembly.Module(
      readFileSync(new URL('../../../dist/compute/wasm/jobs.wasm', import.meta.url)),
    );
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.jobs = instance.exports as unknown as Jobs;
  }

  /** Room for so many bytes, with whatever stood there. Throws `failed` where 4 GB do not suffice. */
  allocate(bytes: number): number {
    const size = Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
    const at = this.#free.get(size)?.pop() ?? this.#extend(size);
    this.#sizes.set(at, size);
    return at;
  }

  free(...places: number[]): void {
    for (const at of places) {
      const size = this.#sizes.get(at)!;
      this.#sizes.delete(at);
      const free = this.#free.get(size) ?? [];
      free.push(at);
      this.#free.set(size, free);
    }
    if (this.#sizes.size > 0) return;
    this.#free.clear();
    this.#top = START;
  }

  #extend(size: number): number {
    const at = this.#top;
    const missing = at + size - this.#memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.#memory.grow(Math.ceil(missing / PAGE));
      } catch (cause) {
        throw new MaasError('failed', 'the fit does not fit into the 4 GB that WebAssembly can address', {
          hint: 'raise --min-df, or set --max-features',
          cause,
        });
      }
    }
    this.#top += size;
    return at;
  }

  /** The numbers at a place; valid until something is allocated. */
  floats = (at: number, length: number) => new Float32Array(this.#memory.buffer, at, length);
  doubles = (at: number, length: number) => new Float64Array(this.#memory.buffer, at, length);
  integers = (at: number, length: number) => new Uint32Array(this.#memory.buffer, at, length);

  /** Room with these numbers in it. */
  place(numbers: Uint32Array | Int32Array | Float32Array): number {
    const at = this.allocate(numbers.byteLength);
    this.integers(at, numbers.length).set(
      new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length),
    );
    return at;
  }

  /**
   * Does a job, whose arguments are whole numbers or pointers, in so many blocks. `heavy`: it is worth starting threads
   * for. Throws `failed` where a thread fails.
   */
  run(job: number, args: readonly number[], blocks: number, heavy = true): void {
    if (heavy && blocks > 1 && !this.#started) this.#start();
    this.integers(KIND, 1)[0] = job;
    this.integers(ARGS, args.length).set(args);
    if (this.jobs.run(blocks) !== 0) throw this.#failed();
  }

  #failed(): MaasError {
    const [told] = this.#threads.flatMap(({ failure }) => receiveMessageOnPort(failure) ?? []);
    const reason = told ? String(told.message) : 'it has gone, and what it had begun will never be done';
    return new MaasError('failed', `a thread that computes beside has failed: ${reason}`, {
      hint: '--threads 1 does without it',
    });
  }

  #start(): void {
    this.#started = true;
    for (let i = 1; i < this.count; i++) {
      const { port1: failure, port2 } = new MessageChannel();
      // one that does not start has begun nothing: the others do its share
      const thread = jobThreads.take();
      const request: HeapShare = { module: compiled!, memory: this.#memory, failure: port2 };
      thread.lend(SCRIPT, request, port2);
      this.#threads.push({ thread, failure });
    }
  }

  /** Ends the threads; there must be no job after that. */
  close(): void {
    if (this.#started) this.jobs.end();
    for (const { thread, failure } of this.#threads) {
      failure.close();
      thread.end();
    }
    this.#threads = [];
  }
}

/** A float32 as the whole number of the same bits, as jobs take it. */
export const bitsOf = (number: number) => new Uint32Array(Float32Array.of(number).buffer)[0]!;
