import { jobThreads } from '../threads/jobs.js';
import type { MeanwhileInput, MeanwhileJob, MeanwhileOutput } from './meanwhile-jobs.js';

/** Found from the sources as well. */
const SCRIPT = new URL('../../dist/tasks/meanwhile-jobs.js', import.meta.url);

/**
 * Has something done that does not depend on the fit; what is answered with gives the result, for which nobody need wait before. A
 * failure is told there. Rows and terms should be in memory that threads share.
 */
export type Meanwhile = <J extends MeanwhileJob>(
  name: J,
  input: MeanwhileInput<J>,
) => () => Promise<MeanwhileOutput<J>>;

/** In this thread, once it is asked for. */
export const later: Meanwhile = (name, input) => async () => {
  const { job } = await import('./meanwhile-jobs.js');
  return job({ name, input }) as never;
};

/** In another thread, from now on; in this one where that fails. Who takes a thread next gets the same, behind it. */
export const inThread: Meanwhile = (name, input) => {
  const thread = jobThreads.take();
  const done = thread.ask(SCRIPT, { name, input });
  jobThreads.passOn(thread);
  return () => done.catch(later(name, input)) as Promise<never>;
};
