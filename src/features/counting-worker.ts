import { parentPort, workerData } from 'node:worker_threads';
import { MaasError } from '../errors.js';
import type { AnalyzerOptions } from '../text/analyzer.js';
import type { Texts } from '../text/batch.js';
import { loadStemmer } from '../text/stemmers.js';
import type { CountingAnswer, CountingRequest } from './counting.js';
import { TermCounter } from './term-counter.js';

/** The other end of `countBeside`. Messages that come while the stemmer is loaded wait in the port. */
const options = workerData as AnalyzerOptions;
const stem = options.stemmer === null ? undefined : await loadStemmer(options.stemmer);
const counter = new TermCounter(options, stem);
const port = parentPort!;

port.on('message', (request: CountingRequest) => {
  if ('units' in request) {
    const answer = count(request);
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
  port.postMessage(
    { counted } satisfies CountingAnswer,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
  port.close();
});

function count(texts: Texts): CountingAnswer {
  try {
    counter.addAll(texts);
    return { done: true, units: texts.units };
  } catch (error) {
    if (!(error instanceof MaasError)) throw error;
    return { refused: error.plain() };
  }
}
