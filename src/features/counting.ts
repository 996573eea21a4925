import { Worker } from 'node:worker_threads';
import { MaasError } from '../errors.js';
import type { AnalyzerOptions, Stem } from '../text/analyzer.js';
import { type CountedTerms, TermCounter } from './term-counter.js';

/** Where texts go to be counted. */
export interface Counting {
  /** Counts a text as the next row, now or later. */
  add(text: string): void;
  /** Resolves when the counting is not far behind, so that texts do not pile up. */
  caughtUp(): Promise<void>;
  /** Everything that was counted. Nothing can be added any more. */
  finish(): Promise<CountedTerms>;
  /** Gives up. */
  stop(): Promise<void>;
}

/** UTF-16 units that are worth a thread of their own. */
const WORTH_A_THREAD = 1 << 20;

/** Counts in this thread, or, once there is much to count and it may take one, in a thread beside. */
export function openCounting(options: AnalyzerOptions, stem: Stem | undefined, threads: number): Counting {
  if (threads < 2) return countHere(options, stem);
  let first: string[] | undefined = [];
  let units = 0;
  let beside: Counting | undefined;
  const flushTo = (counting: Counting) => {
    for (const text of first!) counting.add(text);
    first = undefined;
    return counting;
  };
  return {
    add(text) {
      if (beside) return beside.add(text);
      first!.push(text);
      units += text.length;
      if (units >= WORTH_A_THREAD) beside = flushTo(countBeside(options));
    },
    caughtUp: async () => beside?.caughtUp(),
    finish: async () => (beside ?? flushTo(countHere(options, stem))).finish(),
    stop: async () => beside?.stop(),
  };
}

function countHere(options: AnalyzerOptions, stem: Stem | undefined): Counting {
  const counter = new TermCounter(options, stem);
  return {
    add: (text) => counter.add(text),
    caughtUp: async () => {},
    finish: async () => counter.finish(),
    stop: async () => {},
  };
}

/** UTF-16 units that are sent at once. */
const BATCH = 1 << 18;
/** Batches that may wait. */
const AHEAD = 8;

/** What the worker is told: texts, or that there are no more. */
export type CountingRequest = Texts | { finish: true };
/** Texts one behind the other, in UTF-16 units, and where each ends. */
export interface Texts {
  units: Uint16Array;
  ends: Uint32Array;
}
/** What it answers: that it is done with some texts, why it cannot go on, or everything. */
export type CountingAnswer =
  | { done: true; units: Uint16Array }
  | { refused: { message: string; hint: string | undefined } }
  | { counted: CountedTerms };

function countBeside({
  analyzer,
  ngramRange,
  lowercase,
  tokenizer,
  stopWords,
  stemmer,
}: AnalyzerOptions): Counting {
  const options: AnalyzerOptions = { analyzer, ngramRange, lowercase, tokenizer, stopWords, stemmer };
  // found from the sources as well
  const worker = new Worker(new URL('../../dist/features/counting-worker.js', import.meta.url), {
    workerData: options,
  });
  const batch = new Batch();
  let waiting = 0;
  let counted: CountedTerms | undefined;
  let failure: Error | undefined;
  let notify = () => {};
  const change = async () => {
    await new Promise<void>((resolve) => {
      notify = resolve;
    });
    if (failure) throw failure;
  };
  worker.on('message', (answer: CountingAnswer) => {
    if ('counted' in answer) counted = answer.counted;
    else if ('done' in answer) {
      waiting--;
      batch.spare.push(answer.units);
    } else failure = refusal(answer.refused);
    notify();
  });
  worker.on('error', (error) => {
    failure = error;
    notify();
  });
  const send = () => {
    const texts = batch.take();
    worker.postMessage(texts satisfies CountingRequest, [texts.units.buffer as ArrayBuffer]);
    waiting++;
  };
  return {
    add(text) {
      if (!batch.holds(text)) send();
      batch.add(text);
    },
    async caughtUp() {
      if (failure) throw failure;
      while (waiting > AHEAD) await change();
    },
    async finish() {
      send();
      worker.postMessage({ finish: true } satisfies CountingRequest);
      if (failure) throw failure;
      while (!counted) await change();
      return counted;
    },
    async stop() {
      await worker.terminate();
    },
  };
}

/** Texts on their way to another thread: copied into memory that changes hands and comes back, not made anew. */
class Batch {
  /** Memory that came back. */
  readonly spare: Uint16Array[] = [];
  #bytes: Buffer = Buffer.alloc(2 * BATCH);
  #units = 0;
  #ends: number[] = [];

  holds(text: string): boolean {
    return this.#units === 0 || 2 * (this.#units + text.length) <= this.#bytes.length;
  }

  add(text: string): void {
    // a text that is longer than any batch
    if (2 * text.length > this.#bytes.length) this.#bytes = Buffer.alloc(2 * text.length);
    this.#bytes.write(text, 2 * this.#units, 'utf16le');
    this.#units += text.length;
    this.#ends.push(this.#units);
  }

  take(): Texts {
    const { buffer, byteOffset } = this.#bytes;
    const texts = {
      units: new Uint16Array(buffer, byteOffset, this.#units),
      ends: Uint32Array.from(this.#ends),
    };
    const spare = this.spare.pop();
    this.#bytes = spare ? Buffer.from(spare.buffer) : Buffer.alloc(2 * BATCH);
    this.#units = 0;
    this.#ends = [];
    return texts;
  }
}

/** An error of the thread beside as one of this thread, which sending would have made a plain one. */
const refusal = ({ message, hint }: { message: string; hint: string | undefined }) =>
  new MaasError('failed', message, hint === undefined ? {} : { hint });
