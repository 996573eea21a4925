import { parentPort } from 'node:worker_threads';
import { MaasError } from '../errors.js';
import { movedWith } from '../sparse/shared.js';
import type { AnalyzerOptions } from '../text/analyzer.js';
import type { Texts } from '../text/batch.js';
import { loadStemmer } from '../text/stemmers.js';
import type { CountingAnswer, CountingRequest } from './counting.js';
import { TermCounter } from './term-counter.js';

/** The other end of `countBeside`. Requests wait for the counter, which waits for the stemmer. */
const port = parentPort!;
let counter: Promise<TermCounter> | undefined;

port.on('message', async (request: AnalyzerOptions | CountingRequest) => {
  if (!counter) counter = open(request as AnalyzerOptions);
  else answer(await counter, request as CountingRequest);
});

async function open(options: AnalyzerOptions): Promise<TermCounter> {
  const stem = options.stemmer === null ? undefined : await loadStemmer(options.stemmer);
  return new TermCounter(options, stem);
}

function answer(counter: TermCounter, request: CountingRequest): void {
  if ('units' in request) {
    const answer = count(counter, request);
    port.postMessage(answer, 'units' in answer ? [answer.units.buffer as ArrayBuffer] : []);
    return;
  }
  const counted = counter.finish();
  const { rows, nodes, chunks, words } = counted;
  const arrays = [
    ...Object.values(rows),
    ...Object.values(nodes),
    ...(words ? [words.units, words.starts] : []),
    ...chunks.flatMap((chunk) => [chunk.nodes, chunk.counts]),
  ];
  port.postMessage({ counted } satisfies CountingAnswer, movedWith(arrays));
  port.close();
}

function count(counter: TermCounter, texts: Texts): CountingAnswer {
  try {
    counter.addAll(texts);
    return { done: true, units: texts.units };
  } catch (error) {
    if (!(error instanceof MaasError)) throw error;
    return { refused: error.plain() };
  }
}
