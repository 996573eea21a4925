import { ThreadsAhead, threadOf } from '../threads/ahead.js';

/** Threads that run `scoring-worker.ts`, found from the sources as well. */
export const scoringThreads = new ThreadsAhead(() =>
  threadOf(new URL('../../dist/tasks/scoring-worker.js', import.meta.url)),
);
