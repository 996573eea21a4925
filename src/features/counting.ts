import { MaasError, type PlainError } from '../errors.js';
import type { AnalyzerOptions, Stem } from '../text/analyzer.js';
import { TextBatch, type Texts } from '../text/batch.js';
import { countingThreads } from './counting-thread.js';
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

/** Counts in this thread, or, where a thread has begun for that or once there is much to count, in a thread beside, if it may take one. */
export function openCounting(options: AnalyzerOptions, stem: Stem | undefined, threads: number): Counting {
  if (threads < 2) return countHere(options, stem);
  let first: string[] | undefined = [];
  let units = 0;
  let beside = countingThreads.begun ? countBeside(options) : undefined;
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

/** What the worker is told, after the options of the analyzer: texts, or that there are no more. */
export type CountingRequest = Texts | { finish: true };
/** What it answers: that it is done with some texts, why it cannot go on, or everything. */
export type CountingAnswer =
  | { done: true; units: Uint16Array }
  | { refused: PlainError }
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
  const worker = countingThreads.take();
  worker.ref();
  worker.postMessage(options);
  const batch = new TextBatch(BATCH);
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
      batch.reuse(answer);
    } else failure = MaasError.from(answer.refused);
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
