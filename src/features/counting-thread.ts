import { ThreadsAhead, threadOf } from '../threads/ahead.js';

/** Threads that run `counting-worker.ts`, found from the sources as well. */
export const countingThreads = new ThreadsAhead(() =>
  threadOf(new URL('../../dist/features/counting-worker.js', import.meta.url)),
);
