import { parentPort, workerData } from 'node:worker_threads';
import type { AnalyzerOptions } from '../text/analyzer.js';
import { loadStemmer } from '../text/stemmers.js';
import type { CountingAnswer, CountingRequest } from './counting.js';
import { TermCounter } from './term-counter.js';

/** The other end of `countBeside`. Messages that come while the stemmer is loaded wait in the port. */
const options = workerData as AnalyzerOptions;
const stem = options.stemmer === null ? undefined : await loadStemmer(options.stemmer);
const counter = new TermCounter(options, stem);
const port = parentPort!;

port.on('message', (request: CountingRequest) => {
  if ('texts' in request) {
    for (const text of request.texts) counter.add(text);
    port.postMessage({ done: true } satisfies CountingAnswer);
    return;
  }
  const counted = counter.finish();
  const { rows, nodes, chunks } = counted;
  const arrays = [
    ...Object.values(rows),
    ...Object.values(nodes),
    ...chunks.flatMap((chunk) => [chunk.nodes, chunk.counts]),
  ];
  port.postMessage(
    { counted } satisfies CountingAnswer,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
  port.close();
});
