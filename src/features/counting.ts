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
export type CountingRequest = { texts: string[] } | { finish: true };
/** What it answers: that it is done with some texts, why it cannot go on, or everything. */
export type CountingAnswer =
  | { done: true }
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
  let batch: string[] = [];
  let units = 0;
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
    else if ('done' in answer) waiting--;
    else failure = refusal(answer.refused);
    notify();
  });
  worker.on('error', (error) => {
    failure = error;
    notify();
  });
  const send = () => {
    worker.postMessage({ texts: batch } satisfies CountingRequest);
    waiting++;
    batch = [];
    units = 0;
  };
  return {
    add(text) {
      batch.push(text);
      units += text.length;
      if (units >= BATCH) send();
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

/** An error of the thread beside as one of this thread, which sending would have made a plain one. */
const refusal = ({ message, hint }: { message: string; hint: string | undefined }) =>
  new MaasError('failed', message, hint === undefined ? {} : { hint });
